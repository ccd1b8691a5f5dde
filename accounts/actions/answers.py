"""Verbs on kept answers: a POST with an `Idempotency-Key` is done once, however often it is sent."""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta

import orjson
from django.db import connection, transaction
from django.http import HttpResponse
from rest_framework.request import Request

from accounts.models import IdempotencyKey
from common.refusals import Conflict, RuleBroken

KEPT_FOR = timedelta(hours=24)
#: What an answer tells once and never again; somebody who asks again gets the rest.
TOLD_ONCE = ("secret", "secret_url")


def once(request: Request, key: str, act: Callable[[], HttpResponse], *, at: datetime) -> HttpResponse:
    """Answer as the same caller was answered at this address with this key in the last 24 hours; else do it now and keep the answer.

    The answer is written in the transaction of what is done: both or neither. A refusal keeps nothing, so that the key may be used
    again. Raises RuleBroken when another body or query comes with the key, Conflict while the first is still running.
    """
    http = request._request  # noqa: SLF001 - DRF documents _request as the way to Django's
    caller = f"token {request.auth.pk}" if request.auth is not None else f"session {http.session.session_key}"
    name = hashlib.sha256("\n".join((caller, http.path, key)).encode()).hexdigest()
    # What the address asks beside its path belongs to the request: a dry run is no import.
    asked = http.META.get("QUERY_STRING", "").encode()
    digest = hashlib.sha256(b"%d\n%b%b" % (len(asked), asked, http.body)).hexdigest()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [int(name[:15], 16)])
            if not cursor.fetchone()[0]:
                raise Conflict("A request with this Idempotency-Key is still running; ask again in a moment.")
        kept = IdempotencyKey.objects.filter(name=name).first()
        if kept is not None and kept.created_at > at - KEPT_FOR:
            if kept.body_digest != digest:
                raise RuleBroken("This Idempotency-Key came with another request before; take a new key for a new request.")
            return _again(kept)
        response = act()
        if response.status_code >= 300:  # refused without raising, as an import with rows that are wrong
            return response
        answer = {
            "body_digest": digest,
            "status": response.status_code,
            "content_type": response["Content-Type"],
            "location": response.get("Location", ""),
            "etag": response.get("ETag", ""),
            "answer": _without_secrets(response.content),
            "created_at": at,
        }
        IdempotencyKey.objects.update_or_create(name=name, defaults=answer)
    return response


def forget(*, at: datetime) -> int:
    """Delete the answers nobody can ask for any more; gives how many."""
    gone, _ = IdempotencyKey.objects.filter(created_at__lte=at - KEPT_FOR).delete()
    return gone


def _again(kept: IdempotencyKey) -> HttpResponse:
    response = HttpResponse(bytes(kept.answer), content_type=kept.content_type, status=kept.status)
    if kept.location:
        response["Location"] = kept.location
    if kept.etag:
        response["ETag"] = kept.etag
    response["Cache-Control"] = "no-store"
    response["Idempotency-Replayed"] = "true"
    return response


def _without_secrets(content: bytes) -> bytes:
    if not any(f'"{name}"'.encode() in content for name in TOLD_ONCE):
        return content
    body = orjson.loads(content)
    return orjson.dumps({name: value for name, value in body.items() if name not in TOLD_ONCE})
