"""What was shown goes on holding wherever an item is the same still; what a new candidate loses is said."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from history.models import Fact
from releases.actions import candidates, evidence, items
from releases.queries.evidence import holding
from tests.factories import NOON, DependencyFactory, GateFactory
from tests.releases.evidence.reports import junit

pytestmark = pytest.mark.django_db
OTHER = "sha256:" + "a" * 64


def held(gate, candidate=None):
    """What holds at a gate for a candidate, by default the newest."""
    number = (candidate or gate.release.candidates.order_by("-number").first()).pk
    return holding([(gate, number)])[gate.pk, number]


def show(gate, by, tests=3, failed=0, **more):
    return evidence.show(gate, kind="junit", by=by, at=NOON, file=junit(tests, failed), **more)


def item_of(gate, slug):
    return gate.release.items.get(service__slug=slug)


def built(gate, by, *slugs):
    """A new candidate in which these services are other ones."""
    services = [item_of(gate, slug).service for slug in slugs]
    return candidates.new(gate.release, by=by, artefacts=[{"service": each, "artefact_digest": OTHER} for each in services])


def test_nothing_shown_is_not_enough(gate, rita):
    evidence.show(gate, kind="note", by=rita, at=NOON, note="Looked at")
    assert held(gate).sentence == "It has not been shown a test report (JUnit XML)."


def test_a_report_of_everything_is_enough(gate, rita):
    shown = show(gate, rita)
    found = held(gate)
    assert (found.is_enough, found.sentence, found.holding, found.lost) == (True, "", (shown,), ())


def test_the_latest_report_speaks(gate, rita):
    show(gate, rita)
    show(gate, rita, tests=4, failed=2)
    found = held(gate)
    assert not found.is_enough
    assert found.sentence == (
        "The latest test report (JUnit XML) falls short. Asked is at most 0 failed or in error, and there are 2."
    )
    show(gate, rita)
    assert held(gate).is_enough


def test_a_new_candidate_keeps_what_holds_for_untouched_items(gate, rita):
    show(gate, rita)
    first = gate.release.candidates.get()
    second = built(gate, rita, "payments")
    assert held(gate, first).is_enough
    found = held(gate, second)
    assert found.sentence == "It has not been shown a test report (JUnit XML) of payments as it is in this candidate."
    assert len(found.holding) == 1
    show(gate, rita, item=item_of(gate, "payments"))
    assert held(gate, second).is_enough
    # What was tested in the second build says nothing of the first.
    assert len(held(gate, first).lost) == 1


def test_what_depends_on_a_changed_item_is_shown_anew_too(gate, rita):
    ledger, payments = item_of(gate, "ledger"), item_of(gate, "payments")
    DependencyFactory(service=ledger.service, needs=payments.service)
    show(gate, rita)
    built(gate, rita, "payments")
    assert held(gate).sentence == "It has not been shown a test report (JUnit XML). What was shown is of another build."
    assert len(held(gate).lost) == 1
    show(gate, rita)
    # The other way round nothing is lost.
    built(gate, rita, "ledger")
    assert held(gate).sentence == "It has not been shown a test report (JUnit XML) of ledger as it is in this candidate."


def test_an_artefact_changed_in_place_is_another_build(gate, rita):
    show(gate, rita)
    items.change(item_of(gate, "payments"), {"artefact_digest": OTHER}, by=rita)
    assert held(gate).sentence == "It has not been shown a test report (JUnit XML) of payments as it is in this candidate."
    items.change(item_of(gate, "payments"), {"artefact_digest": ""}, by=rita)
    assert held(gate).is_enough


def test_a_candidate_in_which_nothing_is_another_loses_nothing(gate, rita):
    show(gate, rita)
    candidates.new(gate.release, by=rita)
    assert held(gate).is_enough
    assert not Fact.objects.filter(verb="lost_evidence").exists()


def test_what_a_new_candidate_loses_is_said(gate, rita):
    show(gate, rita)
    second = built(gate, rita, "payments")
    fact = Fact.objects.get(verb="lost_evidence")
    assert (fact.subject_kind, fact.subject_id, fact.data["candidate"]["id"], fact.data["evidence"]) == (
        "gate",
        gate.pk,
        second.pk,
        1,
    )


def test_each_item_may_be_shown_for_itself(gate, rita):
    show(gate, rita, item=item_of(gate, "payments"))
    assert "of ledger as it is" in held(gate).sentence
    show(gate, rita, failed=1, item=item_of(gate, "ledger"))
    assert held(gate).sentence.startswith("The latest test report (JUnit XML) of ledger falls short.")


def test_what_is_about_the_release_and_not_a_build_holds_on(gate, rita):
    told = GateFactory(release=gate.release, rule__area="communication", rule__evidence="link")
    evidence.show(told, kind="link", by=rita, at=NOON, url="https://example.org/letter")
    built(gate, rita, "payments", "ledger")
    assert held(told).is_enough


def test_many_gates_cost_what_one_costs(gate, rita):
    many = [gate, *(GateFactory(release=gate.release, rule__evidence="junit") for _ in range(4))]
    for each in many:
        show(each, rita)
    number = gate.release.candidates.get().pk
    for some in (many[:1], many):
        with CaptureQueriesContext(connection) as asked:
            assert all(found.is_enough for found in holding([(each, number) for each in some]).values())
        assert len(asked) == 5
