"""Who may import. Whether each row may be written, the verb of its noun asks."""

from accounts.models import User
from accounts.vocabulary import Role
from environments.models import Environment, Service
from projects.models import Program, Project
from releases.models import Release

WRITERS = (Role.PMO, Role.PROJECT_MANAGER, Role.RELEASE_MANAGER, Role.ENVIRONMENT_MANAGER)


def may_import(by: User) -> bool:
    """Whoever may write at least something that can be imported; the operator at the shell."""
    if by.is_builtin or by.has_role(*WRITERS):
        return True
    if not by.writes_what_is_theirs:
        return False
    managed = ((Program, "manager"), (Project, "manager"), (Release, "release_manager"))
    owned = (Environment, Service)
    return any(model.objects.filter(**{column: by}).exists() for model, column in managed) or any(
        model.objects.filter(owner__in=by.team_ids).exists() for model in owned
    )
