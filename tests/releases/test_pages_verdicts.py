"""What stands in the way, on the page of a release: beside each requirement the verb that meets it, and none that leads nowhere."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from releases.actions import promotions
from tests.approving import asks, manager, planned, team_of
from tests.factories import ContributionFactory, OutputFactory, UserFactory
from tests.reading import signed_in, words
from tests.standards import standard

pytestmark = pytest.mark.django_db


@pytest.fixture
def rosa() -> Any:
    return manager()


@pytest.fixture
def draft(rosa: Any) -> Any:
    """A draft of tomorrow into production, before which there is a gate, and Security says yes."""
    asks({"name": "Security says yes", "team": team_of(UserFactory(name="Sam"), name="Security")}, slug="approved")
    standard(gates=[{"name": "Tests passed"}], slug="tested")
    made = planned(by=rosa)
    begins = timezone.now() + timedelta(days=1)
    return promotions.reschedule(made, by=rosa, at=timezone.now(), starts_at=begins, ends_at=begins + timedelta(hours=1))


def verbs(reader: Client, promotion: Any) -> dict[str, str]:
    """The verbs beside what is missing, each by what it is for, and where they lead."""
    page = reader.get(promotion.release.get_absolute_url()).content.decode()
    found = re.findall(r'<a class="btn" href="([^"]+)">([^<]+)<span class="sr">: ([^<]+)</span></a>', page)
    return {name: f"{verb} {address}" for address, verb, name in found}


def test_what_nobody_was_asked_for_is_asked_for_by_who_may(rosa: Any, draft: Any):
    gate = draft.release.gates.get()
    assert verbs(signed_in(rosa), draft) == {
        "Security says yes": f"Ask for approval… /promotions/{draft.pk}/request/",
        "Tests passed": f"Open the gate {gate.get_absolute_url()}",
        "the way back": f"Write the plan /releases/{draft.release.key}/edit/",
    }


def test_who_may_not_write_the_release_is_told_who_may_and_given_no_dead_verb(reader: Client, draft: Any):
    found = verbs(reader, draft)
    assert found.keys() == {"Tests passed"}
    said = words(reader.get(draft.release.get_absolute_url()).content.decode())
    assert "Security says yes: one of Security has to say yes, and nobody was asked yet. Who can meet it: Security." in said


def test_what_was_asked_for_is_decided_further_down_its_page(reader: Client, rosa: Any, draft: Any):
    promotions.request(draft, by=rosa, at=timezone.now())
    assert verbs(reader, draft)["Security says yes"] == f"Open the approvals /promotions/{draft.pk}/#approvals"
    assert 'id="approvals"' in reader.get(draft.get_absolute_url()).content.decode()


def test_what_was_to_begin_before_now_is_moved_before_it_is_asked_for(rosa: Any, draft: Any):
    ago = timezone.now() - timedelta(minutes=5)
    promotions.reschedule(draft, by=rosa, at=timezone.now(), starts_at=ago, ends_at=ago + timedelta(hours=1))
    assert "Security says yes" not in verbs(signed_in(rosa), draft)


def test_what_is_seen_to_on_the_page_of_the_release_itself_leads_to_its_place_there(rosa: Any, draft: Any):
    output: Any = OutputFactory(name="Consent screens")
    ContributionFactory(release=draft.release, output=output, state="offered")
    assert verbs(signed_in(rosa), draft)["Consent screens"] == f"See to it /releases/{draft.release.key}/#carried"
