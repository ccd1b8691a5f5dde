"""Many start, pause, end and roll back the same promotion at once, over connections of their own."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any, Final

import pytest

from accounts.models import User
from accounts.vocabulary import Role
from common.refusals import Conflict, IllegalMove
from environments.models import Booking
from history.deeds import deed, record
from history.models import Fact
from releases.actions import promotions
from releases.models import Deployment, Promotion
from releases.vocabulary import PROMOTION_MOVES, SUCCESSES, PromotionStatus
from tests.callers import change
from tests.factories import NOON, ArtefactFactory, EnvironmentFactory, ItemFactory, PromotionFactory, ReleaseFactory, UserFactory
from tests.racing import Glances, at_once, crew, deadlocks, rounds

pytestmark = pytest.mark.django_db(transaction=True)
HOUR = timedelta(hours=1)
ROUNDS: Final = rounds(5)
MANY: Final = 32
#: What each verb tells, by the state it leads to.
LEADS_TO: Final = {
    "started": PromotionStatus.RUNNING,
    "resumed": PromotionStatus.RUNNING,
    "paused": PromotionStatus.PAUSED,
    "succeeded": PromotionStatus.SUCCEEDED,
    "failed": PromotionStatus.FAILED,
    "rolled_back": PromotionStatus.ROLLED_BACK,
    "cancelled": PromotionStatus.CANCELLED,
}


@pytest.fixture
def rosa() -> Any:
    return UserFactory(roles=[Role.RELEASE_MANAGER])


def approved(by: Any) -> Promotion:
    release: Any = ReleaseFactory(status="draft", rollback_plan="Put it back.")
    ArtefactFactory(item=ItemFactory(release=release), address="https://files.example.org/copy")
    made = promotions.plan(release, EnvironmentFactory(), starts_at=NOON, ends_at=NOON + HOUR, by=by, at=NOON)
    ready: Promotion = change(made, status="approved")
    return ready


def verbs(promotion: Promotion, by: Any) -> list[Callable[[], Any]]:
    """What 32 people do to one promotion at once."""
    now: dict[str, Any] = {"by": by, "at": NOON}
    one_each: list[Callable[[], Any]] = [
        lambda: promotions.run(promotion, **now),
        lambda: promotions.run(promotion, **now),
        lambda: promotions.pause(promotion, reason="Wait", **now),
        lambda: promotions.resume(promotion, **now),
        lambda: promotions.finish(promotion, outcome="succeeded", **now),
        lambda: promotions.finish(promotion, outcome="failed", **now),
        lambda: promotions.roll_back(promotion, **now),
        lambda: promotions.cancel(promotion, reason="Off", **now),
    ]
    return one_each * (MANY // len(one_each))


def test_of_32_who_do_everything_at_once_each_does_what_the_table_allows(rosa: Any):
    before = deadlocks()
    with crew(MANY) as together:
        for _ in range(ROUNDS):
            do_everything(rosa, together)
    assert deadlocks() == before


def do_everything(rosa: Any, together: Any) -> None:
    """One round of it."""
    promotion = approved(rosa)
    start = Fact.objects.latest("pk").pk
    given = together(verbs(promotion, rosa))
    strange = [each for each in given if not isinstance(each, (Promotion, IllegalMove))]
    assert not strange
    told = Fact.objects.filter(pk__gt=start, subject_kind="promotion", subject_id=promotion.pk, verb__in=LEADS_TO)
    way = [LEADS_TO[verb] for verb in told.order_by("event__number").values_list("verb", flat=True)]
    assert len(way) == sum(isinstance(each, Promotion) for each in given), "no decision is lost, and none counts twice"
    state = PromotionStatus.APPROVED
    for target in way:
        assert target in PROMOTION_MOVES[state], f"{state} became {target}"
        state = target
    assert Promotion.objects.get(pk=promotion.pk).status == state
    assert Deployment.objects.live().filter(promotion=promotion).exists() == (state in SUCCESSES)
    places = Booking.objects.held_by("promotion", promotion.pk)
    assert places.exists() or state not in ("approved", "running", "paused")


def test_a_double_start_starts_once(rosa: Any):
    for _ in range(ROUNDS):
        promotion = approved(rosa)
        given = at_once([partial(promotions.run, promotion, by=rosa, at=NOON)] * 4)
        assert sorted(type(each).__name__ for each in given) == ["IllegalMove"] * 3 + ["Promotion"]
        assert Fact.objects.filter(verb="started", subject_id=promotion.pk).count() == 1


def test_without_the_lock_a_double_start_starts_several_times():
    """The control: the same question by a verb that only looks and then writes."""
    clock = User.objects.clock()

    def look_and_start(number: int, glances: Glances) -> None:
        with deed(by=clock):
            found = Promotion.objects.get(pk=number)
            if found.status != PromotionStatus.APPROVED:
                raise Conflict("It is started already.")
            glances.pause()
            found.status = PromotionStatus.RUNNING
            found.save(update_fields=["status"])
            record(found, "started", by=clock)

    too_many = 0
    for _ in range(ROUNDS):
        promotion: Any = PromotionFactory(status="approved")
        given = at_once([partial(look_and_start, promotion.pk, Glances(4))] * 4)
        too_many += given.count(None) > 1
    assert too_many >= 0.4 * ROUNDS


def test_of_two_clocks_at_once_each_promotion_is_missed_once(rosa: Any):
    clock = User.objects.clock()
    for _ in range(ROUNDS):
        number = approved(rosa).pk
        given = at_once([lambda: promotions.miss(by=clock, at=NOON + HOUR)] * 2)
        assert sorted(given) == [0, 1]
        assert Promotion.objects.get(pk=number).status == "missed"
        assert Fact.objects.filter(verb="missed", subject_id=number).count() == 1


def test_who_starts_as_its_time_ends_and_the_clock_never_both_win(rosa: Any):
    clock = User.objects.clock()
    for _ in range(ROUNDS):
        promotion = approved(rosa)
        given = at_once(
            [
                partial(promotions.run, promotion, by=rosa, at=NOON),
                lambda: promotions.miss(by=clock, at=NOON + HOUR),
            ]
        )
        status = Promotion.objects.get(pk=promotion.pk).status
        assert (status, given[1]) in {("running", 0), ("missed", 1)}
        assert isinstance(given[0], Promotion) == (status == "running")
        promotions.miss(by=clock, at=NOON + HOUR)
