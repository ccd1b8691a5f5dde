"""Verbs on preparations: what an audience needs, by whom and when, and whether it is done."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from accounts.models import User
from common.refusals import Conflict, IllegalMove, NotAllowed, RuleBroken
from common.rows import Seen, expect_seen
from history.deeds import deed, record
from releases import rules
from releases.actions.opening import NOT_YOURS, expect_open, locked, to_write
from releases.models import Audience, Preparation
from releases.vocabulary import PreparationNeed

COLUMNS: Final = ("need", "about", "owner", "starts_at", "ends_at")
NOT_YOURS_TO_FINISH: Final = "Only release managers, the release's own manager, or who sees to it, may say whether it is done."
_SESSIONS: Final = (PreparationNeed.BRIEFING, PreparationNeed.TRAINING)


@deed
def plan(
    audience: Audience,
    *,
    need: str,
    by: User,
    about: str = "",
    owner: User | None = None,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
) -> Preparation:
    """Say what an audience needs: a session in `[starts_at, ends_at)` (UTC), a notice at `starts_at`, or that it needs nothing.

    When and by whom may follow later. Raises NotAllowed, RuleBroken for times that don't go with the need, Conflict when it is said
    that the audience needs nothing, or something, already, or the release is over.
    """
    release = to_write(audience.release, by=by)
    audience = Audience.objects.select_for_update(no_key=True).get(pk=audience.pk)
    audience.release = release
    preparation = Preparation(audience=audience, need=need, about=about, owner=owner, starts_at=starts_at, ends_at=ends_at)
    _expect_sound(preparation)
    preparation.save()
    _tell(preparation, "planned_preparation", "{actor} said what {audience} needs", by, audience=audience, preparation=preparation)
    preparation.refresh_from_db()
    return preparation


@deed
def change(preparation: Preparation, changes: Mapping[str, Any], *, by: User, seen: Seen = None) -> Preparation:
    """Change what `plan` takes, but for the audience. Raises NotAllowed, Stale, RuleBroken, and Conflict as there, or when it is done."""
    preparation = _to_write(preparation, by, seen)
    differing = [name for name in COLUMNS if name in changes and changes[name] != getattr(preparation, name)]
    if differing:
        for name in differing:
            setattr(preparation, name, changes[name])
        _expect_sound(preparation)
        preparation.save(update_fields=differing)
        _tell(preparation, "changed_preparation", "{actor} changed {preparation}", by, preparation=preparation)
        preparation.refresh_from_db()
    return preparation


@deed
def remove(preparation: Preparation, *, by: User, seen: Seen = None) -> None:
    """Take back that an audience needs this. Raises NotAllowed, Stale, and Conflict when it is done, or the release is over."""
    preparation = _to_write(preparation, by, seen)
    _tell(preparation, "removed_preparation", "{actor} took out something that {audience} needed", by)
    preparation.delete()


@deed
def finish(preparation: Preparation, *, by: User, at: datetime, done_at: datetime | None = None, seen: Seen = None) -> Preparation:
    """Say that a session was held or a notice sent, at `done_at` (UTC, by default `at`).

    Raises NotAllowed, Stale, IllegalMove when it is done already or there is nothing to do, RuleBroken when that lies ahead, and
    Conflict when the release is over.
    """
    preparation = _to_finish(preparation, by, seen)
    if preparation.need == PreparationNeed.NOTHING:
        raise IllegalMove("This audience needs nothing, so there is nothing to do for it.")
    if preparation.done_at is not None:
        raise IllegalMove("It is done already; mark it as not done first, if it was not.")
    done_at = done_at or at
    if done_at > at:
        raise _broken("done_at", "What is done was done by now; give the moment at which it was.")
    return _set(preparation, done_at, "finished_preparation", "{actor} marked {preparation} as done", by)


@deed
def reopen(preparation: Preparation, *, by: User, seen: Seen = None) -> Preparation:
    """Say that it is not done after all. Raises NotAllowed, Stale, IllegalMove when it is not, Conflict when the release is over."""
    preparation = _to_finish(preparation, by, seen)
    if preparation.done_at is None:
        raise IllegalMove("It is not done yet; there is nothing to take back.")
    return _set(preparation, None, "reopened_preparation", "{actor} marked {preparation} as not done", by)


def _set(preparation: Preparation, done_at: datetime | None, verb: str, template: str, by: User) -> Preparation:
    preparation.done_at = done_at
    preparation.save(update_fields=["done_at"])
    _tell(preparation, verb, template, by, preparation=preparation)
    preparation.refresh_from_db()
    return preparation


def _tell(told: Preparation, verb: str, template: str, by: User, **data: Any) -> None:
    audience = told.audience
    named = data or {"audience": audience}
    record(audience.release, verb, by=by, template=template, need=told.need, **named)


def _locked(preparation: Preparation) -> Preparation:
    release = locked(preparation.audience.release)
    found: Preparation = (
        Preparation.objects.select_for_update(no_key=True, of=("self",)).select_related("audience", "owner").get(pk=preparation.pk)
    )
    found.audience.release = release
    return found


def _to_write(preparation: Preparation, by: User, seen: Seen) -> Preparation:
    found = _locked(preparation)
    if not rules.may_write_release(by, found.audience.release):
        raise NotAllowed(NOT_YOURS)
    expect_seen(found, seen)
    expect_open(found.audience.release)
    if found.done_at is not None:
        raise Conflict("It is done, and stays as it was; mark it as not done first, if it was not.")
    return found


def _to_finish(preparation: Preparation, by: User, seen: Seen) -> Preparation:
    found = _locked(preparation)
    if not rules.may_finish(by, found):
        raise NotAllowed(NOT_YOURS_TO_FINISH)
    expect_seen(found, seen)
    expect_open(found.audience.release)
    return found


def _expect_sound(preparation: Preparation) -> None:
    """Refuse times that don't go with the need, and needing nothing beside something."""
    starts_at, ends_at = preparation.starts_at, preparation.ends_at
    if preparation.need == PreparationNeed.NOTHING and starts_at:
        raise _broken("starts_at", "Who needs nothing waits for nothing; leave the start empty.")
    if preparation.need not in _SESSIONS and ends_at:
        raise _broken("ends_at", "Only briefings and trainings take time; leave the end empty.")
    if ends_at and not starts_at:
        raise _broken("starts_at", "It ends, so say when it starts, too.")
    if preparation.need in _SESSIONS and starts_at and not ends_at:
        raise _broken("ends_at", "Say when it ends; people plan by it.")
    if starts_at and ends_at and ends_at <= starts_at:
        raise _broken("ends_at", "It ends after it starts.")
    others = Preparation.objects.filter(audience=preparation.audience_id).exclude(pk=preparation.pk)
    if preparation.need == PreparationNeed.NOTHING and others.exists():
        raise _conflict("It is said already what this audience needs; take that out first, if it needs nothing.")
    if others.of_needs(PreparationNeed.NOTHING).exists():
        raise _conflict("It is said that this audience needs nothing; take that out, or change it.")


def _broken(field: str, sentence: str) -> RuleBroken:
    return RuleBroken(sentence, errors={field: [sentence]})


def _conflict(sentence: str) -> Conflict:
    return Conflict(sentence, errors={"need": [sentence]})
