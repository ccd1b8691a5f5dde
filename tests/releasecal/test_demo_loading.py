"""How the demo organisation is dated, multiplied, refused and left alone; none of these build it."""

from datetime import date, timedelta

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from common.refusals import Conflict
from projects.models import Project
from releasecal.demo import rows, world
from releasecal.demo.days import Today
from tests.factories import EnvironmentFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("start", [date(2026, 1, 1), date(2028, 1, 1)])
def test_rows_of_every_ninth_day_of_a_year_are_sound(start):
    """What no verb would refuse, but nobody would believe."""
    for offset in range(0, 366, 9):
        company = rows.Company(Today(start + timedelta(days=offset)))
        promotions = list(company.promotions())
        targets = [(row["release"], row["environment"], row["attempt"]) for row in promotions]
        assert len(set(targets)) == len(targets)
        # What people are going to decide, of the days before, is a draft when it is brought.
        behind = [row for row in promotions if row["status"] == "draft" and row["ends_at"] <= company.today.begins_at]
        assert len(behind) == 3
        assert not any(row["status"] != "draft" and row["ends_at"] > company.today.begins_at for row in promotions)
        assert not any(row["starts_at"] < company.today.begins_at < row["ends_at"] for row in promotions)
        assert all(row["starts_on"] < row["ends_on"] for row in company.projects())


def test_a_larger_scale_adds_companies_in_other_countries():
    names = [company.named("One ticket") for company in world.companies(Today(date(2026, 11, 23)), 20)]
    assert names[:3] == ["One ticket", "One ticket Denmark", "One ticket Sweden"]
    assert names[-1] == "One ticket Denmark 2"
    assert len(set(names)) == 20
    codes = {company.code("ONE") for company in world.companies(Today(date(2026, 11, 23)), world.MOST)}
    assert len(codes) == world.MOST


def test_other_data_under_its_names_is_not_overwritten(settings):
    settings.DEMO = True
    EnvironmentFactory(slug="prod", name="Somebody's own")
    with pytest.raises(Conflict, match="its environment prod is somebody else's"):
        world.build(date(2026, 11, 23), by=User.objects.operator())
    assert Project.objects.count() == 0
    assert User.objects.people().count() == 0


def test_without_the_company_there_is_no_tour(settings, client):
    settings.DEMO = True
    client.force_login(UserFactory())
    assert 'class="tour"' not in client.get("/").content.decode()
    settings.DEMO = False
    assert client.post("/demo/tour/end/").status_code == 404


@pytest.mark.parametrize("scale", ["0", "-1", "101"])
def test_the_command_refuses_a_scale_that_is_none(db, settings, scale):
    settings.DEMO = True
    with pytest.raises(CommandError):
        call_command("demo", f"--scale={scale}")
    settings.DEMO = False
    with pytest.raises(CommandError, match="only in a demonstration"):
        call_command("demo")
