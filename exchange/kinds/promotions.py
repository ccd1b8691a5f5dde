"""Promotions in a file."""

from common.refusals import BadInput
from exchange.kinds.cells import line, many, moment, needed_slug, number, word
from exchange.kinds.kind import Kind
from releases.actions import promotions
from releases.vocabulary import PromotionStatus, number_of_key

GREATEST_ATTEMPT = 32_767


def release(text: str) -> str:
    """`name@version`, or a key."""
    value = line(401, is_needed=True)(text)
    name, at, version = value.rpartition("@")
    if number_of_key(value) is None and not (at and name and version):
        raise BadInput(f"“{value[:60]}” names no release; write its name, @ and its version, or a key such as REL-42.")
    return value


PROMOTIONS = Kind(
    noun="promotions",
    columns={
        "release": release,
        "environment": needed_slug,
        "parts": many(line(100)),
        "attempt": number(1, GREATEST_ATTEMPT),
        "starts_at": moment,
        "ends_at": moment,
        "status": word(PromotionStatus),
    },
    identities=[["release", "environment"]],
    required=["starts_at", "ends_at"],
    names=lambda row: [],
    bring=lambda rows, call: promotions.bring(rows, by=call.by, at=call.at, trust_history=call.trust_history),
)
