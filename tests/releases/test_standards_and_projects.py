"""Policies never ask whether there is a project: adding and removing contributions changes none of them."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounts.models import User
from environments.vocabulary import Stage
from policies.actions import standards as standard_set
from policies.queries import Applied, standards
from policies.vocabulary import Nature, Risk, Size, Urgency
from projects.vocabulary import OutputKind
from releases.actions import contributions
from releases.models import Contribution
from releases.queries.digests import traits_of
from releases.vocabulary import ContributionState, Strength
from tests.factories import NOON, ItemFactory, OutputFactory, ReleaseFactory, ServiceFactory

pytestmark = pytest.mark.django_db
DEEDS = st.lists(st.tuples(st.integers(0, 2), st.sampled_from(["offer", "decline", "accept", "withdraw"])), max_size=8)


def asked_of(release: Any) -> Iterator[tuple[Applied, Any]]:
    """What each policy asks of a release before each stage, as it is now."""
    now, traits = standards(), traits_of([release])[release.pk]
    for applied in now.applying(traits):
        yield applied, [now.asked(traits, stage) for stage in Stage]


def act(release: Any, output: Any, verb: str, by: Any) -> None:
    """Do it, if the contribution is in a state in which it can be done."""
    found = Contribution.objects.filter(release=release, output=output).first()
    if verb == "offer":
        if found is None:
            contributions.offer(release, output, by=by, strength=Strength.SOFT)
    elif found is None:
        return
    elif verb == "withdraw":
        contributions.withdraw(found, by=by)
    elif verb == "accept" and found.state != ContributionState.ACCEPTED:
        contributions.accept(found, by=by)
    elif verb == "decline" and found.state != ContributionState.DECLINED:
        contributions.decline(found, by=by, reason="Not now")


class ContributionsChangeNoPolicy(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        standard_set.install(by=User.objects.operator(), at=NOON)

    @settings(max_examples=15)
    @given(
        st.sampled_from(Urgency.values),
        st.sampled_from(Size.values),
        st.sampled_from(["", *Risk.values]),
        st.sampled_from(Nature.values),
        st.sampled_from([None, 1, 2, 3, 4]),
        DEEDS,
    )
    def test_whatever_projects_bring_or_take_away(self, urgency: str, size: str, risk: str, nature: str, tier: Any, deeds: Any):
        operator = User.objects.operator()
        release: Any = ReleaseFactory(urgency=urgency, size=size, risk=risk, nature=nature)
        ItemFactory(release=release, service=ServiceFactory(tier=tier))
        outputs = [OutputFactory(kind=kind) for kind in (OutputKind.SOFTWARE, OutputKind.HARDWARE, OutputKind.TRAINING)]
        without = list(asked_of(release))
        assert without, "some policy is for every release"
        for place, verb in deeds:
            act(release, outputs[place], verb, operator)
            release.refresh_from_db()
            assert list(asked_of(release)) == without
