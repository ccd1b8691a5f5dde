"""What threatens releases and promotions, on their pages and in lists."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from releases.models import Promotion, Release
from releases.queries.glances import Glance
from releases.verdicts import Threat, threats, threats_of_releases


def of_release(request: HttpRequest, release: Release) -> SafeString | None:
    """What threatens the promotions of a release."""
    return _part(request, threats_of_releases([release.pk], request.user).get(release.pk), is_own=False)


def of_promotion(request: HttpRequest, promotion: Promotion) -> SafeString | None:
    """What threatens one promotion."""
    return _part(request, threats([promotion.pk], request.user).get(promotion.pk), is_own=True)


def marked(glances: Sequence[Glance], user: Any) -> list[tuple[Glance, list[Threat]]]:
    """What a list says of releases, each with what threatens it."""
    found = threats_of_releases([glance.release.pk for glance in glances], user)
    return [(glance, found.get(glance.release.pk, [])) for glance in glances]


def _part(request: HttpRequest, found: Sequence[Threat] | None, *, is_own: bool) -> SafeString | None:
    if not found:
        return None
    return render_to_string("releases/parts/threats.html", {"threats": found, "own": is_own}, request)
