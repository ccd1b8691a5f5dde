"""Who may do what with people, teams, absences and tokens. Plain questions; the verbs ask them."""

from collections.abc import Iterable

from accounts.models import Absence, ApiToken, Comment, User
from accounts.vocabulary import Role, Scope


def may_manage_people(by: User) -> bool:
    """Administrators; the operator at the shell; the sign-in, on behalf of single sign-on."""
    return by.is_administrator or by.is_builtin


def may_manage_teams(by: User) -> bool:
    return may_manage_people(by)


def may_change_preferences(by: User, user: User) -> bool:
    """One's own, or an administrator."""
    return by.pk == user.pk or may_manage_people(by)


def may_announce_absence(by: User, user: User) -> bool:
    """One's own, or an administrator."""
    return by.pk == user.pk or may_manage_people(by)


def may_withdraw_absence(by: User, absence: Absence) -> bool:
    return may_announce_absence(by, absence.user)


def may_make_token(by: User, owner: User) -> bool:
    """One's own; an administrator makes those of service accounts; the operator at the shell anybody's."""
    if by.is_builtin:
        return True
    return by.pk == owner.pk or (owner.is_service and by.is_administrator)


def may_revoke_token(by: User, token: ApiToken) -> bool:
    """One's own; an administrator anybody's, since a leaked one cannot wait."""
    return by.pk == token.owner_id or may_manage_people(by)


def may_have_scopes(owner: User, scopes: Iterable[str]) -> bool:
    """Service accounts never decide."""
    return not (owner.is_service and Scope.APPROVE in scopes)


def may_comment(by: User) -> bool:
    """Whoever has a role, or leads or belongs to a team, since teams are asked for their yes and have to be able to say why not.

    Auditors write nothing, unless another role lets them. On what: on whatever one sees.
    """
    return by.has_role(*(role for role in Role if role != Role.AUDITOR)) or (by.writes_what_is_theirs and bool(by.team_ids))


def may_change_comment(by: User, comment: Comment) -> bool:
    """One's own."""
    return by.pk == comment.author_id and may_comment(by)


def may_take_back_comment(by: User, comment: Comment) -> bool:
    """One's own; an administrator anybody's."""
    return may_change_comment(by, comment) or by.is_administrator
