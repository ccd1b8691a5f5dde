"""Verbs on teams."""

import pytest
from django.db import IntegrityError, transaction

from accounts.actions import teams
from accounts.models import Team
from common import labels
from common.refusals import BadInput, Conflict, NotAllowed, RuleBroken
from history.deeds import deed, record
from history.models import Event


def test_bringing_makes_the_missing_ones_empty(operator):
    teams.add(by=operator, slug="security", name="Security people")
    found = teams.bring(["security", "Data-Platform", "data-platform"], by=operator)
    assert {slug: team.name for slug, team in found.items()} == {
        "security": "Security people",
        "Data-Platform": "Data platform",
        "data-platform": "Data platform",
    }


@pytest.mark.django_db(transaction=True)
def test_bringing_again_changes_nothing(operator):
    teams.bring(["a", "b"], by=operator)
    before = Event.objects.count()
    teams.bring(["a", "b"], by=operator)
    assert Event.objects.count() == before


@pytest.mark.parametrize("slug", ["", "new", "-a", ".a", "a b", "ä", "a/b", "a\n", "x" * 101])
def test_both_verb_and_database_refuse_what_is_no_slug(operator, slug):
    with pytest.raises(BadInput):
        teams.bring([slug], by=operator)
    if len(slug) <= 100:
        with pytest.raises(IntegrityError), transaction.atomic(), deed(by=operator):
            record(Team.objects.create(slug=slug, name="x"), "made", by=operator)


def test_no_team_is_above_its_own_parent(operator):
    top = teams.add(by=operator, slug="top", name="Top")
    middle = teams.add(by=operator, slug="middle", name="Middle", parent=top)
    bottom = teams.add(by=operator, slug="bottom", name="Bottom", parent=middle)
    for parent in (top, middle, bottom):
        with pytest.raises(RuleBroken):
            teams.change(top, {"parent": parent}, by=operator)
    assert teams.change(bottom, {"parent": top}, by=operator).parent == top


def test_members_and_leads_are_of_the_team(operator, vera_the_viewer, ada_the_administrator, make_person):
    team = teams.add(by=operator, slug="a", name="A", lead=ada_the_administrator, members=[vera_the_viewer])
    assert vera_the_viewer.team_ids == ada_the_administrator.team_ids == {team.pk}
    assert make_person("stan").team_ids == frozenset()
    assert list(Team.objects.of(ada_the_administrator)) == [team]
    teams.leave(team, vera_the_viewer, by=operator)
    assert vera_the_viewer.team_ids == frozenset()


def test_only_administrators_change_teams(operator, vera_the_viewer):
    team = teams.add(by=operator, slug="a", name="A")
    for verb in (
        lambda: teams.add(by=vera_the_viewer, slug="b", name="B"),
        lambda: teams.change(team, {"name": "B"}, by=vera_the_viewer),
        lambda: teams.join(team, vera_the_viewer, by=vera_the_viewer),
        lambda: teams.leave(team, vera_the_viewer, by=vera_the_viewer),
    ):
        with pytest.raises(NotAllowed):
            verb()


def test_a_slug_belongs_to_one_team(operator):
    teams.add(by=operator, slug="a", name="A")
    with pytest.raises(Conflict):
        teams.add(by=operator, slug="a", name="Another")


def test_a_team_is_labelled_by_its_name(operator):
    team = teams.add(by=operator, slug="a", name="The A team")
    assert labels.of([("team", team.pk)], operator)["team", team.pk].text == "The A team"
