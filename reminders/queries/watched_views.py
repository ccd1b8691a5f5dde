"""What a saved view of the calendar holds, for whoever watches it: it is as if they watched each thing in it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

from accounts.models import User
from reminders.models import Subscription
from reminders.queries.visibility import Thing, bystander
from schedule.models import SavedView
from schedule.queries.holding import held

#: How subscriptions call a saved view.
VIEW: Final = "savedview"


def attention_to_views(views: Iterable[SavedView], user: User) -> Mapping[int, str]:
    """What a person asked of which of some views (ids). One query."""
    mine = Subscription.objects.of_person(user).about((VIEW, view.pk) for view in views)
    return dict(mine.order_by().values_list("subject_id", "attention"))


def held_by_views(views: Mapping[int, Collection[int]], things: Iterable[Thing]) -> Mapping[Thing, set[int]]:
    """Which of some people (ids, by the ids of the views they asked about) have which of some things in one of their views.

    Views that they may not open any more hold nothing for them, and a view shows each of them what they may see. A number of queries
    that depends on the views alone: only where a view holds something restricted, people are asked about one by one.
    """
    found: dict[Thing, set[int]] = defaultdict(set)
    by_kind: dict[str, set[int]] = defaultdict(set)
    for kind, number in things:
        by_kind[kind].add(number)
    if not views or not by_kind:
        return found
    everything, nobody = User.objects.clock(), bystander()
    for number, owner, is_shared, filters in SavedView.objects.filter(pk__in=views).values_list(
        "pk", "owner_id", "is_shared", "filters"
    ):
        people = {user for user in views[number] if is_shared or user == owner}
        if not people:
            continue
        # Who may see more has more in a view, never less.
        most = held(filters, by_kind, everything)
        least = held(filters, by_kind, nobody) if most else set()
        for thing in least:
            found[thing] |= people
        if most - least:
            _ask_each(people, filters, most - least, found)
    return found


def _ask_each(people: Collection[int], filters: Any, things: Collection[Thing], found: dict[Thing, set[int]]) -> None:
    by_kind: dict[str, set[int]] = defaultdict(set)
    for kind, number in things:
        by_kind[kind].add(number)
    for user in User.objects.filter(pk__in=people):
        for thing in held(filters, by_kind, user):
            found[thing].add(user.pk)
