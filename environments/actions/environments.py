"""Verbs on environments: create, change, delete; and the plural one of imports."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from accounts.actions import teams
from accounts.models import User
from common import referring
from common.bringing import Batch, Brought, Given, Writing, plain_values
from common.refusals import Conflict, NotAllowed
from common.rows import Seen, expect_seen
from environments import rules
from environments.actions import bookings
from environments.models import Environment
from environments.vocabulary import Stage
from history.deeds import Said, deed, record, record_all

NOT_YOURS = "Only environment managers, or the team that owns it, may write this environment."
PLAIN = {"name": "", "stage": "", "lanes": None, "time_zone": "UTC"}


@deed
def create(*, by: User, slug: str, **values: Any) -> Environment:
    """A new environment: name, stage, lanes (None: no limit), parts, owner, time_zone, region. Raises NotAllowed, Conflict."""
    if not rules.may_write_environment(by, None):
        raise NotAllowed("Only environment managers may make an environment.")
    if Environment.objects.filter(slug=slug).exists():
        raise Conflict(f"There is already an environment {slug}; choose another.", errors={"slug": ["This short name is taken."]})
    environment: Environment = Environment.objects.create(slug=slug, **_sensible(values))
    record(environment, "created", by=by, template="{actor} made the environment {subject}")
    environment.refresh_from_db()
    return environment


@deed
def change(environment: Environment, changes: Mapping[str, Any], *, by: User, at: datetime, seen: Seen = None) -> Environment:
    """Change what `create` takes, but for the slug. Raises NotAllowed, Stale, Conflict for fewer lanes than are booked from `at` on."""
    environment = _to_write(environment, by, seen)
    changes = _sensible(changes)
    differing = sorted(name for name, value in changes.items() if getattr(environment, name) != value)
    if "lanes" in differing:
        bookings.refuse_fewer_lanes(environment, changes["lanes"], by=by, at=at)
    for name in differing:
        setattr(environment, name, changes[name])
    if differing:
        environment.save(update_fields=differing)
        record(environment, "changed", by=by, template="{actor} changed the environment {subject}", columns=differing)
        environment.refresh_from_db()
    return environment


@deed
def delete(environment: Environment, *, by: User, seen: Seen = None) -> None:
    """Delete an environment that nothing refers to. Raises NotAllowed, Stale, Conflict that names what does."""
    environment = _to_write(environment, by, seen)
    record(environment, "deleted", by=by, template="{actor} deleted the environment {subject}", slug=environment.slug)
    referring.delete(environment, by=by)


def _to_write(environment: Environment, by: User, seen: Seen) -> Environment:
    found: Environment = Environment.objects.select_for_update(no_key=True).get(pk=environment.pk)
    if not rules.may_write_environment(by, found):
        raise NotAllowed(NOT_YOURS)
    expect_seen(found, seen)
    return found


def _sensible(values: Mapping[str, Any]) -> dict[str, Any]:
    """A zone left empty means the usual one."""
    return {name: value or "UTC" if name == "time_zone" else value for name, value in values.items()}


@deed
def bring(rows: Sequence[Given], *, by: User, at: datetime) -> Brought:
    """Make or change environments, by `slug`: name, stage, lanes, parts (a list, in their order), time_zone, owner (a team's slug).

    Owners nobody knows yet are made as empty teams. A fact for each environment made or changed; none for one that is as it was.
    Fewer lanes than are booked from `at` on are refused. Raises WrongRows with every row that cannot be brought; then nothing is written.
    """
    batch = Batch(rows)
    batch.refuse_repeated(lambda row: row["slug"], "slug", "environment")
    known = {
        found.slug: found
        for found in Environment.objects.select_for_update(no_key=True).filter(slug__in=batch.values("slug")).order_by("pk")
    }
    for place, row in batch.good():
        _look_at(batch, place, row, known, by)
        if row["slug"] in known and "lanes" in row and row["lanes"] != known[row["slug"]].lanes:
            try:
                bookings.refuse_fewer_lanes(known[row["slug"]], row["lanes"], by=by, at=at)
            except Conflict as refusal:
                batch.refuse(place, "lanes", refusal.sentence)
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
