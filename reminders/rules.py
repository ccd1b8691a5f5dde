"""Who may do what with reminders. Plain questions; the verbs ask them."""

from accounts.models import Team, User
from accounts.vocabulary import Role


def may_write_rules(by: User) -> bool:
    """Release managers, administrators, and the operator at the shell."""
    return by.is_builtin or by.has_role(Role.RELEASE_MANAGER, Role.ADMINISTRATOR)


def may_manage_deliveries(by: User) -> bool:
    """Administrators and the operator at the shell: what could not be sent, and what is held after a restore."""
    return by.is_builtin or by.is_administrator


def may_subscribe(by: User) -> bool:
    """Whoever can sign in and read, for themselves."""
    return by.is_active and not by.is_service


def may_subscribe_team(by: User, team: Team) -> bool:
    """Who leads it, and administrators."""
    return may_subscribe(by) and (by.is_administrator or team.lead_id == by.pk)


def may_write_webhooks(by: User) -> bool:
    """Administrators and the operator at the shell: they lead out of the house."""
    return by.is_builtin or by.is_administrator


def may_see_webhooks(by: User) -> bool:
    """Release managers and auditors look at them too, without what the other side answers."""
    return may_write_webhooks(by) or by.has_role(Role.RELEASE_MANAGER, Role.AUDITOR)
