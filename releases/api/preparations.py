"""REST: whom a release affects, what they need, and whether that is done."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.urls import path

from common.converters import NAME
from common.reading import DetailView, ListView, ReadView
from common.refusals import RuleBroken
from common.rows import Seen
from common.writing import Acts, Changes, Creates, Removes, Undoes
from releases.actions import audiences, preparations
from releases.api.within import ONE, ListOfRelease, PartOfRelease, number_of, release_of
from releases.forms.preparations import AudienceShape, DoneShape, DraftShape, NewPreparationShape, PreparationShape
from releases.queries.preparation_answers import AUDIENCES, PREPARATIONS


class Audiences(Creates, ListOfRelease):
    """Whom a release affects."""

    noun, new = AUDIENCES, AudienceShape

    def create(self, given: dict[str, Any], *, by: Any, at: datetime, **names: str) -> Any:
        return audiences.add(release_of(names["key"], by), by=by, **given)


class Audience(Changes, Removes, PartOfRelease):
    """One audience of a release, with the release notes for it."""

    noun, shape = AUDIENCES, AudienceShape

    def change(self, thing: Any, changes: dict[str, Any], *, by: Any, at: datetime, seen: Seen) -> Any:
        return audiences.change(thing, changes, by=by, seen=seen)

    def remove(self, thing: Any, *, by: Any, at: datetime, seen: Seen) -> None:
        audiences.remove(thing, by=by, seen=seen)


class NotesDraft(Acts, ReadView):
    """A draft of the release notes for an audience, made of what the release carries and changes."""

    noun, new = AUDIENCES, DraftShape

    def inside(self, user: Any, names: Mapping[str, str]) -> dict[str, Any]:
        return {"release": number_of(names["key"], user)}

    def act(self, thing: Any, given: dict[str, Any], *, by: Any, at: datetime, seen: Seen) -> Any:
        return audiences.draft_notes(thing, by=by, seen=seen, **given)


class _ForAudiences:
    """What the audiences need of the release that the address names."""

    def inside(self, user: Any, names: Mapping[str, str]) -> dict[str, Any]:
        return {"audience__release": number_of(names["key"], user)}


class Preparations(Creates, _ForAudiences, ListView):
    """What the audiences of a release need, by whom and when."""

    noun, new = PREPARATIONS, NewPreparationShape

    def create(self, given: dict[str, Any], *, by: Any, at: datetime, **names: str) -> Any:
        audience = given.pop("audience")
        if audience.release_id != number_of(names["key"], by):
            sentence = "This is no audience of the release; give the id of one of its own."
            raise RuleBroken(sentence, errors={"audience": [sentence]})
        return preparations.plan(audience, by=by, **given)


class Preparation(Changes, Removes, _ForAudiences, DetailView):
    """One thing that an audience of a release needs."""

    noun, shape = PREPARATIONS, PreparationShape

    def change(self, thing: Any, changes: dict[str, Any], *, by: Any, at: datetime, seen: Seen) -> Any:
        return preparations.change(thing, changes, by=by, seen=seen)

    def remove(self, thing: Any, *, by: Any, at: datetime, seen: Seen) -> None:
        preparations.remove(thing, by=by, seen=seen)


class Completion(Acts, Undoes, _ForAudiences, ReadView):
    """Saying that a session was held or a notice sent. DELETE: that it was not."""

    noun, new = PREPARATIONS, DoneShape

    def act(self, thing: Any, given: dict[str, Any], *, by: Any, at: datetime, seen: Seen) -> Any:
        return preparations.finish(thing, by=by, at=at, seen=seen, **given)

    def undo(self, thing: Any, *, by: Any, at: datetime, seen: Seen) -> Any:
        return preparations.reopen(thing, by=by, seen=seen)


urlpatterns = [
    path(f"{ONE}/audiences/", Audiences.as_view(), name="api_audiences"),
    path(f"{ONE}/audiences/<{NAME}:name>/", Audience.as_view(), name="api_audience"),
    path(f"{ONE}/audiences/<{NAME}:name>/draft/", NotesDraft.as_view(), name="api_notes_draft"),
    path(f"{ONE}/preparations/", Preparations.as_view(), name="api_preparations"),
    path(f"{ONE}/preparations/<{NAME}:name>/", Preparation.as_view(), name="api_preparation"),
    path(f"{ONE}/preparations/<{NAME}:name>/completion/", Completion.as_view(), name="api_preparation_completion"),
]
