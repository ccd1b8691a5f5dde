"""The verbs of REST, as parts of a noun's list and detail views: POST, PATCH, DELETE, and addresses of verbs.

Each gives the shape of what was sent to the noun's verb, and answers with the object as GET shows it. `If-Match` becomes `seen`,
which the verb compares under its lock; `Idempotency-Key` is kept by what the settings name.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone
from django.utils.module_loading import import_string
from rest_framework.request import Request

from common.doors import dump
from common.reading import Noun, Question, tags
from common.reading.views import JSON
from common.refusals import BadInput, NotVisible
from common.rows import NOT_HERE, Seen, still_there
from common.writing.documents import WritingSchema
from common.writing.shapes import Shape

IDEMPOTENCY_KEY = "Idempotency-Key"
_KEY = re.compile(r"[\x21-\x7e]{1,200}")
_TAG = re.compile(r'\s*"(\d{1,18})-[^"]*"\s*')


class Writes:
    """What all parts share. The view it is part of has a `noun` and, where an address names an outer thing, `inside`.

    `in_full`: as what a list answers a single object, where these show more than the list does.
    """

    schema: Any = WritingSchema()
    noun: ClassVar[Noun]
    in_full: ClassVar[Noun | None] = None
    inside: Callable[[Any, Mapping[str, str]], dict[str, Any]]

    def given(self, request: Request, shape: type[Shape], *, partial: bool = False) -> dict[str, Any]:
        """What the body gives, as the verb takes it."""
        return shape(user=request.user).read(request.data, partial=partial)

    def thing(self, request: Request, name: str, names: Mapping[str, str]) -> Any:
        """The object the address names."""
        found = self.noun.named(request.user, name)
        if names:
            found = found.filter(**self.inside(request.user, names))
        thing = found.first()
        if thing is None:
            raise NotVisible(NOT_HERE)
        return thing

    def answered(
        self,
        request: Request,
        thing: Any,
        *,
        status: int = 200,
        more: Mapping[str, Any] | None = None,
        noun: Noun | None = None,
    ) -> HttpResponse:
        """The object as GET shows it, under its tag. `more` is what is told only now, such as a secret.

        `noun`: what it is, where that is another than what the address names.
        """
        question = Question.of(request)
        noun = noun or self.in_full or self.noun
        number = tags.last_number(noun.tables)
        found = noun.one_of(noun.visible_to(request.user).filter(pk=thing.pk), question)
        if found is None:
            # Written, and by that taken out of the writer's own sight.
            body: dict[str, Any] = {"id": thing.pk, **question.restricted(noun.kind, [thing.pk])[thing.pk]}
            return tags.with_tag(HttpResponse(dump(body), content_type=JSON, status=status), tags.tag_of_object(0, number))
        body, revision = found
        response = HttpResponse(dump(body | dict(more or {})), content_type=JSON, status=status)
        if status == 201:
            response["Location"] = body["url"]
        tags.with_tag(response, tags.tag_of_object(revision, number))
        if more:
            response["Cache-Control"] = "no-store"
        return response

    def once(self, request: Request, act: Callable[[], HttpResponse]) -> HttpResponse:
        """Do it, or with an `Idempotency-Key` that was used before answer as then."""
        key = request.headers.get(IDEMPOTENCY_KEY)
        if key is None:
            return act()
        if not _KEY.fullmatch(key):
            raise BadInput("An Idempotency-Key has 1 to 200 printable ASCII characters without spaces.")
        keep = import_string(settings.ANSWERS_KEPT_BY)
        answer: HttpResponse = keep(request, key, act, at=timezone.now())
        return answer


class Creates(Writes):
    """POST to a list makes a new one: `new` is its shape, `create` calls the verb. With an outer thing in the address, `names`."""

    new: ClassVar[type[Shape]]

    def create(self, given: dict[str, Any], *, by: Any, at: datetime, **names: str) -> Any:
        """Call the verb; gives the new row, or (row, what is told only now)."""
        raise NotImplementedError

    def post(self, request: Request, **names: str) -> HttpResponse:
        Question.of(request).expect(set())

        def act() -> HttpResponse:
            thing, more = _with_more(self.create(self.given(request, self.new), by=request.user, at=timezone.now(), **names))
            return self.answered(request, thing, status=201, more=more)

        return self.once(request, act)


class Changes(Writes):
    """PATCH changes the fields given: `shape` says which there are."""

    shape: ClassVar[type[Shape]]

    def change(self, thing: Any, changes: dict[str, Any], *, by: Any, at: datetime, seen: Seen) -> Any:
        """Call the verb; gives the changed row."""
        raise NotImplementedError

    def patch(self, request: Request, name: str, **names: str) -> HttpResponse:
        Question.of(request).expect(set())
        thing = self.thing(request, name, names)
        changes = self.given(request, self.shape, partial=True)
        with still_there(self.noun.model):
            changed = self.change(thing, changes, by=request.user, at=timezone.now(), seen=seen_by(request))
        return self.answered(request, changed)


class Removes(Writes):
    """DELETE: 204, or 409 with what still refers to it."""

    def remove(self, thing: Any, *, by: Any, at: datetime, seen: Seen) -> None:
        raise NotImplementedError

    def delete(self, request: Request, name: str, **names: str) -> HttpResponse:
        Question.of(request).expect(set())
        thing = self.thing(request, name, names)
        with still_there(self.noun.model):
            self.remove(thing, by=request.user, at=timezone.now(), seen=seen_by(request))
        return HttpResponse(status=204)


class Acts(Writes):
    """The address of a verb (`…/cancellation/`): POST does it, and the answer is the changed object, or with `status` 201 a new row.

    Not a reading view: put it before `ReadView` alone. `act` takes the object that the address names.
    """

    new: ClassVar[type[Shape]]
    status: ClassVar[int] = 200

    def act(self, thing: Any, given: dict[str, Any], *, by: Any, at: datetime, seen: Seen) -> Any:
        """Call the verb; gives the changed row, or (row, what is told only now)."""
        raise NotImplementedError

    def post(self, request: Request, name: str, **names: str) -> HttpResponse:
        Question.of(request).expect(set())
        thing = self.thing(request, name, names)

        def act() -> HttpResponse:
            given = self.given(request, self.new)
            with still_there(self.noun.model):
                changed, more = _with_more(self.act(thing, given, by=request.user, at=timezone.now(), seen=seen_by(request)))
            return self.answered(request, changed, status=self.status, more=more)

        return self.once(request, act)


class Undoes(Writes):
    """DELETE of a verb's address takes back what was done: 200 and the changed object. Stands beside `Acts`.

    With `told`, the answer is the row that records the taking back, of that noun.
    """

    told: ClassVar[Noun | None] = None

    def undo(self, thing: Any, *, by: Any, at: datetime, seen: Seen) -> Any:
        raise NotImplementedError

    def delete(self, request: Request, name: str, **names: str) -> HttpResponse:
        Question.of(request).expect(set())
        thing = self.thing(request, name, names)
        with still_there(self.noun.model):
            undone = self.undo(thing, by=request.user, at=timezone.now(), seen=seen_by(request))
        return self.answered(request, undone, noun=self.told)


def _with_more(made: Any) -> tuple[Any, Mapping[str, Any] | None]:
    """What a verb gave, and what is told only now."""
    return made if isinstance(made, tuple) else (made, None)


def seen_by(request: Request) -> Seen:
    """The revisions that `If-Match` names, by the part before the dash; None without it or with `*`."""
    header = request.headers.get("If-Match")
    if header is None or header.strip() == "*":
        return None
    return frozenset(int(match[1]) for each in header.split(",") if (match := _TAG.fullmatch(each)))
