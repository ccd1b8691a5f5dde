"""What releases, promotions and deployments are narrowed by, on their pages and in REST."""

from datetime import datetime, time

from django.db.models import Q

from accounts.models import Team, User
from common.filters import Filters, Moment, Named, OneOf, Text, TrueOrFalse
from environments.models import Environment, Route, Service
from environments.vocabulary import Stage
from policies.vocabulary import GateArea, Nature, Risk, Size, Urgency
from projects.models import Output, Program, Project
from releases.models import Promotion, Release
from releases.queries.concerned import TABLES
from releases.verdicts import threatened
from releases.vocabulary import Commitment, Extent, GateState, PromotionStatus, ReadinessState, ReleaseStatus


def _ends_from(moment: datetime) -> Q:
    return Q(ends_at__gt=moment)


def _starts_before(moment: datetime) -> Q:
    return Q(starts_at__lt=moment)


def _there_from(moment: datetime) -> Q:
    return Q(ends_at=None) | Q(ends_at__gt=moment)


def _began_before(moment: datetime) -> Q:
    return Q(begins_at__lt=moment)


FROM, TO = "From this day or instant on.", "Before this day or instant."


_THREATENING = ("releases_promotion", "releases_contribution", "releases_prerequisite", "environments_environment")


class ReleaseFilter(Filters):
    tables = {"environment": ("releases_promotion",), "threatened": _THREATENING, "readiness": TABLES}
    status = OneOf(ReleaseStatus, "Where it stands.")
    commitment = OneOf(Commitment, "How firmly it is meant.")
    threatened = TrueOrFalse(
        Q(pk__in=threatened().values("release")),
        "Whether one of its promotions opens before an output it waits for, or a release it needs live first.",
    )
    readiness = OneOf(
        ReadinessState, "What the verdict on its next promotion comes to; the clock alone may change it.", column="readiness__state"
    )
    urgency = OneOf(Urgency, "Why it comes now.")
    size = OneOf(Size, "How big it is.")
    risk = OneOf(Risk, "How risky it was judged.")
    extent = OneOf(Extent, "How much of its services it replaces.")
    nature = OneOf(Nature, "What it is made of.")
    name = Text("Its name, exactly.")
    version = Text("Its version, exactly.")
    line = Text("The version line it belongs to.")
    template = TrueOrFalse(~Q(template_name=""), "Whether it is offered to begin new ones from.")
    release_manager = Named(User, "email", "Its release manager, by e-mail address.", path="release_manager")
    route = Named(Route, "slug", "The route it takes, by slug.", path="route")
    package = Named(Release, "key", "The package it is a member of, by key.", path="package")
    service = Named(Service, "slug", "A service it changes, by slug.", path="items__service", many=True)
    output = Named(Output, "pk", "An output that feeds it, by id.", path="contributions__output", many=True)
    project = Named(Project, "code", "A project that feeds it, by code.", path="contributions__output__project", many=True)
    program = Named(
        Program, "code", "A program whose projects feed it, by code.", path="contributions__output__project__program", many=True
    )
    environment = Named(
        Environment, "slug", "An environment it is promoted into, by slug.", path="promotions__environment", many=True
    )


class PromotionFilter(Filters):
    tables = {"threatened": _THREATENING}
    status = OneOf(PromotionStatus, "Where it stands.")
    threatened = TrueOrFalse(
        Q(pk__in=threatened().values("pk")), "Whether it opens before an output it waits for, or a release needed live first."
    )
    release = Named(Release, "key", "Its release, by key.", path="release")
    release_manager = Named(User, "email", "The manager of its release, by e-mail address.", path="release__release_manager")
    environment = Named(Environment, "slug", "Where it goes, by slug.", path="environment")
    stage = OneOf(Stage, "The stage of the environment it goes to.", column="environment__stage")
    service = Named(Service, "slug", "A service its release changes, by slug.", path="release__items__service", many=True)
    project = Named(
        Project, "code", "A project that feeds its release, by code.", path="release__contributions__output__project", many=True
    )
    program = Named(
        Program,
        "code",
        "A program whose projects feed its release, by code.",
        path="release__contributions__output__project__program",
        many=True,
    )
    commitment = OneOf(Commitment, "How firmly its release is meant.", column="release__commitment")
    recorded = TrueOrFalse(Q(was_recorded=True), "Whether it came finished from elsewhere.")
    from_ = Moment(_ends_from, FROM)
    to = Moment(_starts_before, TO)


def _due_from(moment: datetime) -> Q:
    return Q(due_on__gte=moment.date())


def _due_before(moment: datetime) -> Q:
    # Of the day an instant lies in only what came before it counts, and a day lies where it begins.
    return Q(due_on__lt=moment.date()) if moment.time() == time() else Q(due_on__lte=moment.date())


class GateFilter(Filters):
    tables = {"release_manager": ("releases_release",)}
    state = OneOf(GateState, "What it is.")
    area = OneOf(GateArea, "What it is about.")
    stage = OneOf(Stage, "Before environments of which stage it stands.")
    asked = TrueOrFalse(
        Q(is_asked=True), "Whether anybody still asks for it; those nobody asks for are left out unless this is false."
    )
    release = Named(Release, "key", "Its release, by key.", path="release")
    release_manager = Named(User, "email", "The manager of its release, by e-mail address.", path="release__release_manager")
    team = Named(Team, "slug", "The team that decides it, by slug.", path="owner_team")
    service = Named(Service, "slug", "A service its release changes, by slug.", path="release__items__service", many=True)
    from_ = Moment(_due_from, "Due from this day on.")
    to = Moment(_due_before, "Due before this day.")


class DeploymentFilter(Filters):
    service = Named(Service, "slug", "What is or was there, by slug.", path="service")
    environment = Named(Environment, "slug", "Where, by slug.", path="environment")
    stage = OneOf(Stage, "The stage of that environment.", column="environment__stage")
    part = Text("The part of the environment.")
    line = Text("The version line.")
    version = Text("The version, exactly.")
    release = Named(Release, "key", "The release that brought it, by key.", path="release")
    promotion = Named(Promotion, "pk", "The promotion that brought it, by id.", path="promotion")
    live = TrueOrFalse(Q(ends_at=None), "Whether it is still there.")
    from_ = Moment(_there_from, FROM)
    to = Moment(_began_before, TO)


class LiveFilter(Filters):
    service = Named(Service, "slug", "What is there, by slug.", path="service")
    environment = Named(Environment, "slug", "Where, by slug.", path="environment")
    stage = OneOf(Stage, "The stage of that environment.", column="environment__stage")
    line = Text("The version line.")
