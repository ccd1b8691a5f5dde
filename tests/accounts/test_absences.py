"""Who is away, announced on /me/."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.actions import absences, people
from accounts.models import Absence
from common.refusals import BadInput, NotAllowed, NotVisible
from history.deeds import deed, record

TOMORROW = timezone.now().replace(microsecond=0) + timedelta(days=1)
HOUR = timedelta(hours=1)


@pytest.fixture
def vera_in_berlin(vera_the_viewer):
    return people.set_preferences(vera_the_viewer, by=vera_the_viewer, time_zone="Europe/Berlin", region="")


def test_the_page_takes_ones_own_local_time(vera_in_berlin, ada_the_administrator, browser_of):
    browser = browser_of(vera_in_berlin)
    answer = browser.post(
        "/me/absences/", {"starts_at": "2031-07-01T08:00", "ends_at": "2031-07-15T08:00", "delegate": "ADA@example.org"}
    )
    assert answer.status_code == 302
    absence = Absence.objects.get()
    assert (absence.starts_at, absence.delegate) == (datetime(2031, 7, 1, 6, tzinfo=UTC), ada_the_administrator)
    assert "Ada Example stands in" in browser.get("/me/").content.decode()
    assert browser.post(f"/me/absences/{absence.pk}/withdrawal/").status_code == 302
    assert not Absence.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"ends_at": "2031-07-01T08:00"}, "ends_at"),
        ({"ends_at": "2031-06-01T08:00"}, "ends_at"),
        ({"starts_at": "2031-02-30T08:00"}, "starts_at"),
        ({"starts_at": "2031-03-30T02:30"}, "starts_at"),  # does not exist in Berlin
        ({"starts_at": "2030-10-27T02:30"}, "starts_at"),  # is there twice
        ({"starts_at": "soon"}, "starts_at"),
        ({"starts_at": ""}, "starts_at"),
        ({"delegate": "nobody@example.org"}, "delegate"),
    ],
)
def test_the_page_says_which_field_is_wrong(vera_in_berlin, browser_of, changes, field):
    values = {"starts_at": "2031-07-01T08:00", "ends_at": "2031-07-15T08:00", "delegate": ""} | changes
    answer = browser_of(vera_in_berlin).post("/me/absences/", values)
    assert answer.status_code == 400
    assert list(answer.context["new_absence"].errors) == [field]
    assert not Absence.objects.exists()


def test_nobody_stands_in_for_themselves(vera_the_viewer, operator, browser_of):
    answer = browser_of(vera_the_viewer).post(
        "/me/absences/", {"starts_at": "2031-07-01T08:00", "ends_at": "2031-07-15T08:00", "delegate": vera_the_viewer.email}
    )
    assert answer.status_code == 400
    with pytest.raises(BadInput):
        absences.announce(
            vera_the_viewer, by=vera_the_viewer, starts_at=TOMORROW, ends_at=TOMORROW + HOUR, delegate=vera_the_viewer
        )


def test_only_administrators_announce_for_others(vera_the_viewer, ada_the_administrator, make_person):
    stan = make_person("stan")
    absence = absences.announce(vera_the_viewer, by=ada_the_administrator, starts_at=TOMORROW, ends_at=TOMORROW + HOUR)
    with pytest.raises(NotAllowed):
        absences.announce(vera_the_viewer, by=stan, starts_at=TOMORROW, ends_at=TOMORROW + HOUR)
    with pytest.raises(NotAllowed):
        absences.withdraw(absence, by=stan)
    absences.withdraw(absence, by=vera_the_viewer)


def test_the_page_withdraws_ones_own_only(vera_the_viewer, ada_the_administrator, make_person, browser_of):
    absence = absences.announce(vera_the_viewer, by=vera_the_viewer, starts_at=TOMORROW, ends_at=TOMORROW + HOUR)
    assert browser_of(make_person("stan")).post(f"/me/absences/{absence.pk}/withdrawal/").status_code == 403
    assert Absence.objects.exists()


def test_an_absence_is_half_open(vera_the_viewer):
    absences.announce(vera_the_viewer, by=vera_the_viewer, starts_at=TOMORROW, ends_at=TOMORROW + HOUR)
    moments = {-1: False, 0: True, 59: True, 60: False}
    found = {minute: Absence.objects.at(TOMORROW + timedelta(minutes=minute)).exists() for minute in moments}
    assert found == moments


def test_the_database_refuses_the_same(vera_the_viewer, operator):
    for wrong in ({"ends_at": TOMORROW}, {"ends_at": TOMORROW + HOUR, "delegate": vera_the_viewer}):
        with pytest.raises(IntegrityError), transaction.atomic(), deed(by=operator):
            record(Absence.objects.create(user=vera_the_viewer, starts_at=TOMORROW, **wrong), "made", by=operator)


def test_an_absence_is_withdrawn_once(vera_the_viewer):
    absence = absences.announce(vera_the_viewer, by=vera_the_viewer, starts_at=TOMORROW, ends_at=TOMORROW + HOUR)
    seen_twice = Absence.objects.get(pk=absence.pk)
    absences.withdraw(absence, by=vera_the_viewer)
    with pytest.raises(NotVisible):
        absences.withdraw(seen_twice, by=vera_the_viewer)
