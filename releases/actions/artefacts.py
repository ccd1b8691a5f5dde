"""What an item is in a candidate: its version, where it lies, and by what it is known to be the same."""

from collections.abc import Mapping
from typing import Any

from common.refusals import RuleBroken
from common.rows import revise
from releases.models import Artefact, Candidate, Item
from releases.vocabulary import Identity

COLUMNS = {"artefact_url": "address", "artefact_digest": "digest", "artefact_identity": "identity"}


def put(item: Item, candidate: Candidate, given: Mapping[str, Any]) -> list[str]:
    """Give an item in a candidate what is `given` of version, artefact_url, artefact_digest, artefact_identity.

    A step of a verb that has locked the release and found the candidate open. Gives the names of what differed. Earlier candidates
    keep the version they were built with. Raises RuleBroken where digest and identity contradict each other.
    """
    differing = _put_version(item, candidate, given)
    artefact = Artefact.objects.filter(candidate=candidate, item=item).first() or Artefact(candidate=candidate, item=item)
    values = _values(artefact, given)
    others = [name for name, column in COLUMNS.items() if getattr(artefact, column) != values[column]]
    if others or artefact.pk is None:
        for name, value in values.items():
            setattr(artefact, name, value)
        artefact.save()
        if not differing:
            revise(item)
    return sorted([*differing, *others])


def _put_version(item: Item, candidate: Candidate, given: Mapping[str, Any]) -> list[str]:
    if given.get("version") is None or given["version"] == item.version:
        return []
    Artefact.objects.filter(item=item, candidate__number__lt=candidate.number, version=None).update(version=item.version)
    item.version = given["version"]
    item.save(update_fields=["version"])
    return ["version"]


def _values(artefact: Artefact, given: Mapping[str, Any]) -> dict[str, str]:
    """The columns of the artefact as they will be. A digest is an identity; without one it is recorded, unless said otherwise."""
    address = given.get("artefact_url", artefact.address) or ""
    digest = given.get("artefact_digest", artefact.digest) or ""
    identity = given.get("artefact_identity") or ""
    if not identity:
        kept = artefact.identity if artefact.identity != Identity.DIGEST else Identity.RECORDED
        identity = Identity.DIGEST if digest else kept
    if digest and identity != Identity.DIGEST:
        sentence = "What has a digest is known by it: choose the identity digest, or clear the digest."
        raise RuleBroken(sentence, errors={"artefact_identity": [sentence]})
    if identity == Identity.DIGEST and not digest:
        sentence = "To be known by its digest it needs one, such as sha256: and 64 hexadecimal digits; or choose another identity."
        raise RuleBroken(sentence, errors={"artefact_digest": [sentence]})
    return {"address": address, "digest": digest, "identity": identity}
