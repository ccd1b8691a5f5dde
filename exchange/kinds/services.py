"""Services in a file."""

from environments.actions import services
from environments.vocabulary import LEAST_IMPORTANT_TIER, MOST_IMPORTANT_TIER, ServiceKind
from exchange.kinds.cells import line, many, needed_slug, number, slug, word
from exchange.kinds.kind import Kind

SERVICES = Kind(
    noun="services",
    columns={
        "slug": needed_slug,
        "name": line(300, is_needed=True),
        "kind": word(ServiceKind),
        "parent": slug,
        "owner": slug,
        "tier": number(MOST_IMPORTANT_TIER, LEAST_IMPORTANT_TIER),
        "depends_on": many(slug),
    },
    identities=[["slug"]],
    required=["name"],
    names=lambda row: [("service", row["slug"])],
    bring=lambda rows, call: services.bring(rows, by=call.by),
)
