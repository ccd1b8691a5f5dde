"""The real data: everything arrives, the calendar's figures are right, and a second import is no event."""

from datetime import UTC, date, datetime

from django.db import connection

from environments.models import Environment, Service
from exchange.models import Import
from history.models import Change, Event, Fact
from projects.models import Milestone, Output, Program, Project
from releases.models import Artefact, Candidate, Contribution, Deployment, Item, Promotion, Release

COUNTS = {
    "environments": 2,
    "services": 372,
    "programs": 9,
    "projects": 386,
    "milestones": 308,
    "outputs": 2145,
    "releases": 6477,
    "promotions": 6276,
}


def test_everything_arrives(openstack):
    models = (Environment, Service, Program, Project, Milestone, Output, Release, Promotion)
    assert [model.objects.count() for model in models] == list(COUNTS.values())
    assert {noun: brought.created for noun, brought in openstack.first.counts.items()} == COUNTS
    assert openstack.first.created == {"teams": 59, "people": 0}


def test_every_release_has_its_candidate_item_and_artefact(openstack):
    assert Candidate.objects.filter(number=1).count() == Item.objects.count() == Artefact.objects.count() == 6477
    assert Contribution.objects.exclude(state="accepted", strength="hard").count() == 0


def test_it_is_one_event_with_a_fact_for_each_thing(openstack):
    assert Event.objects.count() == 1
    assert Fact.objects.count() == sum(COUNTS.values()) + 59
    assert openstack.problems == []


def test_the_planner_knows_at_once_how_much_came(openstack):
    """Else a month's page takes minutes until the server has counted by itself."""
    models = (Output, Release, Item, Contribution, Promotion, Artefact)
    with connection.cursor() as cursor:
        names = [model._meta.db_table for model in models]
        cursor.execute("SELECT relname, reltuples FROM pg_class WHERE relname = ANY(%s)", [names])
        counted = dict(cursor.fetchall())
    assert [counted[model._meta.db_table] for model in models] == [model.objects.count() for model in models]


def test_the_second_import_changes_nothing(openstack):
    assert openstack.heads == (1, 1)
    assert {noun: brought.unchanged for noun, brought in openstack.second.counts.items()} == COUNTS
    assert all(brought.created == brought.changed == 0 for brought in openstack.second.counts.values())
    assert Change.objects.filter(operation="update").count() == 0


def test_the_figures_of_the_calendar(openstack):
    milestones = Milestone.objects.filter(starts_on__gte=date(2025, 9, 1), starts_on__lt=date(2026, 11, 1))
    assert milestones.count() == 80
    assert milestones.filter(kind="freeze").count() == 22
    assert milestones.filter(kind="deadline").count() == 8
    within = Promotion.objects.filter(
        starts_at__gte=datetime(2025, 9, 1, tzinfo=UTC), starts_at__lt=datetime(2026, 11, 1, tzinfo=UTC)
    )
    assert within.filter(environment__slug="published").count() == 549
    assert within.filter(environment__slug="candidate").count() == 92


def test_each_place_has_one_version_at_a_time(openstack):
    places = list(Deployment.objects.values_list("service", "environment", "part", "line", "begins_at", "ends_at"))
    by_place: dict[tuple, list] = {}
    for *place, begins_at, ends_at in places:
        by_place.setdefault(tuple(place), []).append((begins_at, ends_at))
    for stays in by_place.values():
        stays.sort()
        assert [ends_at for _, ends_at in stays[:-1]] == [begins_at for begins_at, _ in stays[1:]]
        assert stays[-1][1] is None


def test_the_imports_themselves_are_kept_with_their_counts(openstack):
    first, second = Import.objects.order_by("pk")
    assert (first.state, second.state) == ("done", "done")
    assert first.counts["releases"] == {"created": 6477, "changed": 0, "unchanged": 0}
    assert second.counts["releases"] == {"created": 0, "changed": 0, "unchanged": 6477}
    assert first.finished_at > first.started_at
