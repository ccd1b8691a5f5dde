"""Who may write the standards, and who may put them in force. Plain questions; the verbs ask them."""

from collections.abc import Collection

from accounts.models import User
from accounts.vocabulary import Role


def may_write_standards(by: User) -> bool:
    """Policy owners write procedures and policies. The operator may all."""
    return by.is_builtin or by.has_role(Role.POLICY_OWNER)


def may_publish(by: User, writers: Collection[int]) -> bool:
    """A policy owner who wrote nothing of the draft (`writers`: the ids of those who did). Programs never decide."""
    return may_write_standards(by) and not by.is_service and by.pk not in writers
