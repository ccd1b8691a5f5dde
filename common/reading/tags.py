"""ETags: strong ones, made of the last numbers of the tables that an answer depends on, so that "unchanged" costs one indexed read."""

import hashlib
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.http import parse_etags

from common.reading.questions import Question


def last_number(tables: Iterable[str]) -> int:
    """The number of the last event that changed one of `tables`; 0 when none ever did.

    Asked before the rows are: what is committed in between makes the answer newer than its tag, never older.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(last), 0) FROM history_mark WHERE table_name = ANY(%s)", [list(tables)])
        return int(cursor.fetchone()[0])


def tag_of_list(question: Question, number: int, *more: Any) -> str:
    """`"<n>-<digest of query, caller, program version>"`; `more` is what else the answer depends on, such as the minute."""
    told = "\n".join(
        str(each) for each in (question.root, question.request.get_full_path(), question.user.pk, settings.VERSION, *more)
    )
    return f'"{number}-{hashlib.blake2b(told.encode(), digest_size=10).hexdigest()}"'


def tag_of_object(revision: int, number: int) -> str:
    """`"<revision>-<n>"`; writes compare the part before the dash."""
    return f'"{revision}-{number}"'


def is_known(request: HttpRequest, tag: str) -> bool:
    """Whether the caller holds the answer of this tag already (If-None-Match, RFC 9110: compared weakly)."""
    header = request.META.get("HTTP_IF_NONE_MATCH")
    if not header:
        return False
    return header.strip() == "*" or tag in {each.removeprefix("W/") for each in parse_etags(header)}


def not_modified(tag: str) -> HttpResponse:
    return with_tag(HttpResponseNotModified(), tag)


def with_tag(response: HttpResponse, tag: str) -> HttpResponse:
    """The answer under its tag, for the caller alone and asked for again each time."""
    response["ETag"] = tag
    response["Cache-Control"] = "private, no-cache"
    response["Vary"] = "Authorization, Cookie"
    return response
