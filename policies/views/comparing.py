"""What comparing two versions of anything has in common."""

from collections.abc import Sequence
from typing import Any, Final

from django.http import Http404, HttpRequest

FROM: Final = "from"
TO: Final = "to"


def two_of(request: HttpRequest, versions: Sequence[Any]) -> tuple[Any, Any]:
    """The two versions (the newest stands first) that the address names, by default the last two. 404 for one that isn't there."""
    if not versions:
        raise Http404
    known = {str(version.number): version for version in versions}
    after = known.get(request.GET[TO]) if TO in request.GET else versions[0]
    if after is None:
        raise Http404
    earlier = next((version for version in versions if version.number < after.number), after)
    before = known.get(request.GET[FROM]) if FROM in request.GET else earlier
    if before is None:
        raise Http404
    return before, after
