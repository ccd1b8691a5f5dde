"""What surrounds every request: limits of the API, the end of sessions, a deed around what the sign-in library writes."""

import hashlib
import time
from collections.abc import Callable
from functools import cache

import redis
import structlog
from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import SESSION_KEY, logout
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import HttpRequest, HttpResponse

from accounts.actions import library
from accounts.models import User
from accounts.vocabulary import SESSION_BEGAN, SESSION_SEEN
from common.doors import API_PREFIX, answer
from common.refusals import TooMany
from history.deeds import deed, record_all

log = structlog.get_logger(__name__)
GetResponse = Callable[[HttpRequest], HttpResponse]

WINDOW = 60
SIGN_IN_AND_ADMINISTRATION = ("/accounts/", "/admin/")


def limit_api(get_response: GetResponse) -> GetResponse:
    """So many requests a minute for each token, and for each address that shows none or a bad one; told in headers.

    Counted by Redis in one atomic round trip before anything else is done. When Redis is away nothing is limited.
    """

    def handle(request: HttpRequest) -> HttpResponse:
        address = _address(request)
        structlog.contextvars.bind_contextvars(ip=address)
        if not request.path.startswith(API_PREFIX):
            return get_response(request)
        now = int(time.time())
        secret = request.headers.get("Authorization", "")
        failures = f"failures:{address}"
        used, failed = _count(f"token:{_digest(secret)}" if secret else f"address:{address}", failures, now)
        used = max(used, failed)
        reset = WINDOW - now % WINDOW
        if used > settings.API_LIMIT_PER_MINUTE:
            response = answer(
                request, TooMany("Too many requests in this minute; wait, then go on more slowly.", retry_after=reset)
            )
        else:
            response = get_response(request)
            if secret and response.status_code == 401:
                _count(failures, failures, now)
        response["RateLimit-Limit"] = str(settings.API_LIMIT_PER_MINUTE)
        response["RateLimit-Remaining"] = str(max(0, settings.API_LIMIT_PER_MINUTE - used))
        response["RateLimit-Reset"] = str(reset)
        return response

    return handle


def end_idle_sessions(get_response: GetResponse) -> GetResponse:
    """A session ends when unused for SESSION_IDLE, and SESSION_COOKIE_AGE after its sign-in however busy it is.

    Its use is written down at most once a minute.
    """

    def handle(request: HttpRequest) -> HttpResponse:
        # Without the cookie there is no session to read, and answers to programs need not vary by cookie.
        if settings.SESSION_COOKIE_NAME not in request.COOKIES or SESSION_KEY not in request.session:
            return get_response(request)
        now = int(time.time())
        if SESSION_BEGAN not in request.session:
            request.session[SESSION_BEGAN] = request.session[SESSION_SEEN] = now
        idle = now - request.session[SESSION_SEEN]
        if idle > settings.SESSION_IDLE.total_seconds() or now - request.session[SESSION_BEGAN] > settings.SESSION_COOKIE_AGE:
            logout(request)
            if not request.path.startswith(API_PREFIX):
                messages.info(request, "You were signed out, since your session had ended.")
        elif idle >= WINDOW:
            request.session[SESSION_SEEN] = now
        return get_response(request)

    return handle


def deed_around_sign_in_library(get_response: GetResponse) -> GetResponse:
    """Runs the sign-in library's pages and the administration in a deed, and says from the rows that changed what was done.

    Who acts is the signed-in person, else the sign-in itself. An answer that refuses takes back what was written.
    """

    def handle(request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(SIGN_IN_AND_ADMINISTRATION):
            return get_response(request)
        by = request.user if request.user.is_authenticated else User.objects.doorkeeper()
        try:
            with deed(by=by) as opened:
                response = get_response(request)
                if response.status_code >= 400:
                    raise _RefusedError(response)  # noqa: TRY301 - it has to leave the deed
                known = {(fact.verb, fact.kind, fact.id) for fact in opened.facts}
                told = library.told_by_rows(opened.event_id)
                record_all([said for said in told if (said.verb, said.kind, said.id) not in known], by=by)
        except _RefusedError as refused:
            return refused.response
        return response

    return handle


class _RefusedError(Exception):
    """Leaves the deed so that its transaction is rolled back, with the answer all the same."""

    def __init__(self, response: HttpResponse) -> None:
        super().__init__(response.status_code)
        self.response = response


@cache
def _redis() -> redis.Redis:
    # Short: a limit is not worth waiting for.
    return redis.Redis.from_url(settings.CACHE_URL, socket_timeout=0.5, socket_connect_timeout=0.5)


def _count(counted: str, looked_at: str, now: int) -> tuple[int, int]:
    """Count one request for `counted` in the present minute; how many these are, and how many were counted for `looked_at`."""
    minute = now // WINDOW
    try:
        with _redis().pipeline(transaction=False) as pipe:
            pipe.incr(f"relcal:limit:{minute}:{counted}")
            pipe.expire(f"relcal:limit:{minute}:{counted}", 2 * WINDOW)
            pipe.get(f"relcal:limit:{minute}:{looked_at}")
            used, _, seen = pipe.execute()
    except redis.RedisError as error:
        log.warning("requests not counted", error=type(error).__name__)
        return 0, 0
    return int(used), int(seen or 0)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()[:32]


def _address(request: HttpRequest) -> str:
    """Where a request comes from, believing as many proxies as TRUSTED_PROXIES says; behind a Unix socket nobody knows."""
    try:
        return str(get_adapter(request).get_client_ip(request))
    except (PermissionDenied, ImproperlyConfigured):
        return "unknown"
