"""Verbs on rules: those that come with an installation, and what release managers change about any of them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from accounts.models import User
from common.refusals import BadInput, NotAllowed, RuleBroken
from common.rows import Seen, expect_seen
from history.deeds import deed, record
from reminders import rules
from reminders.actions.standard_rules import RULES, WAYS
from reminders.models import Rule
from reminders.vocabulary import MOST_DAYS, MOST_HOURS, Channel, OffsetUnit

NOT_YOURS: Final = "Only release managers and administrators change what reminders say to whom."
#: What may be changed about a rule.
COLUMNS: Final = frozenset({"name", "unit", "offsets", "audiences", "severity", "channels", "assumed_days", "is_on"})


@deed
def install(*, by: User, at: datetime) -> int:
    """Bring the shipped rules that are not there yet, on from an instant (UTC); gives how many. Others stay as they are.

    But for the inbox and chats, which rules that nobody ever changed name too from now on: they come from before there were any.
    """
    if not rules.may_write_rules(by):
        raise NotAllowed(NOT_YOURS)
    there = set(Rule.objects.values_list("code", flat=True))
    missing = [Rule(**given, on_since=at) for given in RULES if given["code"] not in there]
    for rule in Rule.objects.bulk_create(missing):
        record(rule, "created", by=by)
    untouched = Rule.objects.filter(code__in=[given["code"] for given in RULES], revision=1, channels=[Channel.EMAIL])
    for rule in untouched.select_for_update(no_key=True):
        rule.channels = [*WAYS]
        rule.save(update_fields=["channels"])
        record(rule, "changed", by=by, columns=["channels"])
    return len(missing)


@deed
def change(rule: Rule, changes: Mapping[str, Any], *, by: User, at: datetime, seen: Seen = None) -> Rule:
    """Give a rule other values; see `COLUMNS`. Switched on, or said at other times, it begins at `at` (UTC) and not with the past.

    Raises NotAllowed, Stale, BadInput, RuleBroken.
    """
    found: Rule = Rule.objects.select_for_update(no_key=True).get(pk=rule.pk)
    if not rules.may_write_rules(by):
        raise NotAllowed(NOT_YOURS)
    expect_seen(found, seen)
    differing = sorted(name for name in COLUMNS & changes.keys() if getattr(found, name) != changes[name])
    if not differing:
        return found
    for name in differing:
        setattr(found, name, changes[name])
    expect_sense(found)
    if {"is_on", "offsets", "unit"} & set(differing):
        found.on_since = at
        differing.append("on_since")
    found.save(update_fields=differing)
    record(found, "changed", by=by, columns=differing)
    found.refresh_from_db()
    return found


def expect_sense(rule: Rule) -> None:
    """Refuse what no rule may say, saved or only tried. Raises BadInput, RuleBroken."""
    if not rule.offsets:
        problem = "Give at least one offset."
        raise BadInput(problem, errors={"offsets": [problem]})
    most = MOST_HOURS if rule.unit == OffsetUnit.HOURS else MOST_DAYS
    if any(abs(each) > most for each in rule.offsets):
        problem = f"An offset lies at most {most} {rule.get_unit_display().lower()} before or after; give a smaller one."
        raise RuleBroken(problem, errors={"offsets": [problem]})
    for name, word in (("audiences", "audience"), ("channels", "channel")):
        if not getattr(rule, name):
            problem = f"Choose at least one {word}."
            raise BadInput(problem, errors={name: [problem]})
