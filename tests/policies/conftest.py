"""The cast that writes standards."""

from typing import Any

import pytest


@pytest.fixture
def ingrid(db: None) -> Any:
    """A policy owner, who drafts."""
    from accounts.vocabulary import Role
    from tests.factories import UserFactory

    return UserFactory(name="Ingrid", roles=[Role.POLICY_OWNER])


@pytest.fixture
def rahul(db: None) -> Any:
    """The second policy owner, who publishes."""
    from accounts.vocabulary import Role
    from tests.factories import UserFactory

    return UserFactory(name="Rahul", roles=[Role.POLICY_OWNER])


@pytest.fixture
def draft(ingrid: Any) -> Any:
    """A draft of a policy for major releases, with one rule of each kind."""
    from policies.actions import policies, versions
    from tests.policies.rulebook import RULES

    policy = policies.create(by=ingrid, slug="major", name="Major releases")
    return versions.draft(policy, {"sizes": ["major"], **RULES}, by=ingrid)
