"""Projects in a file."""

from exchange.kinds.cells import address, currency, day, line, money, needed_slug, prose, slug, word
from exchange.kinds.kind import Kind
from projects.actions import projects
from projects.vocabulary import ProjectStatus

PROJECTS = Kind(
    noun="projects",
    columns={
        "code": needed_slug,
        "name": line(300, is_needed=True),
        "program": slug,
        "manager": address,
        "sponsor": address,
        "status": word(ProjectStatus),
        "starts_on": day,
        "ends_on": day,
        "closed_on": day,
        "budget": money,
        "currency": currency,
        "scope": prose(20_000),
    },
    identities=[["code"]],
    required=["name"],
    names=lambda row: [("project", row["code"])],
    bring=lambda rows, call: projects.bring(rows, by=call.by),
)
