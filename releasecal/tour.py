"""The tour of a demonstration: three links above the calendar, until somebody has seen enough."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from releasecal.demo.lines import LINES, THREATENED
from releasecal.demo.portfolio import ENDED_LONG_AGO
from releases.models import Release

COOKIE = "tour"
_A_YEAR = 365 * 24 * 60 * 60
_LINE = next(line for line in LINES if line.slug == THREATENED)


def strip(request: HttpRequest, _: object) -> SafeString | None:
    """From what is threatened over a release to a project that has ended; nothing outside a demonstration, or without its company."""
    if not settings.DEMO or request.COOKIES.get(COOKIE) == "over":
        return None
    release = Release.objects.visible_to(request.user).filter(name=_LINE.name, version=_LINE.version(0)).first()
    if release is None:
        return None
    return render_to_string("releasecal/tour.html", {"release": release, "project": ENDED_LONG_AGO}, request)


@require_POST
def end(request: HttpRequest) -> HttpResponse:
    """Put the tour away, for this browser; it was only ever there in a demonstration."""
    if not settings.DEMO:
        raise Http404
    answer = redirect("calendar")
    answer.set_cookie(COOKIE, "over", max_age=_A_YEAR, secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Lax")
    return answer
