"""REST: releases, their members, and what happened to them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.urls import path

from common.converters import NAME
from common.reading import DetailView, ListView, Question, ReadView
from common.rows import Seen
from common.writing import Acts, Changes, Creates, Removes, Undoes
from history.api import EventsView
from projects.forms import ReasonShape, RestrictionShape
from releases.actions import members, releases, restrictions
from releases.actions.readiness import last_sweep
from releases.api.within import ONE, number_of
from releases.filters import ReleaseFilter
from releases.forms.releases import ChangedReleaseShape, CopyShape, MemberShape, WholeReleaseShape
from releases.models import Release as Row
from releases.queries.answers import RELEASES


class Releases(Creates, ListView):
    """What travels: sets of changes to services."""

    noun, filters, new = RELEASES, ReleaseFilter, WholeReleaseShape

    def depends(self, question: Question) -> tuple[Any, ...]:
        return (last_sweep(),) if "readiness" in question.given else ()

    def create(self, given: dict[str, Any], *, by: Any, at: datetime, **names: str) -> Any:
        return releases.create(by=by, **given)


class Release(Changes, DetailView):
    """One release."""

    noun, shape = RELEASES, ChangedReleaseShape

    def change(self, thing: Any, changes: dict[str, Any], *, by: Any, at: datetime, seen: Seen) -> Any:
        return releases.change(thing, changes, by=by, at=at, seen=seen)


class Cancellation(Acts, ReadView):
    """Calling a release off, with its promotions that are not finished."""

    noun, new = RELEASES, ReasonShape

    def act(self, thing: Any, given: dict[str, Any], *, by: Any, at: datetime, seen: Seen) -> Any:
        return releases.cancel(thing, by=by, at=at, seen=seen, **given)


class Copies(Acts, ReadView):
    """A new release that begins as a copy of this one."""

    noun, new, status = RELEASES, CopyShape, 201

    def act(self, thing: Any, given: dict[str, Any], *, by: Any, at: datetime, seen: Seen) -> Any:
        return releases.copy(thing, by=by, **given)


class Restriction(Acts, Undoes, ReadView):
    """Keeping a release to teams until an instant (POST), and opening it again (DELETE)."""

    noun, new = RELEASES, RestrictionShape

    def act(self, thing: Any, given: dict[str, Any], *, by: Any, at: datetime, seen: Seen) -> Any:
        return restrictions.restrict(thing, by=by, at=at, seen=seen, **{"teams": [], **given})

    def undo(self, thing: Any, *, by: Any, at: datetime, seen: Seen) -> Any:
        return restrictions.open_to_all(thing, by=by, seen=seen)


class Members(Creates, ListView):
    """The members of a package release."""

    noun, filters, new = RELEASES, ReleaseFilter, MemberShape

    def inside(self, user: Any, names: Mapping[str, str]) -> dict[str, Any]:
        return {"package": number_of(names["key"], user)}

    def create(self, given: dict[str, Any], *, by: Any, at: datetime, **names: str) -> Any:
        package = Row.objects.get(pk=number_of(names["key"], by))
        return members.add(package, given["release"], by=by)


class Member(Removes, DetailView):
    """One member of a package release."""

    noun = RELEASES

    def inside(self, user: Any, names: Mapping[str, str]) -> dict[str, Any]:
        return {"package": number_of(names["key"], user)}

    def remove(self, thing: Any, *, by: Any, at: datetime, seen: Seen) -> None:
        members.remove(thing.package, thing, by=by, seen=seen)


class Events(EventsView):
    """What happened to a release, newest first."""

    kind, operation = "release", "releases_events_list"

    def number_of(self, user: Any, names: Mapping[str, str]) -> int:
        return number_of(names["key"], user)


urlpatterns = [
    path("releases/", Releases.as_view(), name="api_releases"),
    path(f"releases/<{NAME}:name>/", Release.as_view(), name="api_release"),
    path(f"releases/<{NAME}:name>/cancellation/", Cancellation.as_view(), name="api_release_cancellation"),
    path(f"releases/<{NAME}:name>/copies/", Copies.as_view(), name="api_release_copies"),
    path(f"releases/<{NAME}:name>/restriction/", Restriction.as_view(), name="api_release_restriction"),
    path(f"{ONE}/members/", Members.as_view(), name="api_members"),
    path(f"{ONE}/members/<{NAME}:name>/", Member.as_view(), name="api_member"),
    path(f"{ONE}/events/", Events.as_view(), name="api_events_of_release"),
]
