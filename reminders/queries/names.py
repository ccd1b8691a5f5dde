"""How rules are named elsewhere."""

from collections.abc import Collection, Mapping
from typing import Any

from common.labels import Label, Named
from reminders.models import Rule
from reminders.queries.answers import RULES


def name_rules(ids: Collection[int], user: Any) -> Mapping[int, Named]:
    """Rules by their names, which are no secret among colleagues."""
    return {
        rule.pk: Label(rule.name, rule.get_absolute_url(), RULES.address_of(rule.code)) for rule in Rule.objects.filter(pk__in=ids)
    }
