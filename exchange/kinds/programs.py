"""Programs in a file."""

from projects.actions import programs
from exchange.kinds.cells import address, day, line, needed_slug, prose
from exchange.kinds.kind import Kind

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
