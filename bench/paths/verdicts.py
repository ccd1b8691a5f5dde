"""G16: the verdict on one promotion, beside its queries alone."""

from datetime import UTC, datetime, timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from accounts.vocabulary import Role
from bench.timing import Figure, compare
from environments.models import Environment, Route, Service
from history.deeds import deed, record
from policies.models import Policy, PolicyVersion
from policies.vocabulary import GateArea
from projects.models import Output
from releases.models import Promotion, Release
from releases.verdicts import NOT_BEGUN, verdict
from releases.vocabulary import ContributionState, PromotionStatus

MOST_QUERIES = 12
NAME = "What the benchmark asks about"


def _promotion() -> Promotion:
    """One that is ahead, of a release with all there is to ask; made the first time, and kept like the rest of the data."""
    found: Promotion | None = Promotion.objects.filter(release__name=NAME, status__in=NOT_BEGUN).first()
    if found:
        return found
    clock = User.objects.clock()
    first, last = Environment.objects.order_by("pk")[:2]
    ahead = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(days=30)
    with deed(by=clock):
        version = PolicyVersion.objects.create(
            policy=Policy.objects.create(slug="benchmark", name=NAME), number=1, drafted_by=clock
        )
        for area in (GateArea.TESTING, GateArea.ACCEPTANCE, GateArea.CODE_SECURITY):
            version.gate_rules.create(
                code=area.value, name=str(area.label), stage=last.stage, area=area, ask="Is it?", owner_role=Role.RELEASE_MANAGER
            )
        version.approval_rules.create(code="yes", name="Go-live", stage=last.stage, role=Role.RELEASE_MANAGER, people=2)
        version.schedule_rules.create(code="notice", name="Notice", stage=last.stage, lead_days=2, soak_hours=24)
        PolicyVersion.objects.filter(pk=version.pk).update(published_at=datetime.now(UTC), published_by=User.objects.operator())
        route = Route.objects.create(slug="benchmark", name=NAME)
        stops = route.versions.create(number=1).stops
        for position, environment in enumerate((first, last), 1):
            stops.create(environment=environment, position=position, soak_hours=12)
        release = Release.objects.create(name=NAME, version="1", route=route, rollback_plan="Back.")
        candidate = release.candidates.create(number=1)
        for service in Service.objects.order_by("pk")[:3]:
            candidate.artefacts.create(item=release.items.create(service=service, version="1"), address="registry/benchmark")
        release.contributions.create(output=Output.objects.order_by("pk")[0], state=ContributionState.ACCEPTED)
        release.prerequisites.create(needs=Release.objects.order_by("pk")[0])
        there = {"release": release, "candidate": candidate, "ends_at": ahead - timedelta(days=2)}
        Promotion.objects.create(environment=first, status=PromotionStatus.SUCCEEDED, starts_at=ahead - timedelta(days=3), **there)
        made: Promotion = Promotion.objects.create(
            **there | {"environment": last, "starts_at": ahead, "ends_at": ahead + timedelta(hours=2)}
        )
        record(version.policy, "published", by=clock)
        record(made, "planned", by=clock)
    return made


def of_one_promotion() -> Figure:
    """Three days before it begins."""
    promotion = _promotion()
    at = promotion.starts_at - timedelta(days=3)

    def product() -> object:
        return verdict(promotion, at)

    product()
    with CaptureQueriesContext(connection) as captured:
        product()
    asked = [query["sql"] for query in captured]
    if len(asked) > MOST_QUERIES:
        raise RuntimeError(f"a verdict takes {len(asked)} queries, and may take {MOST_QUERIES}")

    def bare() -> object:
        rows = []
        with connection.connection.cursor() as cursor:
            for sql in asked:
                cursor.execute(sql)
                rows.append(cursor.fetchall())
        return rows

    return compare("G16", f"verdict of one promotion, {len(asked)} queries", 3, product, bare, times=30)
