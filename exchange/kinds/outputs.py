"""Outputs in a file."""

from exchange.kinds.cells import day, line, many, needed_slug, slug, word
from exchange.kinds.kind import Kind
from projects.actions import outputs
from projects.vocabulary import OutputKind, OutputStatus

OUTPUTS = Kind(
    noun="outputs",
    columns={
        "project": needed_slug,
        "code": needed_slug,
        "name": line(300, is_needed=True),
        "kind": word(OutputKind),
        "status": word(OutputStatus),
        "due_on": day,
        "forecast_on": day,
        "delivered_on": day,
        "services": many(slug),
    },
    identities=[["project", "code"]],
    required=["name"],
    names=lambda row: [("output", f"{row['project']}/{row['code']}")],
    bring=lambda rows, call: outputs.bring(rows, by=call.by),
)
