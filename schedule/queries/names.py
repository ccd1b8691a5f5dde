"""How saved views are named elsewhere."""

from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import urlencode

from common.labels import Label, Named, ask
from schedule.models import SavedView
from schedule.queries.narrowings import Filters, pairs


def name_views(ids: Collection[int], user: Any) -> Mapping[int, Named]:
    """Views by their names; of one that is not shared (any more) only whom to ask."""
    rows = list(SavedView.objects.filter(pk__in=ids).select_related("owner"))
    seen = set(SavedView.objects.visible_to(user).filter(pk__in=ids).values_list("pk", flat=True))
    return {row.pk: Label(row.name, address_of(row.filters)) if row.pk in seen else ask(str(row.owner)) for row in rows}


def address_of(filters: Filters) -> str:
    """The calendar of kept filters. Never bare: that is where the default view is."""
    return f"/?{urlencode([('view', 'month'), *pairs(filters)])}"
