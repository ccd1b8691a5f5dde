"""What others ask of accounts."""

from collections.abc import Collection, Mapping
from typing import Any

from accounts.models import Team, User
from common.labels import Label


def name_people(ids: Collection[int], user: Any) -> Mapping[int, Label]:
    """The labels of people: their names, or "former colleague"."""
    return {person.pk: Label(str(person)) for person in User.objects.filter(pk__in=ids).only("name")}


def name_teams(ids: Collection[int], user: Any) -> Mapping[int, Label]:
    """The labels of teams."""
    return {team.pk: Label(team.name) for team in Team.objects.filter(pk__in=ids).only("name")}
