"""What every page of a noun does with its address: the zone it is read in, and notices for what it asks and nobody knows."""

from collections.abc import Collection, Mapping
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

ZONE = "tz"
_LONGEST_SAID = 40


def show(request: HttpRequest, template: str, context: Mapping[str, Any], *, known: Collection[str] = ()) -> HttpResponse:
    """The page, in the zone of its address or its reader. Parameters other than `tz` and `known` are left out, with a notice."""
    note_unknown(request, known)
    zone = context.get("zone") or zone_of(request)
    return render(request, template, {**context, "zone": zone})


def name_asked(request: HttpRequest, parameter: str) -> str:
    """The code, slug or key that a parameter of the address names; empty for what the database cannot be asked for."""
    name = request.GET.get(parameter, "")
    return "" if "\0" in name else name


def zone_of(request: HttpRequest) -> ZoneInfo:
    """The zone the address names (`?tz=`), else the reader's own; one that nobody knows falls back with a notice."""
    own: ZoneInfo = request.user.zone  # type: ignore[union-attr]  # pages are for people who signed in
    return zone_or(request, own)


def zone_or(request: HttpRequest, otherwise: ZoneInfo) -> ZoneInfo:
    """The zone the address names, else `otherwise`, with a notice when nobody knows the one it names."""
    name = request.GET.get(ZONE)
    if not name or name in _known_zones():
        return ZoneInfo(name) if name else otherwise
    notice(request, f"There is no time zone “{_said(name)}”; times are shown in {otherwise.key}.")
    return otherwise


def zone_quietly(request: HttpRequest) -> ZoneInfo:
    """The same, for parts of a page that has said its notices already."""
    name = request.GET.get(ZONE)
    own: ZoneInfo = request.user.zone  # type: ignore[union-attr]  # pages are for people who signed in
    return ZoneInfo(name) if name and name in _known_zones() else own


@cache
def _known_zones() -> frozenset[str]:
    """Asked once: looking walks the folders of the zone data, and every part of a page asks."""
    return frozenset(available_timezones())


def note_unknown(request: HttpRequest, known: Collection[str] = ()) -> None:
    """Say which parameters of the address this page does not know."""
    unknown = [name for name in request.GET if name != ZONE and name not in known]
    if unknown:
        listed = ", ".join(f"“{_said(name)}”" for name in unknown[:5]) + (" and others" if len(unknown) > 5 else "")
        notice(request, f"The address asks for {listed}, which this page does not know; it was left out.")


def me(request: HttpRequest) -> Any:
    """Who is signed in, an `accounts.models.User`; only behind `login_required`."""
    return request.user


def notice(request: HttpRequest, sentence: str) -> None:
    """Something was understood otherwise than it was asked; said on top of the page."""
    messages.warning(request, sentence)


def _said(text: str) -> str:
    printable = "".join(letter if letter.isprintable() else "�" for letter in text[: _LONGEST_SAID + 1])
    return printable if len(printable) <= _LONGEST_SAID else printable[:_LONGEST_SAID] + "…"
