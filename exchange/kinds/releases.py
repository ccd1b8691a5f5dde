"""Releases in a file."""

from collections.abc import Sequence

from common.bringing import Given
from common.refusals import BadInput
from exchange.kinds.cells import address, digest, line, many, prose, slug, word
from exchange.kinds.kind import Kind
from policies.vocabulary import Nature, Risk, Size, Urgency
from releases.actions import releases
from releases.vocabulary import Commitment, Extent, ReleaseStatus, number_of_key


def key(text: str) -> str:
    """`REL-42`, or empty."""
    value = text.strip(" ")
    if value and number_of_key(value) is None:
        raise BadInput(f"“{value[:40]}” is no key; write one such as REL-42, or leave it empty and give name and version.")
    return value


def output(text: str) -> str:
    """`project/code`."""
    project, slash, code = text.strip(" ").partition("/")
    if not (slash and slug(project) and slug(code)):
        raise BadInput(f"“{text[:60]}” names no output; write its project's code, a slash and its own code.")
    return f"{project}/{code}"


def reference(text: str) -> str:
    """`system id`: what another system calls the release."""
    value = line(301)(text)
    if not value:
        return ""
    system, _, identifier = value.partition(" ")
    if not identifier.strip(" ") or len(system) > 100 or len(identifier) > 200:
        raise BadInput(
            f"“{value[:60]}” is no reference; write the system (up to 100 characters), a space and its id (up to 200), such as Jira PAY-1."
        )
    return value


def names(row: Given) -> Sequence[tuple[str, str]]:
    found = [("release", row["key"])] if row.get("key") else []
    return [*found, ("release", f"{row.get('name')}@{row.get('version')}")]


RELEASES = Kind(
    noun="releases",
    columns={
        "key": key,
        "name": line(300, is_needed=True),
        "version": line(100, is_needed=True),
        "urgency": word(Urgency),
        "size": word(Size),
        "risk": word(Risk),
        "extent": word(Extent),
        "nature": word(Nature),
        "status": word(ReleaseStatus),
        "commitment": word(Commitment),
        "release_manager": address,
        "route": slug,
        "line": line(100),
        "services": many(slug),
        "outputs": many(output),
        "reference": reference,
        "artefact_url": line(500),
        "artefact_digest": digest,
        "description": prose(20_000),
    },
    identities=[["name", "version"], ["key"]],
    required=["name", "version"],
    names=names,
    bring=lambda rows, call: releases.bring(rows, by=call.by, promotions=call.rows.get("promotions", ())),
)
