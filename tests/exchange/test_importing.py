"""One call: all or nothing, in any order, one event, and none when everything is there already."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from accounts.models import Team, User
from accounts.vocabulary import Role
from common.locks import Lock
from common.refusals import BadInput, Conflict, NotAllowed
from environments.models import Dependency, Environment, Service
from exchange.models import Import
from history.models import Change, Event, Fact
from projects.models import Milestone, Output, Project
from releases.models import Deployment, Promotion, Release
from tests.exchange.calls import bring, kept
from tests.factories import UserFactory

FILES = (
    "release,environment,starts_at,ends_at,status\npay@1.0,prod,2026-03-01T10:00:00Z,2026-03-01T12:00:00Z,succeeded\n",
    "name,version,services,outputs,status,release_manager\npay,1.0,pay,PAY/api,in_production,rita@example.org\n",
    "project,code,name,services\nPAY,api,API,pay|ledger\n",
    "project,code,name,starts_on\nPAY,go,Go,2026-03-01\n",
    "code,name,program,manager\nPAY,Payments,P,mona@example.org\n",
    "code,name,description\nP,Program,Everything\n",
    "slug,name,parent,depends_on,owner\npay,Pay,platform,ledger,payments\nledger,Ledger,platform,,finance\nplatform,Platform,,,\n",
    "slug,name,stage,owner\nprod,Production,production,operations\n",
)


@pytest.mark.django_db
@pytest.mark.parametrize("order", [1, -1])
def test_files_refer_to_each_other_in_any_order(order):
    outcome = bring(*FILES[::order])
    assert outcome.row_errors == []
    assert list(outcome.counts) == [
        "environments",
        "services",
        "programs",
        "projects",
        "milestones",
        "outputs",
        "releases",
        "promotions",
    ]
    assert outcome.created == {"teams": 3, "people": 2}
    assert Deployment.objects.get().service.parent.slug == "platform"
    assert Dependency.objects.get().needs.slug == "ledger"


@pytest.mark.django_db
def test_missing_teams_are_empty_and_missing_people_inactive():
    bring(*FILES)
    assert Team.objects.get(slug="payments").members.count() == 0
    assert User.objects.get(email="mona@example.org").is_active is False


@pytest.mark.django_db(transaction=True)
def test_it_is_one_event_with_a_fact_for_each_thing_and_the_second_is_none():
    bring(*FILES)
    event = Event.objects.get()
    assert event.number == 1
    assert event.actor_id == User.objects.operator().pk
    told = Fact.objects.values_list("subject_kind", flat=True)
    assert sorted(told) == sorted(
        ["environment", "service", "service", "service", "program", "project", "milestone", "output", "release", "promotion"]
        + ["team"] * 3
        + ["user"] * 2
    )
    before, stamps = kept(), list(Release.objects.values_list("updated_at", "revision"))
    outcome = bring(*FILES)
    assert all((brought.created, brought.changed) == (0, 0) for brought in outcome.counts.values())
    assert kept() == before
    assert list(Release.objects.values_list("updated_at", "revision")) == stamps


@pytest.mark.django_db(transaction=True)
def test_only_what_differs_is_written():
    bring(*FILES)
    outcome = bring(*FILES[:4], FILES[4].replace("Payments", "Paying"), *FILES[5:])
    assert {noun for noun, brought in outcome.counts.items() if brought.changed} == {"projects"}
    fact = Fact.objects.get(event__number=2)
    assert (fact.verb, fact.subject_kind, fact.data) == ("changed", "project", {"columns": ["name"]})
    change = Change.objects.get(event__number=2)
    assert (change.before, change.after) == ({"name": "Payments"}, {"name": "Paying"})


@pytest.mark.django_db(transaction=True)
def test_a_dry_run_says_the_same_and_keeps_nothing():
    before = kept()
    outcome = bring(*FILES, dry_run=True)
    assert outcome.counts["services"].created == 3
    assert outcome.created == {"teams": 3, "people": 2}
    assert kept() == before
    record = Import.objects.get(pk=outcome.number)
    assert (record.state, record.is_dry_run, record.counts["services"]["created"]) == ("checked", True, 3)
    assert bring(*FILES).counts == outcome.counts


@pytest.mark.django_db(transaction=True)
def test_a_refused_import_keeps_its_record_with_the_errors():
    outcome = bring("slug,name,kind\na b,A,service\n")
    record = Import.objects.get(pk=outcome.number)
    assert record.state == "refused"
    assert record.files == [{"name": "1.csv", "size": 29}]
    assert [(error["file"], error["row"], error["column"]) for error in record.row_errors] == [("1.csv", 2, "slug")]
    assert record.counts == {}
    assert record.finished_at is not None


@pytest.mark.django_db
def test_an_absent_column_leaves_a_value_alone_and_an_empty_cell_clears_it():
    bring("code,name,program,scope,starts_on,status,manager\nPAY,Payments,,Much,2026-01-01,active,mona@example.org\n")
    bring("code,name,scope,starts_on,status\nPAY,Payments,,,\n")
    project = Project.objects.get()
    assert (project.scope, project.starts_on, project.status) == ("", None, "proposed")
    assert project.manager is not None
    bring("code,program,manager\nPAY,,\n")
    assert Project.objects.get().manager is None


@pytest.mark.django_db
def test_an_empty_list_clears_and_an_absent_one_does_not():
    bring(*FILES)
    bring("slug,kind\npay,component\n", "project,code,name\nPAY,api,API\n")
    assert Dependency.objects.count() == 1
    assert Output.objects.get().services.count() == 2
    bring("slug,depends_on\npay,\n", "project,code,services\nPAY,api,\n")
    assert Dependency.objects.count() == 0
    assert Output.objects.get().services.count() == 0


@pytest.mark.django_db
def test_half_a_row_of_dates_is_held_against_the_other_half():
    bring("code,name,starts_on,scope\nPAY,Payments,2026-03-01,\n")
    outcome = bring("code,status,ends_on\nPAY,active,2026-02-01\n")
    assert [(error.row, error.column) for error in outcome.row_errors] == [(2, "ends_on")]


@pytest.mark.django_db
def test_dates_may_lie_outside_the_project_and_closed_projects_have_open_outputs():
    outcome = bring(
        "code,name,status,starts_on,ends_on,closed_on\nPAY,Payments,closed,2026-01-01,2026-02-01,2026-02-15\n",
        "project,code,name,status,due_on\nPAY,late,Late,planned,2027-01-01\n",
        "project,code,name,starts_on\nPAY,party,Party,2028-01-01\n",
    )
    assert outcome.row_errors == []


@pytest.mark.django_db
def test_a_cancelled_milestone_keeps_its_moment():
    bring("program,code,name,starts_on,cancelled_at\n,x,X,2026-01-01,2026-01-02T10:00:00+01:00\n")
    assert Milestone.objects.get().cancelled_at == datetime(2026, 1, 2, 9, tzinfo=UTC)


@pytest.mark.django_db
def test_local_times_are_the_environments():
    bring(
        "slug,name,stage,time_zone\nprod,Production,production,Europe/Berlin\n",
        "name,version\npay,1\n",
        "release,environment,starts_at,ends_at\npay@1,prod,2026-07-01T10:00,2026-07-01T10:00:00Z\n",
    )
    assert Promotion.objects.get().ends_at - Promotion.objects.get().starts_at == timedelta(hours=2)


@pytest.mark.django_db
def test_who_may_write_nothing_may_not_import():
    with pytest.raises(NotAllowed):
        bring(*FILES, by=UserFactory(roles=[Role.AUDITOR]))


@pytest.mark.django_db
def test_each_row_needs_who_may_write_its_noun():
    outcome = bring(*FILES, by=UserFactory(roles=[Role.RELEASE_MANAGER]))
    assert {error.file for error in outcome.row_errors} == {"3.csv", "4.csv", "5.csv", "6.csv", "7.csv", "8.csv"} - {
        "3.csv",
        "4.csv",
    }
    assert Service.objects.count() == 0


@pytest.mark.django_db
def test_an_import_without_a_file_is_refused():
    with pytest.raises(BadInput):
        bring()


@pytest.mark.django_db(transaction=True)
def test_a_second_import_waits_five_seconds_and_is_refused():
    held, ended = threading.Event(), threading.Event()

    def hold():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [Lock.IMPORTS.value])
            held.set()
            ended.wait(120)
        connection.close()

    other = threading.Thread(target=hold)
    other.start()
    try:
        assert held.wait(60)
        with pytest.raises(Conflict, match="Another import is under way"):
            bring(*FILES)
    finally:
        ended.set()
        other.join()
    assert Environment.objects.count() == 0
    assert Import.objects.get().state == "refused"
    assert bring(*FILES).row_errors == []


@pytest.mark.django_db
def test_progress_is_told_phase_by_phase():
    told = []
    bring(*FILES, on_progress=told.append)
    assert [progress.phase for progress in told if progress.done == progress.total] == [
        *[f"read {place}.csv" for place in range(1, 9)],
        *["environments", "services", "programs", "projects", "milestones", "outputs", "releases", "promotions"],
        "keep",
    ]
