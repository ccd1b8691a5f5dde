"""Verbs on audiences: who is affected by a release, and the release notes for them."""

from collections.abc import Mapping
from typing import Any, Final

from accounts.models import User
from common.refusals import Conflict
from common.rows import Seen, expect_seen
from history.deeds import deed, record
from releases.actions.opening import to_write
from releases.models import Audience, Release
from releases.queries import drafts

COLUMNS: Final = ("name", "size", "site", "language", "is_customer", "notes")


@deed
def add(
    release: Release,
    *,
    name: str,
    by: User,
    size: int | None = None,
    site: str = "",
    language: str = "",
    is_customer: bool = False,
    notes: str = "",
    seen: Seen = None,
) -> Audience:
    """Name a group that a release affects. Raises NotAllowed, Stale, Conflict when it is named already or the release is over."""
    release = to_write(release, by=by, seen=seen)
    audience = Audience(release=release, name=name, size=size, site=site, language=language, is_customer=is_customer, notes=notes)
    _expect_new(audience)
    audience.save()
    _tell(audience, "named_audience", "{actor} named {audience} among those whom {subject} affects", by)
    audience.refresh_from_db()
    return audience


@deed
def change(audience: Audience, changes: Mapping[str, Any], *, by: User, seen: Seen = None) -> Audience:
    """Change what `add` takes. Raises NotAllowed, Stale, Conflict as there."""
    audience = _to_write(audience, by, seen)
    differing = [name for name in COLUMNS if name in changes and changes[name] != getattr(audience, name)]
    if differing:
        for name in differing:
            setattr(audience, name, changes[name])
        if {"name", "site"} & set(differing):
            _expect_new(audience)
        if "notes" in differing:
            audience.is_drafted = False
        audience.save(update_fields=[*differing, "is_drafted"])
        _tell(audience, "changed_audience", "{actor} changed {audience}", by)
        audience.refresh_from_db()
    return audience


@deed
def remove(audience: Audience, *, by: User, seen: Seen = None) -> None:
    """Take an audience out, with what was planned for it. Raises NotAllowed, Stale, and Conflict when something was done for it
    already, or the release is over."""
    audience = _to_write(audience, by, seen)
    if audience.preparations.done().exists():
        raise Conflict(f"Something was done for {audience}, and stays told; mark it as not done first, if it was not.")
    record(audience.release, "removed_audience", by=by, template="{actor} took an audience of {subject} out")
    audience.delete()


@deed
def draft_notes(audience: Audience, *, by: User, overwrite: bool = False, seen: Seen = None) -> Audience:
    """Write the release notes for an audience anew, as a draft made of what the release changes and carries.

    Raises NotAllowed, Stale, and Conflict when somebody wrote notes there and `overwrite` does not say that they may go, or the
    release is over.
    """
    audience = _to_write(audience, by, seen)
    if audience.notes and not audience.is_drafted and not overwrite:
        raise Conflict(HAS_NOTES.format(audience=audience))
    notes = drafts.notes_for(audience)
    if notes != audience.notes or not audience.is_drafted:
        audience.notes, audience.is_drafted = notes, True
        audience.save(update_fields=["notes", "is_drafted"])
        _tell(audience, "drafted_notes", "{actor} had release notes for {audience} drafted", by)
        audience.refresh_from_db()
    return audience


HAS_NOTES: Final = (
    "Somebody wrote the notes for {audience}, and a draft would take their place; ask for it with overwrite, if they may go."
)


def _tell(audience: Audience, verb: str, template: str, by: User) -> None:
    record(audience.release, verb, by=by, template=template, audience=audience)


def _to_write(audience: Audience, by: User, seen: Seen) -> Audience:
    release = to_write(audience.release, by=by)
    found: Audience = Audience.objects.select_for_update(no_key=True).get(pk=audience.pk)
    expect_seen(found, seen)
    found.release = release
    return found


def _expect_new(audience: Audience) -> None:
    same = Audience.objects.filter(release=audience.release, name=audience.name, site=audience.site).exclude(pk=audience.pk)
    if same.exists():
        sentence = f"{audience} is named already; change that audience, or say at which site this one is."
        raise Conflict(sentence, errors={"name": [sentence]})
