"""Verbs on environments."""

from collections.abc import Sequence
from typing import Any

from accounts.actions import teams
from accounts.models import User
from common.bringing import Batch, Brought, Given, Writing, plain_values
from environments import rules
from environments.models import Environment
from environments.vocabulary import Stage
from history.deeds import Said, deed, record_all

NOT_YOURS = "Only environment managers, or the team that owns it, may write this environment."
PLAIN = {"name": "", "stage": "", "lanes": None, "time_zone": "UTC"}


@deed
def bring(rows: Sequence[Given], *, by: User) -> Brought:
    """Make or change environments, by `slug`: name, stage, lanes, parts (a list, in their order), time_zone, owner (a team's slug).

    Owners nobody knows yet are made as empty teams. A fact for each environment made or changed; none for one that is as it was.
    Raises WrongRows with every row that cannot be brought; then nothing is written.
    """
    batch = Batch(rows)
    batch.refuse_repeated(lambda row: row["slug"], "slug", "environment")
    known = {
        found.slug: found
        for found in Environment.objects.select_for_update(no_key=True).filter(slug__in=batch.values("slug")).order_by("pk")
    }
    for place, row in batch.good():
        _look_at(batch, place, row, known, by)
    batch.end()
    owners = teams.bring(batch.values("owner"), by=by)
    writing = Writing(Environment)
    told: list[tuple[str, Environment, dict[str, Any]]] = []
    for row in rows:
        values = plain_values(row, PLAIN)
        if "parts" in row:
            values["parts"] = list(row["parts"] or ())
        if "owner" in row:
            values["owner_id"] = owners[row["owner"]].pk if row["owner"] else None
        environment = known.get(row["slug"])
        if environment is None:
            told.append(("brought", writing.make(slug=row["slug"], **values), {}))
            continue
        differing = writing.set(environment, values)
        if differing:
            told.append(("changed", environment, {"columns": sorted(name.removesuffix("_id") for name in differing)}))
    writing.write()
    record_all([Said(verb, "environment", thing.pk, SENTENCES[verb], data) for verb, thing, data in told], by=by)
    return writing.count(len(rows))


SENTENCES = {
    "brought": "{actor} brought in the environment {subject}",
    "changed": "{actor} changed the environment {subject} by an import",
}


def _look_at(batch: Batch, place: int, row: Given, known: dict[str, Environment], by: User) -> None:
    environment = known.get(row["slug"])
    if not rules.may_write_environment(by, environment):
        batch.refuse(place, "slug", NOT_YOURS)
    if environment is None:
        batch.need(place, row, "environment", ["name", "stage"])
    if row.get("stage") and row["stage"] not in Stage.values:
        batch.refuse(place, "stage", f"A stage is one of {', '.join(Stage.values)}.")
    parts = row.get("parts") or ()
    if len(set(parts)) != len(parts):
        batch.refuse(place, "parts", "A part stands twice in the list; name each once.")
