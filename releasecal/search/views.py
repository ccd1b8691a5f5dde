"""The page of search, and its part that follows the field in the head of every page while somebody types."""

from dataclasses import dataclass
from typing import Any, Final

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from common import pages, pagination
from common.listing import CURSOR, LONGEST_SEARCH, MOST_WORDS, SEARCH
from common.looks import icon_of
from common.refusals import BadInput
from releasecal.search.finding import Hit, hits
from releasecal.search.kinds import BY_NAME, KINDS, Kind

KIND: Final = "kind"
#: Of each kind while typing, of each kind on the page, and on the page of one kind.
GLANCE, FEW, MANY = 3, 5, 50


@dataclass
class Group:
    """What was found of one kind. `all`: where all of it is; `next`: where it goes on, on the page of one kind."""

    kind: Kind
    hits: list[Hit]
    all: str = ""
    next: str = ""

    @property
    def picture(self) -> str:
        return {"user": "person", "team": "person"}.get(self.kind.name) or icon_of(self.kind.name)

    @property
    def heading(self) -> str:
        return self.kind.plural.capitalize()


@login_required
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """`?q=`: the best of each kind; with `?kind=` all of one. Asked by a script it answers only what was found."""
    words = _words(request)
    is_part = bool(getattr(request, "htmx", False))
    only = _only(request)
    if only is not None:
        groups = [_all_of(request, only, words)] if words else []
    else:
        groups = [_some_of(request, kind, words, GLANCE if is_part else FEW) for kind in KINDS] if words else []
    found = sorted((group for group in groups if group.hits), key=lambda group: group.hits[0].rank)
    context = {"words": words, "groups": found, "only": only, "everything": _address(words), "is_part": is_part}
    template = "releasecal/search.html#found" if is_part else "releasecal/search.html"
    answer = pages.show(request, template, context, known={SEARCH, KIND, CURSOR})
    patch_vary_headers(answer, ("HX-Request",))
    return answer


def _words(request: HttpRequest) -> str:
    text = request.GET.get(SEARCH, "").strip()
    if "\0" in text or len(text) > LONGEST_SEARCH or len(text.split()) > MOST_WORDS:
        pages.notice(
            request, f"A search takes up to {MOST_WORDS} words and {LONGEST_SEARCH} characters; leave out what matters least."
        )
        return ""
    return text


def _only(request: HttpRequest) -> Kind | None:
    name = request.GET.get(KIND)
    if name and name not in BY_NAME:
        pages.notice(request, "The address asks for a kind of thing that does not exist; everything was searched.")
    return BY_NAME.get(name or "")


def _some_of(request: HttpRequest, kind: Kind, words: str, number: int) -> Group:
    found = hits(kind, request.user, words, limit=number + 1)
    everywhere = f"{kind.page}?{urlencode({SEARCH: words})}" if kind.page else _address(words, kind=kind.name)
    return Group(kind, found[:number], all=everywhere if len(found) > number else "")


def _all_of(request: HttpRequest, kind: Kind, words: str) -> Group:
    found = hits(kind, request.user, words, limit=MANY + 1, after=_place(request))
    more, found = len(found) > MANY, found[:MANY]
    last = found[-1] if more else None
    cursor = pagination.encode("n", (last.rank, last.number)) if last else ""
    return Group(kind, found, next=_address(words, kind=kind.name, cursor=cursor) if cursor else "")


def _place(request: HttpRequest) -> tuple[int, int] | None:
    text = request.GET.get(CURSOR)
    if not text:
        return None
    try:
        _, (rank, number) = pagination.decode(text, 2)
    except BadInput:
        rank, number = None, None
    if not (isinstance(rank, int) and isinstance(number, int) and abs(rank) < 2**31 and abs(number) < 2**63):
        pages.notice(request, "The address names a place in this search that it does not have; this is its beginning.")
        return None
    return rank, number


def _address(words: str, **more: Any) -> str:
    return f"/search/?{urlencode({SEARCH: words, **more})}"
