"""The end of a restriction is an event of the clock's that carries the present state."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts.models import User
from history.models import Event, Fact
from projects.actions import restrictions as of_projects
from projects.tasks import end_restrictions as end_those_of_projects
from releases.actions import restrictions as of_releases
from releases.tasks import end_restrictions as end_those_of_releases
from tests.factories import ProgramFactory, ProjectFactory, ReleaseFactory, UserFactory

AT = datetime(2026, 11, 20, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.mark.django_db
def test_what_was_to_end_ends_and_the_rest_stays():
    over, later = ReleaseFactory(restricted_until=AT, status="planned", version="7"), ReleaseFactory(restricted_until=AT + SECOND)
    clock, vera = User.objects.clock(), UserFactory()
    assert of_releases.end_restrictions(by=clock, at=AT) == 1
    over.refresh_from_db()
    later.refresh_from_db()
    assert (over.is_restricted, later.is_restricted) == (False, True)
    assert list(type(over).objects.visible_to(vera)) == [over]
    fact = Fact.objects.get(verb="opened")
    assert (fact.subject_kind, fact.subject_id) == ("release", over.pk)
    assert (fact.data["status"], fact.data["version"]) == ("planned", "7")
    assert Event.objects.get(pk=fact.event_id).actor_id == clock.pk


@pytest.mark.django_db
def test_programs_and_projects_end_in_one_event():
    ProgramFactory(restricted_until=AT)
    ProjectFactory(restricted_until=AT, status="active")
    assert of_projects.end_restrictions(by=User.objects.clock(), at=AT) == 2
    facts = Fact.objects.filter(verb="opened")
    assert {fact.subject_kind for fact in facts} == {"program", "project"}
    assert len({fact.event_id for fact in facts}) == 1


@pytest.mark.django_db
@pytest.mark.parametrize("end", [of_projects.end_restrictions, of_releases.end_restrictions])
def test_a_second_time_nothing_happens(end):
    ReleaseFactory(restricted_until=AT)
    ProjectFactory(restricted_until=AT)
    end(by=User.objects.clock(), at=AT)
    events = Event.objects.count()
    assert end(by=User.objects.clock(), at=AT) == 0
    assert Event.objects.count() == events


@pytest.mark.django_db
def test_the_clock_asks_for_both():
    release, project = (
        ReleaseFactory(restricted_until=datetime(2020, 1, 1, tzinfo=UTC)),
        ProjectFactory(restricted_until=datetime(2020, 1, 1, tzinfo=UTC)),
    )
    end_those_of_releases()
    end_those_of_projects()
    release.refresh_from_db()
    project.refresh_from_db()
    assert (release.restricted_until, project.restricted_until) == (None, None)
