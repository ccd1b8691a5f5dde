"""What others ask of accounts, and comments as pages and REST show them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import models
from django.utils.safestring import SafeString

from accounts.models import Comment, Team, User
from accounts.querysets import commented_kinds
from common import labels, markdown
from common.labels import Label, Named, Restricted
from common.reading import Noun, Plain, Question, list_of, person, text_schema
from common.reading.columns import NOBODY_NAMED, Column, Schema, Values, reference_schema
from common.rows import kind_of, pk_of

#: So many comments stand on the page of what they are about; the others are a page away.
SHOWN: Final = 20
#: So many people are offered to who begins to type a name.
OFFERED: Final = 8
_LONGEST_SAID: Final = 60


def name_people(ids: Collection[int], user: Any) -> Mapping[int, Label]:
    """The labels of people: their names, or "former colleague"."""
    return {person.pk: Label(str(person)) for person in User.objects.filter(pk__in=ids).only("name")}


def name_teams(ids: Collection[int], user: Any) -> Mapping[int, Label]:
    """The labels of teams."""
    return {team.pk: Label(team.name) for team in Team.objects.filter(pk__in=ids).only("name")}


def name_comments(ids: Collection[int], user: Any) -> Mapping[int, Named]:
    """Seen with what they are about; of one on something that is gone nobody is told."""
    rows = list(Comment.objects.filter(pk__in=ids).values_list("pk", "subject_kind", "subject_id"))
    about = labels.of({(kind, number) for _, kind, number in rows}, user)
    named: dict[int, Named] = {}
    for pk, kind, number in rows:
        subject = about[kind, number]
        is_seen = isinstance(subject, Label) and not subject.is_gone
        called = Label(f"a comment on {subject.text}", COMMENTS.addresses_from("/")(pk), COMMENTS.address_of(pk))
        named[pk] = called if is_seen else subject if isinstance(subject, Restricted) else Restricted()
    return named


# --- what a comment is about


def subject_named(text: str, user: Any) -> Any:
    """The thing that `kind:id` names, such as `release:12` or `release:REL-12`, if `user` may see it.

    What has a key, code or slug may be named by that. Raises ValueError with a sentence that says how to mend it.
    """
    return thing_named(text, user, commented_kinds(), "comment on")


def thing_named(text: str, user: Any, kinds: Mapping[str, type[models.Model]], verb: str) -> Any:
    """As `subject_named`, of the models of some kinds; `verb` is what one wanted to do with it."""
    kind, _, name = text.partition(":")
    model = kinds.get(kind)
    if model is None:
        raise ValueError(f"“{_said(text)}” is nothing to {verb}; write kind:id, the kind one of {', '.join(kinds)}.")
    found = _named(model, model._default_manager.visible_to(user), name).first()  # type: ignore[attr-defined]  # nouns with pages have this phrase
    if found is None:
        raise ValueError(f"There is no {kind} “{_said(name)}” that you may see; correct it.")
    return found


def subject_of(comment: Comment, user: Any) -> Any:
    """What a comment is about; None when `user` may not see it, or it is gone."""
    model: Any = commented_kinds()[comment.subject_kind]
    return model.objects.visible_to(user).filter(pk=comment.subject_id).first()


def sees(user: Any, subject: models.Model) -> bool:
    model: Any = commented_kinds()[kind_of(subject)]
    return bool(model.objects.visible_to(user).filter(pk=pk_of(subject)).exists())


def _named(model: type[models.Model], visible: Any, name: str) -> Any:
    if name.isascii() and name.isdigit() and len(name) <= 18:
        return visible.filter(pk=int(name))
    if hasattr(visible, "with_key"):
        return visible.with_key(name)
    by = next((each.name for each in model._meta.concrete_fields if each.name in ("code", "slug") and each.unique), None)
    return visible.filter(**{by: name}) if by and "\0" not in name else visible.none()


def _said(text: str) -> str:
    return "".join(letter if letter.isprintable() else "�" for letter in text[:_LONGEST_SAID])


# --- pages


@dataclass(frozen=True)
class Thread:
    """Some of what is said of a thing, oldest first, and how much there is in all.

    `earlier`: where those before begin, counted back from that id; `later`: the id from which those after them go on.
    """

    comments: Sequence[tuple[Comment, SafeString]]
    count: int
    earlier: int | None = None
    later: int | None = None


def thread(subject: models.Model, *, until: int | None = None, start: int | None = None) -> Thread:
    """The last comments on a thing; with `until` the last up to that id, with `start` the first from that id on.

    One query where few words were said, one more for names that are mentioned, and three where there are further pages.
    """
    everything = Comment.objects.about(kind_of(subject), pk_of(subject))
    found = everything.with_people()
    if start is not None:
        rows = list(found.filter(pk__gte=start).order_by("pk")[: SHOWN + 1])
        more_after, rows = len(rows) > SHOWN, rows[:SHOWN]
        more_before = everything.filter(pk__lt=start).exists()
    else:
        rows = list((found if until is None else found.filter(pk__lte=until)).order_by("-pk")[: SHOWN + 1])
        more_before, rows = len(rows) > SHOWN, rows[:SHOWN][::-1]
        more_after = until is not None and everything.filter(pk__gt=until).exists()
    is_all = not (more_before or more_after)
    return Thread(
        comments=read(rows),
        count=len(rows) if is_all else everything.count(),
        earlier=rows[0].pk - 1 if more_before and rows else None,
        later=rows[-1].pk + 1 if more_after and rows else None,
    )


def read(comments: Iterable[Comment]) -> list[tuple[Comment, SafeString]]:
    """Comments, each with its text as HTML."""
    rows = list(comments)
    people = {number for row in rows for number in row.mentioned}
    names = (
        {pk: name or NOBODY_NAMED for pk, name in User.objects.filter(pk__in=people).values_list("pk", "name")} if people else {}
    )
    return [(row, markdown.render(row.text, {n: names[n] for n in row.mentioned if n in names})) for row in rows]


def colleagues(start: str, user: Any) -> Sequence[User]:
    """The first few people who can be mentioned and one of whose names, or whose address, begins so."""
    return list(User.objects.visible_to(user).people().active().beginning_with(start).order_by("name", "pk")[:OFFERED])


def as_typed(comment: Comment) -> str:
    """The text as its author writes it: people by address. Who has none any more stays an id."""
    people = User.objects.people().active().filter(pk__in=comment.mentioned)
    addresses = dict(people.values_list("pk", "email"))
    return markdown.MENTION.sub(lambda spot: f"@{addresses[int(spot[1])]}" if int(spot[1]) in addresses else spot[0], comment.text)


# --- REST


@dataclass(frozen=True, eq=False)
class Subject(Column):
    """What it is about: `{"kind", "id", "url"}`; the address is null of what the caller may not see, or what is gone."""

    @property
    def sources(self) -> tuple[str, ...]:
        return ("subject_kind", "subject_id")

    def values(self, given: Sequence[Values], question: Question) -> Iterable[Any]:
        things = list(zip(*given, strict=True))
        named = labels.of(set(things), question.user)
        root = question.root.rstrip("/")
        addresses = {thing: f"{root}{name.api_url}" if name.api_url else None for thing, name in named.items()}
        return [{"kind": kind, "id": number, "url": addresses[kind, number]} for kind, number in things]

    def schema(self, model: type[models.Model]) -> Schema:
        properties = {"kind": text_schema(), "id": {"type": "integer"}, "url": {"type": ["string", "null"], "format": "uri"}}
        return {"type": "object", "properties": properties, "required": list(properties)}


@dataclass(frozen=True, eq=False)
class _Mentions(Column):
    """Who is named in it."""

    @property
    def sources(self) -> tuple[str, ...]:
        return ("mentioned",)

    def values(self, given: Sequence[Values], question: Question) -> Iterable[Any]:
        people = {number for row in given[0] for number in row}
        names = dict(User.objects.filter(pk__in=people).values_list("pk", "name")) if people else {}
        return [[{"id": number, "name": names.get(number) or NOBODY_NAMED, "url": None} for number in row] for row in given[0]]

    def schema(self, model: type[models.Model]) -> Schema:
        return list_of(reference_schema("id"))


COMMENTS: Final = Noun(
    "comment",
    "comments",
    Comment,
    by="id",
    order=("id",),
    tables=("accounts_comment", "accounts_user"),
    columns=(
        Subject("subject"),
        person("author"),
        Plain("text"),
        _Mentions("mentions"),
        Plain("created_at"),
        Plain("edited_at"),
        Plain("taken_back_at"),
        person("taken_back_by"),
    ),
)
