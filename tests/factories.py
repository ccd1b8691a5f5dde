"""Things with unsurprising defaults. Each is made in a deed of the clock's, as everything in the database is."""

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import factory
from django.contrib.auth.models import Group
from factory.django import DjangoModelFactory

from accounts import models as accounts
from environments import models as environments
from history.deeds import deed, record
from policies import models as policies
from projects import models as projects
from releases import models as releases

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


class Made(DjangoModelFactory):
    """A row made in a deed; `<name>=…` as the model's fields."""

    if TYPE_CHECKING:

        def __new__(cls, *args: Any, **kwargs: Any) -> Any:
            """Calling a factory gives a row of its model, which no annotation of factory_boy says."""

    class Meta:
        abstract = True

    @classmethod
    def _create(cls, model_class: Any, *args: Any, **kwargs: Any) -> Any:
        clock = accounts.User.objects.clock()
        with deed(by=clock):
            made = super()._create(model_class, *args, **kwargs)
            record(made, "made", by=clock)
        return made

    @classmethod
    def _after_postgeneration(cls, instance: Any, create: bool, results: Any = None) -> None:
        """Nothing is saved a second time."""


class UserFactory(Made):
    class Meta:
        model = accounts.User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@example.org")
    name = factory.Sequence(lambda n: f"Person {n}")
    password = "!"

    @classmethod
    def _create(cls, model_class: Any, *args: Any, **kwargs: Any) -> Any:
        roles = kwargs.pop("roles", ())
        user = super()._create(model_class, *args, **kwargs)
        if roles:
            clock = accounts.User.objects.clock()
            with deed(by=clock):
                user.groups.set(Group.objects.filter(name__in=roles))
                record(user, "given_roles", by=clock)
        return user


class TeamFactory(Made):
    class Meta:
        model = accounts.Team

    slug = factory.Sequence(lambda n: f"team-{n}")
    name = factory.Sequence(lambda n: f"Team {n}")


class MembershipFactory(Made):
    class Meta:
        model = accounts.Membership

    team = factory.SubFactory(TeamFactory)
    user = factory.SubFactory(UserFactory)


class EnvironmentFactory(Made):
    class Meta:
        model = environments.Environment

    slug = factory.Sequence(lambda n: f"environment-{n}")
    name = factory.Sequence(lambda n: f"Environment {n}")
    stage = "production"


class ServiceFactory(Made):
    class Meta:
        model = environments.Service

    slug = factory.Sequence(lambda n: f"service-{n}")
    name = factory.Sequence(lambda n: f"Service {n}")


class RouteFactory(Made):
    class Meta:
        model = environments.Route

    slug = factory.Sequence(lambda n: f"route-{n}")
    name = factory.Sequence(lambda n: f"Route {n}")


class RouteVersionFactory(Made):
    class Meta:
        model = environments.RouteVersion

    route = factory.SubFactory(RouteFactory)
    number = 1


class StopFactory(Made):
    class Meta:
        model = environments.Stop

    version = factory.SubFactory(RouteVersionFactory)
    environment = factory.SubFactory(EnvironmentFactory)
    position = 1


class ProgramFactory(Made):
    class Meta:
        model = projects.Program

    code = factory.Sequence(lambda n: f"PROGRAM-{n}")
    name = factory.Sequence(lambda n: f"Program {n}")


class ProjectFactory(Made):
    class Meta:
        model = projects.Project

    code = factory.Sequence(lambda n: f"PROJECT-{n}")
    name = factory.Sequence(lambda n: f"Project {n}")
    status = "active"
    starts_on = date(2026, 1, 5)
    ends_on = date(2026, 6, 30)


class MilestoneFactory(Made):
    class Meta:
        model = projects.Milestone

    project = factory.SubFactory(ProjectFactory)
    code = factory.Sequence(lambda n: f"milestone-{n}")
    name = factory.Sequence(lambda n: f"Milestone {n}")
    starts_on = date(2026, 3, 10)


class OutputFactory(Made):
    class Meta:
        model = projects.Output

    project = factory.SubFactory(ProjectFactory)
    code = factory.Sequence(lambda n: f"output-{n}")
    name = factory.Sequence(lambda n: f"Output {n}")
    due_on = date(2026, 3, 10)


class ReleaseFactory(Made):
    class Meta:
        model = releases.Release

    name = factory.Sequence(lambda n: f"Release {n}")
    version = "1.0.0"
    status = "planned"


class CandidateFactory(Made):
    class Meta:
        model = releases.Candidate
        django_get_or_create = ("release", "number")  # the promotions of a release share its first candidate

    release = factory.SubFactory(ReleaseFactory)
    number = 1


class ItemFactory(Made):
    class Meta:
        model = releases.Item

    release = factory.SubFactory(ReleaseFactory)
    service = factory.SubFactory(ServiceFactory)
    version = "1.0.0"


class ContributionFactory(Made):
    class Meta:
        model = releases.Contribution

    release = factory.SubFactory(ReleaseFactory)
    output = factory.SubFactory(OutputFactory)
    state = "accepted"


class PromotionFactory(Made):
    class Meta:
        model = releases.Promotion

    release = factory.SubFactory(ReleaseFactory)
    candidate = factory.SubFactory(CandidateFactory, release=factory.SelfAttribute("..release"))
    environment = factory.SubFactory(EnvironmentFactory)
    starts_at = NOON
    ends_at = factory.LazyAttribute(lambda made: made.starts_at + timedelta(hours=2))


class ArtefactFactory(Made):
    class Meta:
        model = releases.Artefact

    item = factory.SubFactory(ItemFactory)
    candidate = factory.SubFactory(CandidateFactory, release=factory.SelfAttribute("..item.release"))


class PrerequisiteFactory(Made):
    class Meta:
        model = releases.Prerequisite

    release = factory.SubFactory(ReleaseFactory)
    needs = factory.SubFactory(ReleaseFactory)


class AudienceFactory(Made):
    class Meta:
        model = releases.Audience

    release = factory.SubFactory(ReleaseFactory)
    name = factory.Sequence(lambda n: f"Audience {n}")


class PreparationFactory(Made):
    class Meta:
        model = releases.Preparation

    audience = factory.SubFactory(AudienceFactory)
    need = "training"


class DependencyFactory(Made):
    class Meta:
        model = environments.Dependency

    service = factory.SubFactory(ServiceFactory)
    needs = factory.SubFactory(ServiceFactory)


class DeploymentFactory(Made):
    """What `promotion` left of `item`, live from its end on."""

    class Meta:
        model = releases.Deployment

    promotion = factory.SubFactory(PromotionFactory, status="succeeded")
    release = factory.SelfAttribute("promotion.release")
    environment = factory.SelfAttribute("promotion.environment")
    item = factory.SubFactory(ItemFactory, release=factory.SelfAttribute("..promotion.release"))
    service = factory.SelfAttribute("item.service")
    version = factory.SelfAttribute("item.version")
    begins_at = factory.SelfAttribute("promotion.ends_at")


class ProcedureFactory(Made):
    class Meta:
        model = policies.Procedure

    slug = factory.Sequence(lambda n: f"procedure-{n}")
    name = factory.Sequence(lambda n: f"Procedure {n}")


class PolicyFactory(Made):
    class Meta:
        model = policies.Policy

    slug = factory.Sequence(lambda n: f"policy-{n}")
    name = factory.Sequence(lambda n: f"Policy {n}")


class PolicyVersionFactory(Made):
    """A draft of a policy for every release; publish it when its rules are there."""

    class Meta:
        model = policies.PolicyVersion

    policy = factory.SubFactory(PolicyFactory)
    number = 1
    drafted_by = factory.SubFactory(UserFactory)


class GateRuleFactory(Made):
    class Meta:
        model = policies.GateRule

    version = factory.SubFactory(PolicyVersionFactory)
    code = factory.Sequence(lambda n: f"gate-rule-{n}")
    name = factory.Sequence(lambda n: f"Gate rule {n}")
    stage = "production"
    area = "testing"
    ask = "Has it been tested?"
    owner_role = "Release manager"


class ApprovalRuleFactory(Made):
    class Meta:
        model = policies.ApprovalRule

    version = factory.SubFactory(PolicyVersionFactory)
    code = factory.Sequence(lambda n: f"approval-rule-{n}")
    name = factory.Sequence(lambda n: f"Approval rule {n}")
    stage = "production"
    role = "Release manager"


class GateFactory(Made):
    """A gate rule put to a release; what it asks is its rule's."""

    class Meta:
        model = releases.Gate

    release = factory.SubFactory(ReleaseFactory)
    rule = factory.SubFactory(GateRuleFactory)
    area = factory.SelfAttribute("rule.area")
    name = factory.SelfAttribute("rule.name")
    ask = factory.SelfAttribute("rule.ask")
    stage = factory.SelfAttribute("rule.stage")
    owner_team = factory.SelfAttribute("rule.owner_team")
    owner_role = factory.SelfAttribute("rule.owner_role")
