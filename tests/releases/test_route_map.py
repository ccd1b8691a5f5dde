"""The route map: which stops a release has, what it costs to go on, how far it is, and how all that reads."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from releases.queries.glances import promotions_of
from releases.queries.stations import Station, in_words, stations
from tests.factories import (
    NOON,
    CandidateFactory,
    DeploymentFactory,
    EnvironmentFactory,
    GateFactory,
    GateRuleFactory,
    ItemFactory,
    PromotionFactory,
    ReleaseFactory,
    RouteFactory,
    RouteVersionFactory,
    StopFactory,
)
from tests.reading import words

pytestmark = pytest.mark.django_db
BERLIN = ZoneInfo("Europe/Berlin")
HOUR = timedelta(hours=1)


@pytest.fixture
def line() -> list[Any]:
    """Test, where a version stays for eight hours; two places for acceptance in any order; staging, which may be left out; production."""
    version: Any = RouteVersionFactory(route=RouteFactory())
    stops = [("Test", "test", 1), ("Acceptance", "acceptance", 2), ("Load test", "acceptance", 2), ("Staging", "staging", 3)]
    made = []
    for name, stage, position in [*stops, ("Production", "production", 4)]:
        environment: Any = EnvironmentFactory(name=name, stage=stage, time_zone="Europe/Berlin")
        soak = {"soak_hours": 8} if name == "Test" else {}
        StopFactory(version=version, environment=environment, position=position, is_optional=name == "Staging", **soak)
        made.append(environment)
    return [version.route, *made]


def travelling(line: list[Any], **columns: Any) -> Any:
    return ReleaseFactory(version="4.2.0", route=line[0], **columns)


def going(release: Any, environment: Any, status: str, **more: Any) -> Any:
    candidate = release.candidates.first() or CandidateFactory(release=release)
    return PromotionFactory(release=release, candidate=candidate, environment=environment, status=status, **more)


def arrived(release: Any, environment: Any) -> Any:
    made = going(release, environment, "succeeded")
    item = release.items.first() or ItemFactory(release=release, version="4.2.0")
    DeploymentFactory(promotion=made, item=item)
    return made


def mapped(release: Any) -> dict[str, Station]:
    found = stations([release], promotions_of([release.pk]))[release.pk]
    return {station.name: station for station in found}


def states(release: Any) -> list[tuple[str, str]]:
    return [(name, station.state) for name, station in mapped(release).items()]


def test_what_has_gone_nowhere_goes_to_the_first_stop_next(line: list[Any]):
    assert states(travelling(line)) == [
        ("Test", "next"),
        ("Acceptance", "ahead"),
        ("Load test", "ahead"),
        ("Staging", "ahead"),
        ("Production", "ahead"),
    ]


def test_the_train_stands_at_its_last_successful_stop(line: list[Any]):
    release = travelling(line)
    for environment in line[1:4]:
        arrived(release, environment)
    found = mapped(release)
    assert [(each.state, each.version) for each in found.values()] == [
        ("passed", ""),
        ("passed", ""),
        ("here", "4.2.0"),
        # What may be left out is not where it goes next, unless it is planned there.
        ("ahead", ""),
        ("next", ""),
    ]
    assert found["Load test"].words == "stands here"
    assert found["Load test"].actual == (NOON, NOON + 2 * HOUR)


def test_a_stop_that_was_passed_over_is_left_out(line: list[Any]):
    release = travelling(line)
    for environment in (line[1], line[2], line[3], line[5]):
        arrived(release, environment)
    assert mapped(release)["Staging"].state == "skipped"
    assert mapped(release)["Staging"].words == "left out"


@pytest.mark.parametrize(
    ("status", "state", "said"),
    [
        ("running", "running", "on its way in"),
        ("paused", "paused", "paused on its way in"),
        ("failed", "failed", "failed here"),
        ("rolled_back", "rolled_back", "rolled back here"),
        ("missed", "missed", "missed its window"),
        ("cancelled", "next", "next stop"),
    ],
)
def test_a_stop_says_what_became_of_the_last_attempt_there(line: list[Any], status: str, state: str, said: str):
    release = travelling(line)
    going(release, line[1], status)
    found = mapped(release)
    assert (found["Test"].state, found["Test"].words) == (state, said)
    # Nothing behind it is next as long as it is not through.
    assert {station.state for name, station in found.items() if name != "Test"} == {"ahead"}


def test_another_attempt_takes_the_place_of_the_one_that_failed(line: list[Any]):
    release = travelling(line)
    going(release, line[1], "failed")
    going(release, line[1], "approved", attempt=2, starts_at=NOON + timedelta(days=1))
    station = mapped(release)["Test"]
    assert (station.state, station.attempt) == ("next", "approved, attempt 2")
    assert station.planned == (NOON + timedelta(days=1), NOON + timedelta(days=1, hours=2))
    assert (station.happened, station.actual) == ("failed", (NOON, NOON + 2 * HOUR))


def test_a_stop_to_which_another_candidate_goes_once_more_is_next(line: list[Any]):
    release = travelling(line)
    for environment in line[1:4]:
        arrived(release, environment)
    going(release, line[2], "draft", attempt=2, starts_at=NOON + timedelta(days=1))
    assert states(release)[:3] == [("Test", "passed"), ("Acceptance", "next"), ("Load test", "here")]


def test_actual_is_when_it_really_began_and_ended(line: list[Any]):
    release = travelling(line)
    going(release, line[1], "rolled_back", started_at=NOON + HOUR / 4, ended_at=NOON + HOUR, rolled_back_at=NOON + 3 * HOUR)
    assert mapped(release)["Test"].actual == (NOON + HOUR / 4, NOON + 3 * HOUR)


def test_a_wave_says_how_far_it_is_in_the_parts_of_an_environment():
    stores: Any = EnvironmentFactory(name="Stores", parts=["Berlin", "Leipzig"])
    release: Any = ReleaseFactory()
    going(release, stores, "succeeded", parts=["Leipzig"])
    assert mapped(release)["Stores"].words == "stands here, in Leipzig so far"
    going(release, stores, "succeeded", parts=["Berlin"])
    assert mapped(release)["Stores"].words == "stands here"


def test_the_gates_before_a_stage_are_its_toll(line: list[Any]):
    release = travelling(line)
    for state in ("passed", "waived", "failed", "open"):
        GateFactory(release=release, rule=GateRuleFactory(stage="production"), state=state)
    GateFactory(release=release, rule=GateRuleFactory(stage="production"), state="open", is_asked=False)
    GateFactory(release=release, rule=GateRuleFactory(stage="test"), state="passed")
    found = mapped(release)
    toll = found["Production"].gates
    assert toll is not None
    assert (toll.words, toll.is_open, toll.url) == ("2 of 4 passed, 1 failed", False, f"/releases/{release.key}/#gates")
    assert found["Test"].gates is not None
    assert found["Test"].gates.is_open
    assert found["Staging"].gates is None


def test_a_stop_says_until_when_it_soaks(line: list[Any]):
    release = travelling(line)
    arrived(release, line[1])
    assert mapped(release)["Test"].soak == NOON + 10 * HOUR
    assert mapped(release)["Acceptance"].soak is None


def test_a_soak_that_another_version_broke_off_is_said_to_be(line: list[Any]):
    release = travelling(line)
    made = going(release, line[1], "succeeded")
    item = ItemFactory(release=release, version="4.2.0")
    DeploymentFactory(promotion=made, item=item, ends_at=NOON + 3 * HOUR)
    station = mapped(release)["Test"]
    assert station.soak is None
    assert station.is_interrupted


def test_as_text_it_says_all_of_it_one_line_a_station(line: list[Any]):
    release = travelling(line)
    arrived(release, line[1])
    going(release, line[2], "approved", starts_at=NOON + timedelta(days=1))
    GateFactory(release=release, rule=GateRuleFactory(stage="acceptance"), state="passed")
    found = stations([release], promotions_of([release.pk]))[release.pk]
    assert in_words(found, BERLIN, NOON + 3 * HOUR) == "\n".join(
        [
            "Test: 4.2.0 stands here, succeeded; actual Tue 10 Mar, 13:00–15:00 CET; soaks until Tue 10 Mar, 23:00 CET",
            "Acceptance: next stop, approved; in any order with Load test; gates: 1 of 1 passed; planned Wed 11 Mar, 13:00–15:00 CET",
            "Load test: ahead; in any order with Acceptance; gates: 1 of 1 passed",
            "Staging: ahead; optional",
            "Production: ahead",
        ]
    )
    assert "soaks until" not in in_words(found, BERLIN, NOON + 11 * HOUR)


def test_it_costs_the_same_for_one_release_and_for_thirty(line: list[Any]):
    releases = [travelling(line, name=f"Gateway {number}") for number in range(30)]
    for release in releases:
        arrived(release, line[1])
        GateFactory(release=release, rule=GateRuleFactory(stage="production"))
    promotions = promotions_of([release.pk for release in releases])
    with CaptureQueriesContext(connection) as one:
        stations(releases[:1], promotions)
    with CaptureQueriesContext(connection) as thirty:
        stations(releases, promotions)
    # Stops, gates, traits, the standards kept, candidates, and what the soaks stand on.
    assert len(one) == len(thirty) == 9


def test_the_page_of_a_release_shows_it_large_and_as_text(reader: Client, line: list[Any]):
    release = travelling(line)
    begins = timezone.now() - HOUR
    arrived(release, line[1])
    going(release, line[2], "approved", starts_at=begins + timedelta(days=1), ends_at=begins + timedelta(days=1, hours=1))
    GateFactory(release=release, rule=GateRuleFactory(stage="acceptance"), state="passed")
    html = reader.get(f"/releases/{release.key}/").content.decode()
    assert 'class="toll toll-open" href="/releases/' in html
    assert "Gates before Acceptance: 1 of 1 passed" in words(html)
    assert "Test: 4.2.0 stands here, succeeded; actual" in words(html)
