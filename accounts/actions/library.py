"""What the sign-in library and the administration did: told from the rows they changed, since they call no verb of ours."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.db import models

from accounts.models import Absence, ApiToken, Membership, User
from history.deeds import Said
from history.models import Change

# Rows that belong to somebody: whose they are, and how one tells that they changed.
_OF_A_PERSON: dict[str, tuple[type[models.Model], str, str, str]] = {
    model._meta.db_table: (model, owner, verb, template)
    for model, owner, verb, template in (
        (User.groups.through, "user_id", "changed_roles", "{actor} changed the roles of {subject}"),
        (EmailAddress, "user_id", "noted_address", "{actor} noted the e-mail address of {subject}"),
        (Authenticator, "user_id", "changed_second_factor", "{actor} changed or used up a second factor of {subject}"),
        (SocialAccount, "user_id", "connected", "{actor} connected {subject} with single sign-on"),
        (ApiToken, "owner_id", "changed_token", "{actor} changed an API token of {subject}"),
        (Absence, "user_id", "changed_absence", "{actor} changed an absence of {subject}"),
    )
}
_DONE = {"insert": "added", "update": "changed", "delete": "removed"}


def told_by_rows(event_id: int) -> list[Said]:
    """A fact for each thing that the rows changed under an open event are about."""
    told: dict[tuple[str, str, int], Said] = {}
    changes = Change.objects.filter(event_id=event_id).order_by("pk")
    for table, row_id, operation, before, after in changes.values_list("table_name", "row_id", "operation", "before", "after"):
        said = _fact(table, row_id, operation, before, after)
        told.setdefault((said.verb, said.kind, said.id), said)
    return list(told.values())


def _fact(table: str, row_id: int, operation: str, before: dict[str, Any] | None, after: dict[str, Any] | None) -> Said:
    if table == User._meta.db_table:
        return _fact_of_user(row_id, operation, after or {})
    if table in _OF_A_PERSON:
        model, owner, verb, template = _OF_A_PERSON[table]
        return Said(verb, "user", _owner(model, row_id, owner, before, after), template)
    if table == Membership._meta.db_table:
        team = _owner(Membership, row_id, "team_id", before, after)
        return Said("changed_members", "team", team, "{actor} changed the members of the team {subject}")
    done = _DONE[operation]
    return Said(done, table.rpartition("_")[2], row_id, f"{{actor}} {done} {{subject}}")


def _fact_of_user(row_id: int, operation: str, after: dict[str, Any]) -> Said:
    if operation == "insert":
        return Said("joined", "user", row_id, "{actor} made the account of {subject}")
    if "password" in after:
        return Said("set_password", "user", row_id, "{actor} set a new password for {subject}")
    return Said("changed", "user", row_id, "{actor} changed the account of {subject}")


def _owner(model: type[models.Model], row_id: int, owner: str, before: dict[str, Any] | None, after: dict[str, Any] | None) -> int:
    for row in (after, before):
        if row is not None and owner in row:
            return int(row[owner])
    # An update tells only the columns that differ, and a row that was updated is still there.
    return int(model._default_manager.values_list(owner, flat=True).get(pk=row_id))
