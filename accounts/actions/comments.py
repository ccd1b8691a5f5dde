"""Verbs on comments: add, change, take_back.

Whoever sees a thing and has a role may say something about it. History knows that something was said, by whom, about what, and
who is mentioned: who tells people of that reads it there.
"""

import re
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final

from accounts import queries, rules
from accounts.models import Comment, User
from accounts.vocabulary import LONGEST_COMMENT, MOST_MENTIONED
from common import markdown
from common.refusals import BadInput, Conflict, NotAllowed, NotVisible, RuleBroken
from common.rows import Row, Seen, expect_seen, kind_of, pk_of
from common.texts import problem_with_prose
from history.deeds import deed, record

NOT_YOU: Final = "Only people with a role may comment, auditors not among them; an administrator can give you one."
NOT_YOURS: Final = "Only who wrote a comment may change it."
NOT_YOURS_TO_TAKE: Final = "Only who wrote a comment, or an administrator, may take it back."
NOT_HERE: Final = "What this comment is about is no longer there, or nothing you may see."
#: A person named by address, such as @anna@demo.example. Not in the middle of a word or of an address of the web.
_BY_ADDRESS: Final = re.compile(r"(?<![\w/@.+-])@([A-Za-z0-9._%+'-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+)")


@deed
def add(subject: Row, *, by: User, text: str) -> Comment:
    """Say something about `subject`, in Markdown, at most 10,000 characters.

    `@anna@demo.example` or `@{user:12}` mentions somebody, who has to be able to see the subject too. Raises NotAllowed, NotVisible,
    BadInput for a text that is empty, too long or names nobody, and RuleBroken for people who cannot be told.
    """
    if not queries.sees(by, subject):
        raise NotVisible(NOT_HERE)
    if not rules.may_comment(by):
        raise NotAllowed(NOT_YOU)
    text, mentioned = _understood(text, subject)
    comment = Comment.objects.create(
        author=by, subject_kind=kind_of(subject), subject_id=pk_of(subject), text=text, mentioned=mentioned
    )
    template = "{actor} commented on {subject}"
    record(subject, "commented", by=by, template=_telling(template, mentioned), comment=comment, **_people(mentioned))
    return _fresh(comment)


@deed
def change(comment: Comment, given: Mapping[str, Any], *, by: User, at: datetime, seen: Seen = None) -> Comment:
    """Give a comment another text, and say so on it. Only those are told who were not mentioned before.

    Raises NotAllowed, NotVisible, BadInput, RuleBroken as `add` does, Conflict when it was taken back, and Stale when it is none of
    the revisions `seen`.
    """
    comment = _locked(comment)
    subject = _subject(comment, by)
    if not rules.may_change_comment(by, comment):
        raise NotAllowed(NOT_YOURS)
    _expect_there(comment)
    expect_seen(comment, seen)
    text, mentioned = _understood(given.get("text", comment.text), subject, known=comment.mentioned)
    if text == comment.text:
        return comment
    new = [number for number in mentioned if number not in comment.mentioned]
    comment.text, comment.mentioned, comment.edited_at = text, mentioned, at
    comment.save(update_fields=["text", "mentioned", "edited_at"])
    template = "{actor} changed a comment on {subject}"
    record(subject, "changed_comment", by=by, template=_telling(template, new), comment=comment, **_people(new))
    return _fresh(comment)


@deed
def take_back(comment: Comment, *, by: User, at: datetime, seen: Seen = None) -> Comment:
    """Forget what a comment says; that there was one, and who took it back, stays.

    Raises NotAllowed, NotVisible, Conflict when it was taken back already, and Stale when it is none of the revisions `seen`.
    """
    comment = _locked(comment)
    subject = _subject(comment, by)
    if not rules.may_take_back_comment(by, comment):
        raise NotAllowed(NOT_YOURS_TO_TAKE)
    _expect_there(comment)
    expect_seen(comment, seen)
    comment.text, comment.mentioned, comment.taken_back_at, comment.taken_back_by = "", [], at, by
    comment.save(update_fields=["text", "mentioned", "taken_back_at", "taken_back_by"])
    if by.pk == comment.author_id:
        record(subject, "took_back_comment", by=by, template="{actor} took a comment on {subject} back", comment=comment)
    else:
        template = "{actor} took a comment of {author} on {subject} back"
        record(subject, "took_back_comment", by=by, template=template, comment=comment, author=comment.author)
    return _fresh(comment)


# --- what they have in common


def _locked(comment: Comment) -> Comment:
    return Comment.objects.select_for_update(no_key=True, of=("self",)).select_related("author").get(pk=comment.pk)


def _fresh(comment: Comment) -> Comment:
    return Comment.objects.with_people().get(pk=comment.pk)


def _subject(comment: Comment, by: User) -> Any:
    subject = queries.subject_of(comment, by)
    if subject is None:
        raise NotVisible(NOT_HERE)
    return subject


def _expect_there(comment: Comment) -> None:
    if comment.is_taken_back:
        raise Conflict("This comment was taken back; write a new one.")


def _understood(text: str, subject: Row, known: Collection[int] = ()) -> tuple[str, list[int]]:
    """The text as it is kept, and who is mentioned. `known`: who was mentioned before, and stays so whatever became of them."""
    text = text.replace("\r\n", "\n").strip()
    problem = "This cannot be empty; write what you want to say." if not text else problem_with_prose(text)
    if problem:
        raise _wrong(problem)
    found = _by_address(text)
    text = _BY_ADDRESS.sub(lambda spot: f"@{{user:{found[spot[1].lower()].pk}}}", text)
    if len(text) > LONGEST_COMMENT:
        raise _wrong(f"A comment has at most {LONGEST_COMMENT:,} characters, and this has {len(text):,}; shorten it.")
    mentioned = markdown.mentioned(text)
    if len(mentioned) > MOST_MENTIONED:
        raise _wrong(f"A comment mentions at most {MOST_MENTIONED} people, and this names {len(mentioned)}; name fewer.")
    _expect_reachable([number for number in mentioned if number not in known], subject)
    return text, mentioned


def _by_address(text: str) -> dict[str, User]:
    """The people whose addresses stand in a text, by these in lower case."""
    addresses = list(dict.fromkeys(spot[1].lower() for spot in _BY_ADDRESS.finditer(text)))
    if len(addresses) > MOST_MENTIONED:
        raise _wrong(f"A comment mentions at most {MOST_MENTIONED} people, and this names {len(addresses)}; name fewer.")
    found = {person.email: person for person in User.objects.people().with_address(addresses)} if addresses else {}
    for address in addresses:
        if address not in found:
            raise _wrong(f"Nobody here has the address {address}; correct it, or take away the @ before it.")
    return found


def _expect_reachable(numbers: Collection[int], subject: Row) -> None:
    """Refuse to mention who could not read it."""
    people = {person.pk: person for person in User.objects.people().filter(pk__in=numbers)} if numbers else {}
    for number in numbers:
        person = people.get(number)
        if person is None:
            raise _wrong(f"Nobody here has the id {number}; correct @{{user:{number}}}, or take it out.")
        if not person.is_active:
            raise _unreachable(f"{person} can no longer sign in and would not be told; take the @ before the name away.")
        if not queries.sees(person, subject):
            raise _unreachable(f"{person} may not see this and would not be told; take the @ before the name away.")


def _telling(template: str, mentioned: Collection[int]) -> str:
    return f"{template} and mentioned {{mentions}}" if mentioned else template


def _people(numbers: Collection[int]) -> dict[str, Any]:
    return {"mentions": [{"kind": "user", "id": number} for number in numbers]} if numbers else {}


def _wrong(sentence: str) -> BadInput:
    return BadInput(sentence, errors={"text": [sentence]})


def _unreachable(sentence: str) -> RuleBroken:
    return RuleBroken(sentence, errors={"text": [sentence]})
