"""Bringing promotions: what may come finished, what may change, and what they name."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts.models import User
from accounts.vocabulary import Role
from common.bringing import WrongRows
from common.refusals import NotAllowed
from releases.actions import promotions
from releases.models import Promotion
from releases.vocabulary import FINISHED, PromotionStatus
from tests.factories import (
    EnvironmentFactory,
    PromotionFactory,
    ReleaseFactory,
    RouteFactory,
    RouteVersionFactory,
    StopFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, tzinfo=UTC)
PAST = {"starts_at": AT - timedelta(hours=3), "ends_at": AT - timedelta(hours=1)}
AHEAD = {"starts_at": AT + timedelta(hours=1), "ends_at": AT + timedelta(hours=3)}


@pytest.fixture(autouse=True)
def places():
    EnvironmentFactory(slug="prod", parts=["eu", "us"])
    ReleaseFactory(name="x@home", version="1")


def bring(*rows, **options):
    options.setdefault("by", User.objects.operator())
    rows = [{"release": "x@home@1", "environment": "prod"} | row for row in rows]
    return promotions.bring(rows, at=AT, **options)


@pytest.mark.parametrize("status", sorted(FINISHED))
def test_what_is_over_comes_finished_and_recorded(status):
    bring(PAST | {"status": status})
    promotion = Promotion.objects.get()
    assert (promotion.status, promotion.was_recorded, promotion.is_trusted) == (status, True, False)


@pytest.mark.parametrize("status", sorted(FINISHED))
def test_what_is_not_over_cannot_come_finished(status):
    with pytest.raises(WrongRows, match="yet: its interval ends at"):
        bring(AHEAD | {"status": status})


def test_what_ends_at_the_very_moment_is_over():
    assert bring({"starts_at": AT - timedelta(hours=1), "ends_at": AT, "status": "succeeded"}).created == 1


@pytest.mark.parametrize("interval", [PAST, AHEAD])
def test_a_draft_may_lie_at_any_time(interval):
    bring(interval)
    promotion = Promotion.objects.get()
    assert (promotion.status, promotion.was_recorded) == ("draft", False)


@pytest.mark.parametrize("status", ["requested", "approved", "running", "paused"])
@pytest.mark.parametrize("present", ["draft", "approved", None])
def test_what_is_decided_here_cannot_be_brought_unless_it_is_there(status, present):
    if present is not None:
        bring(AHEAD)
        PromotionFactory.reset_sequence()
        _put(present)
    if present == status:
        assert bring(AHEAD | {"status": status}).unchanged == 1
    else:
        with pytest.raises(WrongRows):
            bring(AHEAD | {"status": status})


def test_a_row_that_equals_what_is_there_is_accepted_even_when_it_could_not_be_made():
    bring(AHEAD)
    _put("running")
    assert bring(AHEAD | {"status": "running"}).unchanged == 1
    with pytest.raises(WrongRows, match="It is running here"):
        bring(PAST | {"status": "running"})


def test_what_was_decided_here_is_not_rewritten():
    promotion = PromotionFactory(status="succeeded", **PAST)
    row = {"release": promotion.release.key, "environment": promotion.environment.slug}
    with pytest.raises(WrongRows, match="It was decided here that it has succeeded"):
        bring(row | {"status": "failed"})


def test_what_was_recorded_may_be_corrected():
    bring(PAST | {"status": "succeeded"})
    bring(PAST | {"status": "failed"})
    assert Promotion.objects.get().status == "failed"


def test_a_draft_may_become_what_it_was():
    bring(PAST)
    bring(PAST | {"status": "succeeded"})
    assert Promotion.objects.get().was_recorded is True


def test_an_administrator_may_trust_history_and_others_not():
    rita = UserFactory(roles=[Role.RELEASE_MANAGER])
    with pytest.raises(NotAllowed):
        bring(PAST | {"status": "succeeded"}, by=rita, trust_history=True)
    bring(PAST | {"status": "succeeded"}, by=rita)
    both = UserFactory(roles=[Role.RELEASE_MANAGER, Role.ADMINISTRATOR])
    assert bring(PAST | {"status": "succeeded"}, by=both, trust_history=True).changed == 1
    assert Promotion.objects.get().is_trusted is True
    assert bring(PAST | {"status": "succeeded"}, by=both).unchanged == 1


def test_trust_is_for_what_is_finished():
    bring(AHEAD, trust_history=True)
    assert Promotion.objects.get().is_trusted is False


def test_attempts_and_parts_tell_targets_apart():
    bring(
        PAST | {"status": "failed"},
        PAST | {"attempt": 2, "status": "succeeded"},
        PAST | {"parts": ["us", "eu"], "status": "succeeded"},
        AHEAD | {"parts": ["eu"]},
    )
    assert sorted(Promotion.objects.values_list("parts", "attempt")) == [([], 1), ([], 2), (["eu"], 1), (["eu", "us"], 1)]


def test_one_attempt_may_end_as_the_next_begins_in_one_call():
    bring(PAST)
    outcome = bring(AHEAD | {"attempt": 2}, PAST | {"attempt": 1, "status": "missed"})
    assert (outcome.created, outcome.changed) == (1, 1)


def test_a_second_unfinished_attempt_is_refused_beside_one_that_is_there():
    bring(PAST)
    with pytest.raises(WrongRows, match="Attempt 1 at the same target is unfinished too"):
        bring(AHEAD | {"attempt": 2})


def test_a_release_with_a_route_goes_only_where_it_stops():
    version = RouteVersionFactory(route=RouteFactory())
    StopFactory(version=version, environment=EnvironmentFactory(slug="test"))
    ReleaseFactory(name="y", version="1", route=version.route)
    with pytest.raises(WrongRows, match="prod is no stop of the release's route, which goes by test"):
        bring(PAST | {"release": "y@1", "status": "succeeded"})
    assert bring(PAST | {"release": "y@1", "environment": "test", "status": "succeeded"}).created == 1


def test_the_release_may_be_named_by_its_key():
    release = ReleaseFactory(name="y", version="1")
    bring(PAST | {"release": release.key, "status": "succeeded"})
    assert Promotion.objects.get().release == release


def test_its_manager_may_write_it_and_nobody_else_without_the_role():
    mara = UserFactory()
    ReleaseFactory(name="y", version="1", release_manager=mara)
    assert bring(AHEAD | {"release": "y@1"}, by=mara).created == 1
    with pytest.raises(WrongRows, match="Only release managers"):
        bring(AHEAD, by=mara)


def test_a_restricted_release_is_as_good_as_absent_to_who_may_not_see_it():
    ReleaseFactory(name="y", version="1", restricted_until=AT)
    with pytest.raises(WrongRows, match="There is no release"):
        bring(AHEAD | {"release": "y@1"}, by=UserFactory(roles=[Role.RELEASE_MANAGER]))


def test_dozens_of_rows_take_as_many_queries_as_one(django_assert_num_queries):
    def rows(number):
        return [PAST | {"attempt": attempt, "status": "succeeded"} for attempt in range(1, number + 1)]

    bring(*rows(30))
    with django_assert_num_queries(11):
        bring(*rows(1))
    with django_assert_num_queries(11):
        bring(*rows(30))


def _put(status):
    """A state that only verbs of this house would give."""
    from history.deeds import deed, record

    promotion = Promotion.objects.get()
    clock = User.objects.clock()
    with deed(by=clock):
        promotion.status = PromotionStatus(status)
        promotion.save(update_fields=["status"])
        record(promotion, "put", by=clock)
