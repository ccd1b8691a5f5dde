"""Who may do what with saved views and feeds: they are their owner's, like everything private (DESIGN: "their owner only")."""

from accounts.models import User
from schedule.models import Feed, SavedView


def may_keep(by: User) -> bool:
    """Whoever may look at the calendar may keep a view of it."""
    return by.is_active and not by.is_builtin


def may_change_view(by: User, view: SavedView) -> bool:
    """One's own; that a view is shared lets others open it, not change it."""
    return by.pk == view.owner_id


def may_change_feed(by: User, feed: Feed) -> bool:
    return by.pk == feed.owner_id


def may_revoke_feed(by: User, feed: Feed) -> bool:
    """One's own; an administrator anybody's, since a leaked one cannot wait."""
    return may_change_feed(by, feed) or by.is_administrator
