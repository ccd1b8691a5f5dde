"""Verbs on saved views: keep, change, drop."""

from collections.abc import Mapping
from typing import Any

from accounts.models import User
from common.refusals import BadInput, Conflict, NotAllowed
from common.texts import problem_with_line
from history.deeds import deed, record
from schedule import rules
from schedule.models import SavedView
from schedule.queries.narrowings import canonical

MOST_VIEWS = 100


@deed
def keep(*, by: User, name: str, filters: Mapping[str, Any], is_shared: bool = False, is_default: bool = False) -> SavedView:
    """Keep filters of the calendar under a name; `is_default`: the calendar opens with it, and with no other any more.

    Raises NotAllowed, BadInput, Conflict when `by` has a view of this name, or too many.
    """
    if not rules.may_keep(by):
        raise NotAllowed("Views are kept by people who can sign in.")
    # The owner's row is what two windows of one person wait for.
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    name = read_name(name)
    _expect_free(by, name)
    if SavedView.objects.owned_by(by).count() >= MOST_VIEWS:
        raise Conflict(f"You have {MOST_VIEWS} views; remove one first.")
    kept = canonical(filters, by)
    if is_default:
        _no_other_default(by)
    view: SavedView = SavedView.objects.create(owner=by, name=name, filters=kept, is_shared=is_shared, is_default=is_default)
    record(by, "kept_view", by=by, template="{subject} kept a view of the calendar", view=view.pk)
    return view


@deed
def change(view: SavedView, changes: Mapping[str, Any], *, by: User) -> SavedView:
    """Change what is given of `name`, `filters`, `is_shared` and `is_default`; feeds that follow the view change with it.

    Raises NotAllowed, BadInput, Conflict.
    """
    User.objects.select_for_update(no_key=True).get(pk=view.owner_id)
    view = SavedView.objects.select_for_update(no_key=True, of=("self",)).get(pk=view.pk)
    if not rules.may_change_view(by, view):
        raise NotAllowed("A view is changed by whoever keeps it; keep one of your own.")
    wanted = dict(changes)
    if "name" in wanted:
        wanted["name"] = read_name(wanted["name"])
        if wanted["name"] != view.name:
            _expect_free(by, wanted["name"])
    if "filters" in wanted:
        wanted["filters"] = canonical(wanted["filters"], by)
    different = [name for name, value in wanted.items() if getattr(view, name) != value]
    if not different:
        return view
    if "is_default" in different and wanted["is_default"]:
        _no_other_default(by)
    for name in different:
        setattr(view, name, wanted[name])
    view.save(update_fields=different)
    record(by, "changed_view", by=by, template="{subject} changed a saved view of the calendar", view=view.pk)
    return view


@deed
def drop(view: SavedView, *, by: User) -> None:
    """Remove a view. Feeds that followed it go on with the filters it had. Raises NotAllowed."""
    view = SavedView.objects.select_for_update(of=("self",)).get(pk=view.pk)
    if not rules.may_change_view(by, view):
        raise NotAllowed("A view is removed by whoever keeps it.")
    view.feeds.select_for_update(no_key=True, of=("self",)).update(filters=view.filters, view=None)
    number = view.pk
    view.delete()
    record(by, "dropped_view", by=by, template="{subject} removed a saved view of the calendar", view=number)


def read_name(name: str) -> str:
    """A name as it is kept; BadInput when it is none."""
    name = " ".join(name.split())
    problem = problem_with_line(name)
    if not 1 <= len(name) <= 100 or problem:
        sentence = problem or "Give it a name of 1 to 100 characters."
        raise BadInput(sentence, errors={"name": [sentence]})
    return name


def _expect_free(owner: User, name: str) -> None:
    if SavedView.objects.owned_by(owner).filter(name=name).exists():
        sentence = f"You have a view called “{name}”; give this one another name."
        raise Conflict(sentence, errors={"name": [sentence]})


def _no_other_default(owner: User) -> None:
    SavedView.objects.owned_by(owner).filter(is_default=True).update(is_default=False)
