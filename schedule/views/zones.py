"""The zone a calendar is read in: which one it is, and the ways to another, without and with a name to write."""

from collections.abc import Iterable
from typing import Any, Final

from common import pages
from schedule.views.asked import DATE, DAYS, VIEW, Asked

UTC: Final = "UTC"


def context(asked: Asked, offered: Iterable[str]) -> dict[str, Any]:
    """What schedule/zone.html shows: `offered` zones and UTC as (name, address), and what goes along when another is written."""
    names = [UTC, *(name for name in offered if name != UTC)]
    kept = [(VIEW, asked.view), (DATE, asked.day.isoformat()), *([(DAYS, str(asked.days))] if asked.days else [])]
    return {
        "zones": [(name, asked.address(tz=name)) for name in names if name != asked.zone.key],
        "fixed_zone": "" if asked.tz else asked.address(tz=asked.zone.key),
        "own_zone": asked.address(tz=None) if asked.tz else "",
        "zone_keep": [*kept, *asked.given],
        "zone_parameter": pages.ZONE,
    }
