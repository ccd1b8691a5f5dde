"""REST: releases, their members, and what happened to them."""

from collections.abc import Mapping
from typing import Any

from django.urls import path

from common.converters import NAME
from common.reading import DetailView, ListView
from history.api import EventsView
from releases.api.within import ONE, number_of
from releases.filters import ReleaseFilter
from releases.queries.answers import RELEASES


class Releases(ListView):
    """What travels: sets of changes to services."""

    noun, filters = RELEASES, ReleaseFilter


class Release(DetailView):
    """One release."""

    noun = RELEASES


class Members(ListView):
    """The members of a package release."""

    noun, filters = RELEASES, ReleaseFilter

    def inside(self, user: Any, names: Mapping[str, str]) -> dict[str, Any]:
        return {"package": number_of(names["key"], user)}


class Events(EventsView):
    """What happened to a release, newest first."""

    kind, operation = "release", "releases_events_list"

    def number_of(self, user: Any, names: Mapping[str, str]) -> int:
        return number_of(names["key"], user)


urlpatterns = [
    path("releases/", Releases.as_view(), name="api_releases"),
    path(f"releases/<{NAME}:name>/", Release.as_view(), name="api_release"),
    path(f"{ONE}/members/", Members.as_view(), name="api_members"),
    path(f"{ONE}/events/", Events.as_view(), name="api_events_of_release"),
]
