"""Milestones in a file."""

from exchange.kinds.cells import day, instant, line, needed_slug, prose, slug, word
from exchange.kinds.kind import Kind
from projects.actions import milestones
from projects.vocabulary import MilestoneKind

MILESTONES = Kind(
    noun="milestones",
    columns={
        "program": slug,
        "project": slug,
        "code": needed_slug,
        "name": line(300, is_needed=True),
        "kind": word(MilestoneKind),
        "starts_on": day,
        "ends_on": day,
        "description": prose(20_000),
        "uid": line(255),
        "calendar": line(300),
        "cancelled_at": instant,
    },
    identities=[["program", "code"], ["project", "code"]],
    required=["name", "starts_on"],
    names=lambda row: [],
    bring=lambda rows, call: milestones.bring(rows, by=call.by),
)
