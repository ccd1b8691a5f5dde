"""What other systems call a release: a list that belongs to it."""

from collections.abc import Mapping, Sequence
from typing import Any

from common.refusals import RuleBroken
from releases.models import ExternalLink, Release

FIELD = "external_links"
_WEB = ("http://", "https://")


def renew(release: Release, wanted: Sequence[Mapping[str, Any]]) -> bool:
    """Make `wanted` (`system`, `id`, perhaps `url`) the links of a release that its verb has locked; whether that changed any.

    Raises RuleBroken for one that stands twice, or whose address is none of the web.
    """
    named = {(link["system"], link["id"]): link.get("url") or "" for link in wanted}
    if len(named) != len(wanted):
        raise _broken("A link stands twice in the list; name each once.")
    for (system, identifier), url in named.items():
        if url and not url.lower().startswith(_WEB):
            raise _broken(f"The address of {system} {identifier} begins with http:// or https://, or is left empty.")
    present = {(link.system, link.identifier): link for link in ExternalLink.objects.filter(release=release)}
    gone = [link.pk for name, link in present.items() if name not in named]
    moved = [present[name] for name, url in named.items() if name in present and present[name].url != url]
    new = [name for name in named if name not in present]
    if gone:
        ExternalLink.objects.filter(pk__in=gone).delete()
    for link in moved:
        link.url = named[link.system, link.identifier]
        link.save(update_fields=["url"])
    for system, identifier in new:
        ExternalLink.objects.create(release=release, system=system, identifier=identifier, url=named[system, identifier])
    return bool(gone or moved or new)


def _broken(sentence: str) -> RuleBroken:
    return RuleBroken(sentence, errors={FIELD: [sentence]})
