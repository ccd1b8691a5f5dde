"""Comments: the part on the page of what they are about, all of them on a page of their own, and the pages that write."""

from typing import Any, Final
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from accounts import queries, rules
from accounts.actions import comments
from accounts.forms import CommentShape
from accounts.models import Comment
from accounts.querysets import commented_kinds
from common import forming, labels, pages
from common.forming import Nothing, Writing
from common.refusals import NotVisible
from common.rows import Seen, kind_of, pk_of

_UNTIL: Final = "until"
_FROM: Final = "from"
_LONGEST_START: Final = 40
_GREATEST_ID: Final = 2**63 - 1


def of_thing(request: HttpRequest, thing: Any) -> SafeString | None:
    """What is said of the thing a page is about, and the form that adds to it."""
    if not isinstance(thing, Model) or kind_of(thing) not in commented_kinds():
        return None
    return render_to_string("accounts/comments.html", _context(request, thing, queries.thread(thing)), request=request)


@require_GET
@login_required
def of_subject(request: HttpRequest) -> HttpResponse:
    """All that is said of one thing, some at a time; `until` and `from` are ids of comments."""
    subject = _subject(request)
    thread = queries.thread(subject, until=_number(request, _UNTIL), start=_number(request, _FROM))
    called = _called(request, subject)
    context = _context(request, subject, thread) | {"called": called, "crumbs": [(called, subject.get_absolute_url())]}
    return pages.show(request, "accounts/all_comments.html", context, known=("subject", _UNTIL, _FROM))


@require_GET
@login_required
def comment(request: HttpRequest, pk: int) -> HttpResponse:
    """Where a comment is read."""
    found = _visible(request, pk)
    return redirect(f"{_all(queries.subject_of(found, request.user))}&{_FROM}={found.pk}#comment-{found.pk}")


@require_GET
@login_required
@never_cache
def people(request: HttpRequest) -> HttpResponse:
    """Who may be meant by what somebody begins to type, for the field of a comment."""
    start = request.GET.get("q", "")
    found = queries.colleagues(start, request.user) if 1 < len(start) <= _LONGEST_START and "\0" not in start else []
    return JsonResponse({"people": [{"name": str(person), "address": person.email} for person in found]})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def new(request: HttpRequest) -> HttpResponse:
    """Say something of what `?subject=` names."""
    subject = _subject(request)
    forming.allow(rules.may_comment(pages.me(request)), comments.NOT_YOU)

    def act(given: dict[str, Any], seen: Seen) -> str:
        return _place(subject, comments.add(subject, by=pages.me(request), **given))

    back = subject.get_absolute_url()
    return forming.write(
        request, CommentShape, Writing(f"Comment on {_called(request, subject)}", "Comment", back=back, done="Said."), act
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def change(request: HttpRequest, pk: int) -> HttpResponse:
    found = _visible(request, pk)
    forming.allow(rules.may_change_comment(pages.me(request), found), comments.NOT_YOURS)
    subject = queries.subject_of(found, request.user)

    def act(given: dict[str, Any], seen: Seen) -> str:
        return _place(subject, comments.change(found, given, by=pages.me(request), at=timezone.now(), seen=seen))

    page = Writing(f"Change a comment on {_called(request, subject)}", "Save", back=_place(subject, found), done="Saved.")
    return forming.write(request, CommentShape, page, act, thing=found, initial={"text": queries.as_typed(found)})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    found = _visible(request, pk)
    forming.allow(rules.may_take_back_comment(pages.me(request), found), comments.NOT_YOURS_TO_TAKE)
    subject = queries.subject_of(found, request.user)

    def act(given: dict[str, Any], seen: Seen) -> str:
        return _place(subject, comments.take_back(found, by=pages.me(request), at=timezone.now(), seen=seen))

    page = Writing(
        f"Take back a comment on {_called(request, subject)}",
        "Take it back",
        back=_place(subject, found),
        done="Taken back.",
        question="What it says is gone for good; that there was a comment, and who took it back, stays. Take it back?",
        is_grave=True,
    )
    return forming.write(request, Nothing, page, act, thing=found)


def _context(request: HttpRequest, subject: Any, thread: queries.Thread) -> dict[str, Any]:
    me = pages.me(request)
    here = f"{kind_of(subject)}:{pk_of(subject)}"
    return {
        "subject": subject,
        "thread": thread,
        "comments": [
            {
                "row": row,
                "html": html,
                "may_change": not row.is_taken_back and rules.may_change_comment(me, row),
                "may_take_back": not row.is_taken_back and rules.may_take_back_comment(me, row),
            }
            for row, html in thread.comments
        ],
        "earlier": f"{_all(subject)}&{_UNTIL}={thread.earlier}" if thread.earlier else "",
        "later": f"{_all(subject)}&{_FROM}={thread.later}" if thread.later else "",
        "form": CommentShape(user=me, auto_id="comment_%s") if rules.may_comment(me) else None,
        "address": f"{reverse('comment_new')}?{urlencode({'subject': here})}",
        "not_you": comments.NOT_YOU,
        "zone": pages.zone_quietly(request),
    }


def _called(request: HttpRequest, subject: Any) -> str:
    thing = (kind_of(subject), pk_of(subject))
    return labels.of([thing], request.user)[thing].text


def _subject(request: HttpRequest) -> Any:
    try:
        return queries.subject_named(request.GET.get("subject", ""), request.user)
    except ValueError as error:
        raise NotVisible(str(error)) from None


def _visible(request: HttpRequest, pk: int) -> Comment:
    found: Comment = get_object_or_404(Comment.objects.visible_to(request.user).with_people(), pk=pk)
    return found


def _number(request: HttpRequest, name: str) -> int | None:
    text = request.GET.get(name, "")
    if not text:
        return None
    if text.isascii() and text.isdigit() and len(text) < 20 and int(text) <= _GREATEST_ID:
        return int(text)
    pages.notice(request, f"“{name}” is not the number of a comment; the last ones are shown.")
    return None


def _all(subject: Any) -> str:
    return f"{reverse('comments')}?{urlencode({'subject': f'{kind_of(subject)}:{pk_of(subject)}'}, safe=':')}"


def _place(subject: Any, comment: Comment) -> str:
    """Where a comment stands on the page of what it is about; one that is further back, on its own."""
    newer = Comment.objects.about(kind_of(subject), pk_of(subject)).filter(pk__gt=comment.pk).count()
    page = subject.get_absolute_url() if newer < queries.SHOWN else f"{_all(subject)}&{_FROM}={comment.pk}"
    return f"{page}#comment-{comment.pk}"
