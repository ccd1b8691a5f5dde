"""Downloads: what a list shows as a file that can be imported again, and templates to begin with."""

from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.views.decorators.http import require_GET

from accounts.models import User
from common.listing import CURSOR, SEARCH, SORT, Page
from common.pages import ZONE
from common.refusals import NotVisible
from exchange.formats.tables import TYPES
from exchange.kinds.holdings import HOLDINGS
from exchange.queries import FORMATS, example, export

LEFT_OUT = "X-Columns-Left-Out"


@require_GET
@login_required
def download(request: HttpRequest, noun: str, form: str) -> HttpResponse:
    """A noun as a file, narrowed as the list of the same address is."""
    _look_at(noun, form)
    given = request.GET.copy()
    words = given.get(SEARCH, "").strip()[:200].replace("\0", "")
    for name in (SEARCH, SORT, CURSOR, ZONE):
        given.pop(name, None)
    content, left_out = export(noun, form, cast(User, request.user), given=given, words=words)
    answer = _file(content, noun, form)
    if left_out:
        answer[LEFT_OUT] = ", ".join(left_out)
    return answer


@require_GET
@login_required
def template(request: HttpRequest, noun: str, form: str) -> HttpResponse:
    """A file with the columns of a noun and an example row."""
    _look_at(noun, form)
    return _file(example(noun, form), f"{noun}-template", form)


def list_downloads(request: HttpRequest, page: Page) -> SafeString | None:
    """What a list adds: itself as a file."""
    noun = page.listing.plural
    if noun not in HOLDINGS or not page.rows:
        return None
    query = request.GET.copy()
    for name in (SORT, CURSOR, ZONE):
        query.pop(name, None)
    forms = [form for form in FORMATS if form != "ics" or noun == "milestones"]
    return render_to_string("exchange/downloads.html", {"noun": noun, "forms": forms, "query": query.urlencode()})


def _look_at(noun: str, form: str) -> None:
    if noun not in HOLDINGS or form not in FORMATS:
        raise NotVisible("There is no such file. Check the address: it ends with a noun, a dot and csv, xlsx, json or ics.")


def _file(content: bytes, name: str, form: str) -> HttpResponse:
    return HttpResponse(
        content,
        content_type=TYPES[form],
        headers={"Content-Disposition": f'attachment; filename="{name}.{form}"', "Cache-Control": "private, no-store"},
    )
