"""Many publish, change and discard the same draft at once, over connections of their own."""

import time
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accounts.models import User
from accounts.vocabulary import Role
from common.refusals import Conflict, NotAllowed, Stale
from history.deeds import deed, record
from history.models import Fact
from policies.actions import policies, versions
from policies.models import PolicyVersion, ScheduleRule
from tests.factories import UserFactory
from tests.policies.rulebook import RULES, SCHEDULE
from tests.racing import PATIENCE, at_once

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 10


def owners(count: int) -> list[Any]:
    return [UserFactory(roles=[Role.POLICY_OWNER]) for _ in range(count)]


def publish_seen(draft: PolicyVersion, by: Any, seen: set[int]) -> PolicyVersion:
    return versions.publish(draft, by=by, at=timezone.now(), seen=seen)


def test_of_many_who_publish_change_and_discard_one_is_first_and_what_was_seen_is_what_counts():
    writer, other, *publishers = owners(8)
    for number in range(ROUNDS):
        policy = policies.create(by=writer, slug=f"policy-{number}", name="Policy")
        draft = versions.draft(policy, RULES, by=writer)
        seen = {draft.revision}
        tasks: list[Callable[[], Any]] = [partial(publish_seen, draft, by, seen) for by in publishers]
        tasks.append(partial(versions.change, draft, {"schedule_rules": []}, by=other))
        tasks.append(partial(versions.discard, draft, by=other))
        given = at_once(tasks)
        published = [each for each in given if isinstance(each, PolicyVersion) and each.is_published]
        strange = [each for each in given if isinstance(each, Exception) and not isinstance(each, (Conflict, NotAllowed, Stale))]
        assert (strange, len(published) <= 1) == ([], True)
        left = PolicyVersion.objects.filter(pk=draft.pk).first()
        assert bool(published) == bool(left and left.is_published)
        if left and left.is_published:
            assert ScheduleRule.objects.filter(version=left).count() == 1, "nobody saw it without the rule"
        assert Fact.objects.filter(subject_kind="policy", subject_id=policy.pk, verb="published").count() == len(published)


def test_a_rule_never_slips_into_a_version_that_is_being_published():
    """By whoever goes past the verbs and their locks: the database makes them wait, and then refuses."""
    writer, second = owners(2)
    draft = versions.draft(policies.create(by=writer, slug="policy", name="Policy"), RULES, by=writer)
    clock = User.objects.clock()
    is_waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    is_published = "SELECT count(*) FROM pg_locks WHERE relation = 'policies_policyversion'::regclass AND mode = 'RowExclusiveLock'"

    def wait_for(question: str) -> None:
        deadline = time.monotonic() + PATIENCE
        with connection.cursor() as cursor:
            while time.monotonic() < deadline:
                # In a transaction PostgreSQL would show the same picture of who waits again and again.
                cursor.execute("SELECT pg_stat_clear_snapshot()")
                cursor.execute(question)
                if cursor.fetchone()[0]:
                    return
                time.sleep(0.001)
        raise AssertionError("nobody came")

    def publish() -> None:
        with transaction.atomic():
            versions.publish(draft, by=second, at=timezone.now())
            wait_for(is_waiting)

    def slip() -> None:
        wait_for(is_published)
        with deed(by=clock):
            ScheduleRule.objects.create(version=draft, **SCHEDULE | {"code": "slipped"})
            record(draft.policy, "slipped", by=clock)

    first, refused = at_once([publish, slip])
    assert first is None
    assert isinstance(refused, DatabaseError)
    assert not ScheduleRule.objects.filter(code="slipped").exists()
