"""Imports: choose files, see what they would do, say yes; and what was imported before."""

import hashlib
from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.http import condition, require_GET, require_http_methods, require_POST

from accounts.models import User
from common import pages
from common.refusals import BadInput
from exchange import rules
from exchange.actions import waiting
from exchange.forms import ImportForm
from exchange.kinds import Calendars
from exchange.kinds.holdings import HOLDINGS
from exchange.models import Import
from releases.rules import may_trust_history

SHOWN = 20
SHOWN_ERRORS = 200


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def imports(request: HttpRequest) -> HttpResponse:
    """The form for files, and the last imports. A POST has them checked; nothing is kept before a yes."""
    user = _me(request)
    form = ImportForm(may_trust=may_trust_history(user))
    if request.method != "POST":
        return _page(request, form)
    form = ImportForm(request.POST, may_trust=may_trust_history(user))
    if not form.is_valid():
        return _page(request, form, status=400)
    given = form.cleaned_data
    try:
        asked = waiting.ask(
            request.FILES.getlist("files"),
            by=user,
            at=timezone.now(),
            dry_run=True,
            trust_history=given.get("trust_history", False),
            calendars=Calendars("milestone", given["into"].strip(), given["prune"]),
        )
    except BadInput as refusal:
        field_errors = refusal.errors.get("files", [])
        if not field_errors:
            form.add_error("into", refusal.sentence)
        return _page(request, form, status=400, file_errors=field_errors)
    return redirect(asked)


def _page(request: HttpRequest, form: ImportForm, *, status: int = 200, file_errors: Any = ()) -> HttpResponse:
    user = _me(request)
    context = {
        "form": form,
        "file_errors": file_errors,
        "may_import": rules.may_import(user),
        "imports": Import.objects.visible_to(user)[:SHOWN],
        "nouns": list(HOLDINGS),
    }
    answer = pages.show(request, "exchange/imports.html", context)
    answer.status_code = status
    return answer


def _tag(request: HttpRequest, pk: int) -> str | None:
    """Of the part that is asked for again while an import is under way; pages are made anew."""
    if not getattr(request, "htmx", False):
        return None
    found = Import.objects.visible_to(request.user).filter(pk=pk).values_list("revision", "state").first()
    told = f"{found} {request.user.pk}"
    return f'"{hashlib.blake2b(told.encode(), digest_size=10).hexdigest()}"'


@require_GET
@login_required
@condition(etag_func=_tag)
def one_import(request: HttpRequest, pk: int) -> HttpResponse:
    """How far an import is, or how it ended; after a dry run without errors, the yes."""
    found = get_object_or_404(Import.objects.visible_to(request.user), pk=pk)
    is_own = found.actor_id == _me(request).pk
    context = {
        "found": found,
        "errors": found.row_errors[:SHOWN_ERRORS],
        "more_errors": max(0, found.number_of_errors - SHOWN_ERRORS),
        "can_be_kept": is_own and found.can_be_kept(timezone.now()),
        "is_empty": not any(count["created"] or count["changed"] for count in found.counts.values()),
        "zone": pages.zone_quietly(request),
    }
    if getattr(request, "htmx", False):
        answer = render(request, "exchange/import.html#state", context)
        patch_cache_control(answer, private=True, no_cache=True)
        return answer
    return pages.show(request, "exchange/import.html", context)


@require_POST
@login_required
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """The yes."""
    checked = get_object_or_404(Import.objects.visible_to(request.user), pk=pk)
    return redirect(waiting.confirm(checked, by=_me(request), at=timezone.now()))


def _me(request: HttpRequest) -> User:
    """Who is signed in; only behind `login_required`."""
    return cast(User, request.user)
