"""Verbs on feeds: make, change, revoke."""

import base64
import secrets
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db.models import Q

from accounts.models import User
from accounts.vocabulary import TOKEN_BITS
from common.refusals import BadInput, Conflict, NotAllowed
from common.rows import Seen, expect_seen
from history.deeds import deed, record
from schedule import rules
from schedule.actions.saved_views import read_name
from schedule.models import Feed, SavedView
from schedule.queries.narrowings import canonical
from schedule.querysets import feed_digest
from schedule.vocabulary import LONGEST_PAST, USUAL_PAST, Redaction

MOST_FEEDS: Final = 100
_WRITTEN_EVERY: Final = timedelta(minutes=1)


@deed
def make(
    *,
    by: User,
    at: datetime,
    name: str,
    filters: Mapping[str, Any] | None = None,
    view: SavedView | None = None,
    redaction: str = Redaction.FULL,
    past_days: int | None = USUAL_PAST,
    expires_on: date | None = None,
) -> tuple[Feed, str]:
    """A new feed of `by`'s calendar, and its secret, which nobody can read again.

    With a `view` of one's own it follows that view's filters; of a view that somebody else shares it takes a copy.
    Raises NotAllowed, BadInput, Conflict.
    """
    if not rules.may_keep(by):
        raise NotAllowed("Feeds are made by people who can sign in.")
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    if Feed.objects.filter(owner=by, revoked_at=None).count() >= MOST_FEEDS:
        raise Conflict(f"You have {MOST_FEEDS} feeds; revoke one first.")
    values = _read(
        {"name": name, "redaction": redaction or Redaction.FULL, "past_days": past_days, "expires_on": expires_on}, by, at
    )
    follows = view if view is not None and view.owner_id == by.pk else None
    given = view.filters if view is not None and follows is None else filters or {}
    values |= {"filters": {} if follows else canonical(given, by), "view": follows}
    secret = base64.b32encode(secrets.token_bytes(TOKEN_BITS // 8)).decode().lower()
    feed: Feed = Feed.objects.create(owner=by, digest=feed_digest(secret), **values)
    record(by, "made_feed", by=by, template="{subject} made a feed of the calendar", feed=feed.pk)
    return feed, secret


@deed
def change(feed: Feed, changes: Mapping[str, Any], *, by: User, at: datetime, seen: Seen = None) -> Feed:
    """Change what is given of `name`, `filters`, `past_days` and `expires_on`; given filters, it no longer follows a view.

    How much it tells cannot be changed: whoever has the address was promised no more. Raises NotAllowed, BadInput, Conflict, Stale.
    """
    feed = Feed.objects.select_for_update(no_key=True, of=("self",)).get(pk=feed.pk)
    if not rules.may_change_feed(by, feed):
        raise NotAllowed("A feed is changed by its owner.")
    expect_seen(feed, seen)
    if feed.revoked_at:
        raise Conflict("This feed was revoked; make a new one.")
    wanted = _read(changes, by, at)
    if "filters" in wanted:
        wanted["view"] = None
    different = [name for name, value in wanted.items() if getattr(feed, name) != value]
    if not different:
        return feed
    for name in different:
        setattr(feed, name, wanted[name])
    feed.save(update_fields=different)
    record(by, "changed_feed", by=by, template="{subject} changed a feed of the calendar", feed=feed.pk)
    return feed


@deed
def revoke(feed: Feed, *, by: User, at: datetime, seen: Seen = None) -> Feed:
    """End a feed at once; revoking it again changes nothing. Raises NotAllowed, Stale."""
    feed = Feed.objects.select_for_update(no_key=True, of=("self",)).select_related("owner").get(pk=feed.pk)
    if not rules.may_revoke_feed(by, feed):
        raise NotAllowed("A feed is revoked by its owner or an administrator.")
    expect_seen(feed, seen)
    if feed.revoked_at is None:
        feed.revoked_at = at
        feed.save(update_fields=["revoked_at"])
        record(feed.owner, "revoked_feed", by=by, template="{actor} revoked a feed of {subject}", feed=feed.pk)
    return feed


def mark_used(pk: int, last_used_at: datetime | None, at: datetime) -> None:
    """Write down that a feed was asked for, at most once a minute; machinery, no deed."""
    if last_used_at is None or at - last_used_at >= _WRITTEN_EVERY:
        Feed.objects.filter(pk=pk).filter(Q(last_used_at=None) | Q(last_used_at__lte=at - _WRITTEN_EVERY)).update(last_used_at=at)


def _read(given: Mapping[str, Any], by: User, at: datetime) -> dict[str, Any]:
    """What is given, as it is kept."""
    values = dict(given)
    if "name" in values:
        values["name"] = read_name(values["name"])
    if "filters" in values:
        values["filters"] = canonical(values["filters"], by)
    if "redaction" in values and values["redaction"] not in Redaction.values:
        raise BadInput(f"redaction is one of {', '.join(Redaction.values)}.", errors={"redaction": ["Choose one of them."]})
    if "past_days" in values and values["past_days"] is None:
        values["past_days"] = USUAL_PAST
    if "past_days" in values and not 0 <= values["past_days"] <= LONGEST_PAST:
        raise BadInput(f"past_days is 0 to {LONGEST_PAST}.", errors={"past_days": [f"0 to {LONGEST_PAST}."]})
    if values.get("expires_on") and values["expires_on"] < at.astimezone(by.zone).date():
        raise BadInput("That day is over; the feed would never work.", errors={"expires_on": ["That day is over."]})
    return values
