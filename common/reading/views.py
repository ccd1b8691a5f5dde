"""Lists and details over REST, and what they have in common with other answers that are only read."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from django.http import HttpResponse
from django.shortcuts import render
from rest_framework.request import Request
from rest_framework.views import APIView

from common.doors import dump
from common.reading import tags
from common.reading.documents import ReadingSchema
from common.reading.nouns import Noun
from common.reading.questions import COUNT, CURSOR, FIELDS, LIMIT, WORDS, Question, refused
from common.refusals import NotVisible
from common.rows import NOT_HERE

JSON = "application/json"


class ReadView(APIView):
    """Answers GET and HEAD under a strong ETag. `parameters`, `answer` (JSON Schema) and `operation` are for the documents."""

    schema = ReadingSchema()

    def conditional(self, question: Question, number: int, answer: Callable[[], Any], *more: Any) -> HttpResponse:
        """304 when the caller holds the present answer, else what `answer()` gives, as JSON. `number`: the last event it depends on."""
        tag = tags.tag_of_list(question, number, *more)
        if tags.is_known(question.request, tag):
            return tags.not_modified(tag)
        return tags.with_tag(HttpResponse(dump(answer()), content_type=JSON), tag)

    def page(self, question: Question, template: str) -> HttpResponse:
        """An HTML page below the API that changes only with the program."""
        tag = tags.tag_of_list(question, 0)
        if tags.is_known(question.request, tag):
            return tags.not_modified(tag)
        return tags.with_tag(render(question.request, template), tag)


class ListView(ReadView):
    """A noun's list. `inside(user, names)` narrows it to what lies in the thing the address names, as lookups, or raises NotVisible."""

    noun: ClassVar[Noun]
    filters: ClassVar[Any] = None
    own_parameters: ClassVar[frozenset[str]] = frozenset()

    def inside(self, user: Any, names: Mapping[str, str]) -> dict[str, Any]:
        """The lookups that the address itself makes."""
        return {}

    def narrowed(self, found: Any, question: Question) -> Any:
        """For lists with parameters of their own, besides filters."""
        return found

    @property
    def searchable(self) -> bool:
        return hasattr(self.noun.model.objects, "matching")

    def get(self, request: Request, **names: str) -> HttpResponse:
        question = Question.of(request)
        repeatable = frozenset(self.filters.base_filters) if self.filters else frozenset()
        question.expect(
            repeatable | self.own_parameters | {LIMIT, CURSOR, FIELDS, COUNT} | ({WORDS} if self.searchable else set()),
            repeatable | {FIELDS},
        )
        inside = self.inside(request.user, names) if names else {}
        number = tags.last_number(self._tables(question))
        return self.conditional(question, number, lambda: self._answer(question, inside), *self.depends(question))

    def _tables(self, question: Question) -> tuple[str, ...]:
        """Those of the noun, and what the filters that are asked look at besides."""
        beside = self.filters.tables if self.filters else {}
        return (*self.noun.tables, *(table for name in beside if name in question.given for table in beside[name]))

    def depends(self, question: Question) -> tuple[Any, ...]:
        """What else the answer depends on, such as the clock."""
        return ()

    def _answer(self, question: Question, inside: dict[str, Any]) -> dict[str, Any]:
        visible = self.noun.visible_to(question.user)
        # A caller from whom nothing is hidden asks the plain question, whose SQL is kept.
        found = self._found(visible, question, inside)
        page, after, before = self.noun.page_of(found, question, cacheable=found is visible and not visible.query.where)
        answer: dict[str, Any] = {
            "results": page,
            "next": question.address_with(after) if after else None,
            "previous": question.address_with(before) if before else None,
        }
        if question.counts:
            answer["count"] = found.count()
        return answer

    def _found(self, visible: Any, question: Question, inside: dict[str, Any]) -> Any:
        found = visible.filter(**inside) if inside else visible
        found = self.narrowed(found, question)
        for name, condition in self.noun.unasked.items():
            if name not in question.given:
                found = found.filter(condition)
        if self.filters and not question.given.keys().isdisjoint(self.filters.base_filters):
            chosen = self.filters(question.given, queryset=found, request=question.request)
            for name, sentences in chosen.form.errors.items():
                raise refused(name, f"{name}: {sentences[0]}")
            found = chosen.qs
        return found.matching(question.words) if question.words else found


class DetailView(ReadView):
    """One object, by the name in its address."""

    noun: ClassVar[Noun]

    def inside(self, user: Any, names: Mapping[str, str]) -> dict[str, Any]:
        """The lookups that the address itself makes, besides the name."""
        return {}

    def get(self, request: Request, name: str, **names: str) -> HttpResponse:
        question = Question.of(request)
        question.expect({FIELDS}, {FIELDS})
        found = self.noun.named(request.user, name)
        if names:
            found = found.filter(**self.inside(request.user, names))
        number = tags.last_number(self.noun.tables)
        if "If-None-Match" in request.headers:
            revision = found.values_list("revision", flat=True).first()
            if revision is not None and tags.is_known(question.request, tags.tag_of_object(revision, number)):
                return tags.not_modified(tags.tag_of_object(revision, number))
        one = self.noun.one_of(found, question)
        if one is None:
            raise NotVisible(NOT_HERE)
        body, revision = one
        return tags.with_tag(HttpResponse(dump(body), content_type=JSON), tags.tag_of_object(revision, number))
