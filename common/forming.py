"""The one shape of pages that write: a form of a `common.writing.Shape`, its errors at the fields, a question before what destroys.

    def change(request, code):
        project = get_object_or_404(Project.objects.visible_to(request.user), code=code)
        forming.allow(rules.may_write_project(request.user, project), projects.NOT_YOURS)
        return forming.write(
            request,
            ProjectShape,
            Writing(f"Change {project}", "Save", back=project.get_absolute_url(), done="Saved."),
            lambda given, seen: projects.change(project, given, by=request.user, seen=seen),
            thing=project,
        )

What was typed stays in the fields whatever the verb refuses. A page that was opened before somebody else wrote is told so (412) and
may then be sent again.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseRedirect
from django.shortcuts import redirect
from django.utils import timezone

from common import pages
from common.refusals import BadInput, Conflict, NotAllowed, Refusal, RuleBroken, Stale
from common.rows import Seen, still_there
from common.writing.fields import Named, Several
from common.writing.shapes import Shape

SEEN: Final = "seen"


class Nothing(Shape):
    """A verb that asks for nothing but a yes."""


@dataclass(frozen=True)
class Verb:
    """A way from a page to one that writes. `rel="new"` is what the key n opens."""

    words: str
    address: str
    rel: str = ""


@dataclass(frozen=True)
class Writing:
    """What stands around the fields. `question` says the consequence before a yes; `is_grave` for what cannot be taken back."""

    title: str
    verb: str
    back: str
    done: str = ""
    lead: str = ""
    kind: str = ""
    question: str = ""
    is_grave: bool = False


def allow(may: bool, sentence: str) -> None:
    """Refuse (403) a page on which nothing could be sent. The verb asks again."""
    if not may:
        raise NotAllowed(sentence)


def write(
    request: HttpRequest,
    shape: type[Shape],
    page: Writing,
    act: Callable[[dict[str, Any], Seen], Any],
    *,
    thing: Any = None,
    initial: Mapping[str, Any] | None = None,
    template: str = "form.html",
    context: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """Show the form, or read it, call `act(values, seen)`, and lead on to what it gives: a thing with a page, or an address.

    `thing` is what is changed: its values fill the fields, and its revision is remembered as what the writer has seen.
    """
    zone = pages.zone_of(request)
    with timezone.override(zone):
        if request.method != "POST":
            values = dict(_values(shape, thing, request.user) if thing is not None else {}) | dict(initial or {})
            return _show(request, shape(user=request.user, initial=values).for_page(), page, thing, template, context)
        form = shape(request.POST, request.FILES, user=request.user).for_page()
        status = 400
        if form.is_valid():
            try:
                with still_there(type(thing)) if thing is not None else nullcontext():
                    return _lead_on(request, act(form.cleaned_data, _seen(request)), page)
            except (BadInput, Conflict, RuleBroken, Stale) as refusal:
                status = refusal.status
                _point_at(form, refusal)
                if isinstance(refusal, Stale):
                    thing.refresh_from_db()
        return _show(request, form, page, thing, template, context, status=status)


def _lead_on(request: HttpRequest, made: Any, page: Writing) -> HttpResponseRedirect:
    if page.done:
        messages.success(request, page.done)
    return redirect(made)


def _seen(request: HttpRequest) -> Seen:
    text = request.POST.get(SEEN, "")
    return frozenset({int(text)}) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _point_at(form: Shape, refusal: Refusal) -> None:
    """The refusal's sentences at their fields, or above all of them."""
    pointed = False
    for table in form.tables:
        table.problems = refusal.errors.get(table.name, [])
        pointed = pointed or bool(table.problems)
    for name, sentences in refusal.errors.items():
        if name in form.fields:
            pointed = True
            for sentence in sentences:
                form.add_error(name, sentence)
    if not pointed:
        again = " Save again to write what stands below over it." if isinstance(refusal, Stale) else ""
        form.add_error(None, refusal.sentence + again)


def _values(shape: type[Shape], thing: Any, user: Any) -> dict[str, Any]:
    """What the fields show of a thing: its columns of the same names; of lists all their things."""
    values: dict[str, Any] = {}
    for name, each in shape(user=user).fields.items():
        if hasattr(thing, name):
            value = getattr(thing, name)
            values[name] = list(value.all()) if isinstance(each, Several) and hasattr(value, "all") else value
    return values


def _show(
    request: HttpRequest,
    form: Shape,
    page: Writing,
    thing: Any,
    template: str,
    context: Mapping[str, Any] | None,
    *,
    status: int = 200,
) -> HttpResponse:
    _suggest(form)
    for table in form.tables:
        for row in table.rows:
            _suggest(row, once=table.name)
    everything = {"form": form, "writing": page, "thing": thing, "problems": _problems(form), **(context or {})}
    response = pages.show(request, template, everything, known=request.GET.keys())
    response.status_code = status
    return response


def _suggest(form: Shape, *, once: str = "") -> None:
    """Tie each field that names another thing to a list of suggestions; the rows of a table share the one of its first row."""
    for name, each in form.fields.items():
        if isinstance(each, Named) and not isinstance(each, Several):
            is_first = not once or form.prefix == f"{once}-0"
            each.suggested = each.suggestions() if is_first else ()
            each.widget.attrs["list"] = f"id_{once}-0-{name}_suggested" if once else f"id_{form.add_prefix(name)}_suggested"


def _problems(form: Shape) -> Sequence[tuple[str, str, str]]:
    """What is wrong, in the order of the fields: (the field's id, its label, the sentence)."""
    if not form.is_bound:
        return []
    found = [("", "", str(sentence)) for sentence in form.non_field_errors()]
    for field in form:
        found += [(field.auto_id, str(field.label), str(sentence)) for sentence in field.errors]
    for table in form.tables:
        found += [(f"{table.name}_table", str(table.label), sentence) for sentence in table.problems]
        for row in table.filled:
            found += [(field.auto_id, f"{table.label}, {field.label}", str(each)) for field in row for each in field.errors]
    return found
