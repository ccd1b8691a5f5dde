"""Who may write environments, services and routes. Plain questions; the verbs ask them."""

from accounts.models import User
from accounts.vocabulary import Role
from environments.models import Environment, Service


def may_write_environment(by: User, environment: Environment | None) -> bool:
    """Environment managers, and who belongs to its owner team; a new one (None) only the former. The operator may all."""
    return _may_write(by, environment)


def may_write_service(by: User, service: Service | None) -> bool:
    """Environment managers, and who belongs to its owner team; a new one (None) only the former. The operator may all."""
    return _may_write(by, service)


def may_write_routes(by: User) -> bool:
    """Environment managers: a route belongs to nobody alone. The operator may all."""
    return _may_write(by, None)


def may_book(by: User, environment: Environment) -> bool:
    """Who may write the environment may give its lanes away."""
    return _may_write(by, environment)


def _may_write(by: User, thing: Environment | Service | None) -> bool:
    if by.is_builtin or by.has_role(Role.ENVIRONMENT_MANAGER):
        return True
    return by.writes_what_is_theirs and thing is not None and thing.owner_id in by.team_ids
