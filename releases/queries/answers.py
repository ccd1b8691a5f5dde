"""What REST shows of releases, what they are made of, promotions and deployments."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from common.reading import Computed, Many, Noun, Plain, Question, Reference, list_of, person, related, text_schema
from common.reading.columns import reference_schema
from environments.queries import SERVICE_LIST, lists_of_services
from projects.queries import RESTRICTIONS as PROJECT_RESTRICTIONS
from projects.queries import output_references
from releases.models import Artefact, Candidate, Contribution, Deployment, ExternalLink, Item, Prerequisite, Promotion, Release
from releases.vocabulary import KEY_PREFIX, ContributionState

#: Whose rows decide which releases somebody may see.
RESTRICTIONS: Final = (*PROJECT_RESTRICTIONS, "releases_release", "releases_release_restricted_to", "releases_item")
OUTPUT: Final = reference_schema("id", restrictable=True)


def text_or_null(description: str) -> dict[str, Any]:
    return {"type": ["string", "null"], "description": description}


def hidden_releases(user: Any) -> Iterable[int]:
    found: list[int] = Release.objects.hidden_from(user)
    return found


def release_reference(name: str, path: str = "") -> Reference:
    """A reference to a release, which may be restricted although what refers to it is not."""
    return Reference(
        name, "releases", by="key", prefix=KEY_PREFIX, path=path, also=("version",), kind="release", hidden=hidden_releases
    )


# What belongs to a release is seen only with it.
OWN_RELEASE: Final = Reference("release", "releases", by="key", prefix=KEY_PREFIX, also=("version",))
_SERVICE: Final = Reference("service", "services", by="slug")
_ENVIRONMENT: Final = Reference("environment", "environments", by="slug")


def _services(ids: Sequence[int], question: Question) -> Mapping[int, Any]:
    return lists_of_services(related(Item, "release", ids, "service__slug", "service__name"), question)


def _outputs(ids: Sequence[int], question: Question) -> Mapping[int, Any]:
    rows = related(Contribution, "release", ids, "state", "output_id", "output__name", "output__project_id")
    standing = [row for row in rows if row[1] != ContributionState.DECLINED]
    references = output_references([row[2:] for row in standing], question)
    lists: dict[int, list[Any]] = {}
    for row, reference in zip(standing, references, strict=True):
        lists.setdefault(row[0], []).append(reference)
    return lists


def _link_rows(ids: Sequence[int], question: Question) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = question.once(
        "links", lambda: related(ExternalLink, "release", ids, "system", "identifier", "url")
    )
    return rows


def _references(ids: Sequence[int], question: Question) -> Mapping[int, Any]:
    """The first external link as an import writes it."""
    return {release: f"{system} {identifier}" for release, system, identifier, _ in reversed(_link_rows(ids, question))}


def _links(ids: Sequence[int], question: Question) -> Mapping[int, Any]:
    lists: dict[int, list[Any]] = {}
    for release, system, identifier, url in _link_rows(ids, question):
        lists.setdefault(release, []).append({"system": system, "id": identifier, "url": url or None})
    return lists


def _shared_artefact(which: int) -> Callable[[Sequence[int], Question], Mapping[int, Any]]:
    """Address (0) or digest (1) of the artefact that all items of a release's newest candidate share; an import gives it one."""

    def fetch(ids: Sequence[int], question: Question) -> Mapping[int, Any]:
        shared = question.once("shared artefacts", lambda: _shared_artefacts(ids))
        return {release: artefact[which] or None for release, artefact in shared.items()}

    return fetch


def _shared_artefacts(ids: Sequence[int]) -> Mapping[int, tuple[str, str]]:
    newest: dict[int, tuple[int, set[tuple[str, str]]]] = {}
    for release, number, address, digest in related(Artefact, "candidate__release", ids, "candidate__number", "address", "digest"):
        latest, shared = newest.get(release, (0, set()))
        if number > latest:
            newest[release] = (number, {(address, digest)})
        elif number == latest:
            shared.add((address, digest))
    return {release: next(iter(shared)) for release, (_, shared) in newest.items() if len(shared) == 1}


def _artefacts(path: str) -> Callable[[Sequence[int], Question], Mapping[int, Any]]:
    def fetch(ids: Sequence[int], question: Question) -> Mapping[int, Any]:
        lists: dict[int, list[Any]] = {}
        columns = ("item_id", "item__service__slug", "item__service__name", "candidate__number", "address", "identity", "digest")
        for owner, item, slug, name, number, address, identity, digest in related(Artefact, path, ids, *columns):
            service = {"slug": slug, "name": name, "url": f"{question.base}services/{slug}/"}
            lists.setdefault(owner, []).append(
                {
                    "item": item,
                    "service": service,
                    "candidate": number,
                    "artefact_url": address,
                    "artefact_identity": identity,
                    "artefact_digest": digest,
                }
            )
        return lists

    return fetch


_ARTEFACT: Final = list_of(
    {
        "type": "object",
        "properties": {
            "item": {"type": "integer"},
            "service": reference_schema("slug"),
            "candidate": {"type": "integer", "description": "The number of the candidate."},
            "artefact_url": text_schema(),
            "artefact_identity": text_schema(enum=["digest", "recorded", "per_environment"]),
            "artefact_digest": text_schema(),
        },
    }
)
_LINK: Final = list_of(
    {"type": "object", "properties": {"system": text_schema(), "id": text_schema(), "url": {"type": ["string", "null"]}}}
)


def _promotion_reference(question: Question) -> Callable[..., Any]:
    start = f"{question.base}promotions/"

    def read(number: int, name: str, version: str, environment: str) -> Any:
        called = f"{name} {version} into {environment}"
        return {"id": number, "name": called, "url": f"{start}{number}/"}

    return read


def _candidate_reference(question: Question) -> Callable[..., Any]:
    start = f"{question.base}releases/{KEY_PREFIX}"
    return lambda number, count, release: {
        "id": number,
        "name": f"candidate {count}",
        "url": f"{start}{release}/candidates/{number}/",
    }


RELEASES: Final = Noun(
    "release",
    "releases",
    Release,
    by="key",
    prefix=KEY_PREFIX,
    order=("-id",),
    tables=(
        *RESTRICTIONS,
        "environments_route",
        "releases_contribution",
        "releases_externallink",
        "releases_candidate",
        "releases_artefact",
    ),
    columns=(
        Plain("name"),
        Plain("version"),
        Plain("urgency"),
        Plain("size"),
        Plain("risk"),
        Plain("extent"),
        Plain("nature"),
        Plain("status"),
        Plain("commitment"),
        person("release_manager"),
        Reference("route", "routes", by="slug"),
        release_reference("package"),
        Plain("line"),
        Many("services", _services, SERVICE_LIST),
        Many("outputs", _outputs, list_of(OUTPUT)),
        Many("reference", _references, text_or_null("The first external link."), empty=None),
        Many("external_links", _links, _LINK),
        Many("artefact_url", _shared_artefact(0), text_or_null("Where all items of the newest candidate lie."), empty=None),
        Many(
            "artefact_digest", _shared_artefact(1), text_or_null("By what all items of the newest candidate are known."), empty=None
        ),
        Plain("description"),
        Plain("rollback_plan"),
        Plain("template_name"),
        Plain("restricted_until"),
    ),
)

ITEMS: Final = Noun(
    "item",
    "items",
    Item,
    by="id",
    order=("id",),
    tables=(*RESTRICTIONS, "releases_artefact", "releases_candidate"),
    within=(RELEASES, "release"),
    columns=(
        OWN_RELEASE,
        _SERVICE,
        Plain("change"),
        Plain("version"),
        Many("artefacts", _artefacts("item"), _ARTEFACT),
    ),
)

CANDIDATES: Final = Noun(
    "candidate",
    "candidates",
    Candidate,
    by="id",
    order=("id",),
    tables=(*RESTRICTIONS, "releases_candidate", "releases_artefact"),
    within=(RELEASES, "release"),
    columns=(OWN_RELEASE, Plain("number"), Many("artefacts", _artefacts("candidate"), _ARTEFACT)),
)


def _one_output(ids: Sequence[int], question: Question) -> Mapping[int, Any]:
    rows = related(Contribution, "id", ids, "output_id", "output__name", "output__project_id")
    return dict(zip([row[0] for row in rows], output_references([row[1:] for row in rows], question), strict=True))


CONTRIBUTIONS: Final = Noun(
    "contribution",
    "contributions",
    Contribution,
    by="id",
    order=("id",),
    tables=(*RESTRICTIONS, "releases_contribution"),
    within=(RELEASES, "release"),
    columns=(OWN_RELEASE, Many("output", _one_output, OUTPUT, empty=None), Plain("state"), Plain("strength")),
)

PREREQUISITES: Final = Noun(
    "prerequisite",
    "prerequisites",
    Prerequisite,
    by="id",
    order=("id",),
    tables=(*RESTRICTIONS, "releases_prerequisite"),
    within=(RELEASES, "release"),
    columns=(OWN_RELEASE, release_reference("needs")),
)

PROMOTIONS: Final = Noun(
    "promotion",
    "promotions",
    Promotion,
    by="id",
    order=("starts_at", "id"),
    tables=(*RESTRICTIONS, "releases_promotion", "releases_candidate", "environments_environment"),
    columns=(
        OWN_RELEASE,
        Computed("candidate", ("candidate_id", "candidate__number", "release_id"), _candidate_reference, reference_schema("id")),
        _ENVIRONMENT,
        Plain("parts"),
        Plain("attempt"),
        Plain("starts_at"),
        Plain("ends_at"),
        Plain("approved_from"),
        Plain("approved_until"),
        Plain("status"),
        Plain("started_at"),
        Plain("ended_at"),
        Plain("rolled_back_at"),
        Plain("is_emergency"),
        Plain("was_recorded"),
        Plain("is_trusted"),
    ),
)

DEPLOYMENTS: Final = Noun(
    "deployment",
    "deployments",
    Deployment,
    by="id",
    order=("id",),
    tables=(*RESTRICTIONS, "releases_deployment", "environments_environment"),
    page="live/",
    columns=(
        _SERVICE,
        _ENVIRONMENT,
        Plain("part"),
        Plain("line"),
        Plain("version"),
        OWN_RELEASE,
        Computed(
            "promotion",
            ("promotion_id", "release__name", "release__version", "environment__slug"),
            _promotion_reference,
            reference_schema("id"),
        ),
        Plain("begins_at"),
        Plain("ends_at"),
    ),
)
