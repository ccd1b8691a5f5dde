"""Policies that ask for approvals, and releases that are asked for, each made in a line."""

from datetime import datetime, timedelta
from typing import Any

from accounts.vocabulary import Role
from history.deeds import deed, record
from policies.models import ApprovalRule, Policy, PolicyVersion
from policies.queries import standards
from releases.actions import approvals, promotions
from releases.models import Approval, Promotion
from releases.queries import digests
from tests.factories import (
    NOON,
    ArtefactFactory,
    EnvironmentFactory,
    ItemFactory,
    MembershipFactory,
    PromotionFactory,
    ReleaseFactory,
    TeamFactory,
    UserFactory,
)

#: When things are decided, a week before what is planned.
AT = NOON - timedelta(days=7)


def asks(*rules: dict[str, Any], slug: str = "standard", number: int = 1, **selects: Any) -> PolicyVersion:
    """A policy version in force with these approval rules, each before production by default; `selects` as PolicyVersion's columns."""
    drafter, publisher = UserFactory(), UserFactory()
    with deed(by=publisher):
        policy, _ = Policy.objects.get_or_create(slug=slug, defaults={"name": slug.title()})
        version: PolicyVersion = PolicyVersion.objects.create(policy=policy, number=number, drafted_by=drafter, **selects)
        for place, rule in enumerate(rules):
            words: dict[str, Any] = {"code": f"rule-{place}", "name": f"Rule {place}", "stage": "production"}
            ApprovalRule.objects.create(version=version, **(words | rule))
        version.published_by, version.published_at = publisher, AT - timedelta(days=30)
        version.save(update_fields=["published_by", "published_at"])
        record(policy, "published", by=publisher, number=number)
    return version


def team_of(*people: Any, **values: Any) -> Any:
    """A team of these people."""
    team: Any = TeamFactory(**values)
    for person in people:
        MembershipFactory(team=team, user=person)
    return team


def manager(name: str = "Rosa") -> Any:
    """A release manager."""
    return UserFactory(name=name, roles=[Role.RELEASE_MANAGER])


def planned(*, by: Any, **values: Any) -> Promotion:
    """A draft into production of a release with one item and its artefact; `values` as the release's columns."""
    release: Any = ReleaseFactory(release_manager=by, **values)
    item: Any = ItemFactory(release=release)
    ArtefactFactory(item=item, address="https://files.example.org/copy")
    made: Promotion = PromotionFactory(release=release, candidate=release.candidates.get(), environment=EnvironmentFactory())
    return made


def requested(*, by: Any, at: datetime = AT, **values: Any) -> Promotion:
    """The same, asked for by `by`, inside a window of a day around it."""
    made = planned(by=by, **values)
    since, until = made.starts_at - timedelta(hours=6), made.ends_at + timedelta(hours=16)
    promotions.reschedule(made, by=UserFactory(roles=[Role.RELEASE_MANAGER]), at=at, approved_from=since, approved_until=until)
    return promotions.request(made, by=by, at=at)


def digest(promotion: Promotion) -> str:
    """What it stands for now."""
    return digests.of([Promotion.objects.with_references().get(pk=promotion.pk)], standards())[promotion.pk].digest


def yes(promotion: Promotion, by: Any, at: datetime = AT, **more: Any) -> Approval:
    """A yes of somebody to what is there now."""
    return approvals.decide(promotion, decision="approve", digest=digest(promotion), by=by, at=at, **more)
