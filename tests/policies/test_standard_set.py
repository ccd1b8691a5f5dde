"""The standard set: it comes once, holds for every kind of release, and can be met by the people an organisation has."""

from datetime import UTC, datetime
from itertools import product
from typing import Any

import pytest

from accounts.models import User
from accounts.vocabulary import Role
from environments.vocabulary import Stage
from history.models import Event
from policies.actions import policies, standards
from policies.models import Policy, PolicyVersion, Procedure
from policies.queries import Traits
from policies.queries import standards as in_force
from policies.verdicts import unmeetable
from policies.vocabulary import PREPARED, EvidenceKind, GateArea, Nature, Risk, Size, Urgency
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 10, 12, tzinfo=UTC)


def install() -> int:
    return standards.install(by=User.objects.operator(), at=AT)


def test_it_comes_once_and_leaves_what_is_there_alone(ingrid: Any):
    policies.create(by=ingrid, slug="minor", name="Our own way")
    assert install() == 5
    events = Event.objects.count()
    assert install() == 0
    assert Event.objects.count() == events
    assert Policy.objects.get(slug="minor").name == "Our own way"
    assert {version.policy.slug for version in in_force().versions} == {
        "standard-change",
        "major",
        "break-fix",
        "regular-maintenance",
        "hardware",
    }
    assert all(procedure.versions.count() == 1 for procedure in Procedure.objects.all())


def test_every_release_meets_one_and_none_asks_for_a_project():
    install()
    for urgency, size, risk, nature in product(Urgency.values, Size.values, ["", *Risk.values], Nature.values):
        applied = in_force().applying(Traits(urgency, size, risk, nature, None))
        slugs = [each.version.policy.slug for each in applied]
        assert len(slugs) == (1 if nature == Nature.SOFTWARE else 2), (urgency, size, risk, nature)
        assert ("hardware" in slugs) == (nature != Nature.SOFTWARE)


def test_a_major_release_is_asked_in_all_seven_areas():
    install()
    asked = in_force().asked(Traits("planned", "major", "", "both", 1), Stage.PRODUCTION)
    assert {rule.area for rule in asked.gates} == set(GateArea.values)
    # Hardware asks the environment manager too: once is enough.
    assert {(seats.speakers.role, seats.people) for seats in asked.seats} == {
        (Role.RELEASE_MANAGER, 1),
        (Role.ENVIRONMENT_MANAGER, 1),
        (Role.PMO, 1),
    }


def test_who_is_taught_and_told_is_planned_and_not_noted():
    install()
    asked = in_force().asked(Traits("planned", "major", "", "both", 1), Stage.PRODUCTION)
    following = {rule.area for rule in asked.gates if rule.evidence == EvidenceKind.PREPARATIONS}
    assert following == set(PREPARED)
    assert all(rule.evidence == EvidenceKind.PREPARATIONS for rule in asked.gates if rule.area in PREPARED)


def test_one_of_each_role_can_meet_it():
    install()
    versions = PolicyVersion.objects.with_rules()
    assert any(unmeetable(version) for version in versions)
    for role in (Role.RELEASE_MANAGER, Role.ENVIRONMENT_MANAGER, Role.PMO):
        UserFactory(roles=[role])
    assert not any(unmeetable(version) for version in versions)
