"""Programs in a file."""

from exchange.kinds.cells import address, day, line, needed_slug, prose
from exchange.kinds.kind import Kind
from projects.actions import programs

PROGRAMS = Kind(
    noun="programs",
    columns={
        "code": needed_slug,
        "name": line(300, is_needed=True),
        "manager": address,
        "description": prose(20_000),
        "starts_on": day,
        "ends_on": day,
    },
    identities=[["code"]],
    required=["name"],
    names=lambda row: [("program", row["code"])],
    bring=lambda rows, call: programs.bring(rows, by=call.by),
)
