"""Environments in a file."""

from environments.actions import environments
from environments.vocabulary import Stage
from exchange.kinds.cells import line, many, needed_slug, needed_word, number, slug, zone
from exchange.kinds.kind import Kind

GREATEST_NUMBER_OF_LANES = 32_767

ENVIRONMENTS = Kind(
    noun="environments",
    columns={
        "slug": needed_slug,
        "name": line(300, is_needed=True),
        "stage": needed_word(Stage),
        "lanes": number(1, GREATEST_NUMBER_OF_LANES),
        "parts": many(line(100)),
        "time_zone": zone,
        "owner": slug,
    },
    identities=[["slug"]],
    required=["name", "stage"],
    names=lambda row: [("environment", row["slug"])],
    bring=lambda rows, call: environments.bring(rows, by=call.by, at=call.at),
)
