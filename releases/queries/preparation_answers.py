"""What REST shows of audiences, and of what they need."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from common.reading import Column, Computed, Noun, Plain, Question, Reference, person, text_schema
from common.reading.columns import reference_schema
from releases.models import Audience, Preparation
from releases.queries.answers import OWN_RELEASE, RELEASES, RESTRICTIONS
from releases.vocabulary import KEY_PREFIX


@dataclass(frozen=True, eq=False)
class OnAudiencesPage(Noun):
    """A noun that is shown on the page of an audience, below its release's; `audience` leads there, `anchor` names its row there."""

    audience: str = ""
    anchor: str = ""

    @cached_property
    def all_columns(self) -> tuple[Column, ...]:
        sources = (f"{self.audience}__release_id", f"{self.audience}_id", "id") if self.audience else ("release_id", "id", "id")
        page = Computed("html_url", sources, self._own_pages, text_schema(format="uri"))
        return tuple(page if column.name == page.name else column for column in super().all_columns)

    def _own_pages(self, question: Question) -> Callable[..., Any]:
        start, anchor = f"{question.root}releases/{KEY_PREFIX}", f"#{self.anchor}-" if self.anchor else ""
        return lambda release, audience, own: f"{start}{release}/audiences/{audience}/{f'{anchor}{own}' if anchor else ''}"


AUDIENCES: Final = OnAudiencesPage(
    "audience",
    "audiences",
    Audience,
    by="id",
    order=("id",),
    tables=(*RESTRICTIONS, "releases_audience"),
    within=(RELEASES, "release"),
    columns=(
        OWN_RELEASE,
        Plain("name"),
        Plain("site"),
        Plain("size"),
        Plain("language"),
        Plain("is_customer"),
        Plain("notes"),
        Plain("is_drafted"),
    ),
)


def _audiences(question: Question) -> Callable[..., Any]:
    start = f"{question.base}releases/{KEY_PREFIX}"

    def read(number: int, name: str, site: str, release: int) -> Any:
        return {"id": number, "name": f"{name} {site}".strip(), "url": f"{start}{release}/audiences/{number}/"}

    return read


PREPARATIONS: Final = OnAudiencesPage(
    "preparation",
    "preparations",
    Preparation,
    by="id",
    order=("id",),
    tables=(*RESTRICTIONS, "releases_audience", "releases_preparation"),
    within=(RELEASES, "audience__release"),
    audience="audience",
    anchor="preparation",
    columns=(
        Reference("release", "releases", by="key", prefix=KEY_PREFIX, path="audience__release", also=("version",)),
        Computed(
            "audience",
            ("audience_id", "audience__name", "audience__site", "audience__release_id"),
            _audiences,
            reference_schema("id"),
        ),
        Plain("need"),
        Plain("about"),
        person("owner"),
        Plain("starts_at"),
        Plain("ends_at"),
        Plain("done_at"),
    ),
)
