"""What people said they know of."""

from collections.abc import Collection, Iterable

from reminders.models import Delivery, Reminder
from reminders.vocabulary import Severity


def known(reminders: Iterable[Reminder], people: Collection[int]) -> set[tuple[int, int]]:
    """Of which reminders (ids), with their rules, which of some people (ids) said before that they know; one query.

    Whoever acknowledges hears no more by the same rule of the same moment of the same thing, by whatever way. What is urgent is said
    all the same, and so is what has another moment by now.
    """
    asked = [one for one in reminders if one.rule.severity != Severity.URGENT]
    if not asked or not people:
        return set()
    rows = Delivery.objects.filter(
        acknowledged_at__isnull=False,
        recipient__in=people,
        reminder__rule__in={one.rule_id for one in asked},
        reminder__subject_id__in={one.subject_id for one in asked},
    )
    columns = ("reminder__rule_id", "reminder__subject_id", "reminder__moment_at", "recipient_id")
    said: dict[tuple[int, int, object], set[int]] = {}
    for rule, subject, moment, person in rows.order_by().values_list(*columns):
        said.setdefault((rule, subject, moment), set()).add(person)
    return {(one.pk, person) for one in asked for person in said.get((one.rule_id, one.subject_id, one.moment_at), ())}
