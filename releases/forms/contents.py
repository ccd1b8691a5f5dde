"""What one may write of items, candidates, contributions and prerequisites, on pages and over REST: shape only."""

import re
from collections.abc import Sequence
from typing import Any, Final

from django.core.exceptions import ValidationError

from common.reading.columns import REFERS_TO
from common.writing import Line, Named, Prose, Rows, Shape, Word
from environments.models import Service
from projects.models import Output
from projects.vocabulary import OutputStatus
from releases.models import Release
from releases.vocabulary import Decision, Identity, ItemChange, ReleaseStatus, Strength

_DIGEST: Final = r"^(sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}|git:[0-9a-f]{7,64})$"
#: What is worth suggesting: releases that are not over, and outputs still to come.
_AHEAD: Final = (ReleaseStatus.DRAFT, ReleaseStatus.PLANNED, ReleaseStatus.UNDER_WAY)
_TO_COME: Final = (OutputStatus.PLANNED, OutputStatus.IN_PROGRESS, OutputStatus.DELIVERED)
_MOST_SUGGESTED: Final = 200


class DigestField(Line):
    """By what a copy is known to be the same: the algorithm, a colon, lower-case hexadecimal digits."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if text and not re.fullmatch(_DIGEST, text):
            raise ValidationError(
                "A digest is sha256: with 64, sha512: with 128 or git: with 7 to 64 lower-case hexadecimal digits; correct it."
            )
        return text

    def described(self) -> dict[str, Any]:
        return {"type": "string", "maxLength": self.max_length, "pattern": f"^$|{_DIGEST}"}


class ReleaseField(Named):
    """A release by its key; pages suggest those that are not over."""

    def __init__(self, label: str, **more: Any) -> None:
        super().__init__(Release, "key", label, **more)

    def called(self, name: str) -> Any:
        """A release is called by its name and version, with or without an @ between them."""
        name, _, version = name.replace("@", " ").rpartition(" ")
        return self.choices_for(self.user).filter(name__iexact=name.strip(), version__iexact=version)

    def suggestions(self) -> list[tuple[str, str]]:
        found = list(self.choices_for(self.user).filter(status__in=_AHEAD).newest_first()[: _MOST_SUGGESTED + 1])
        return [(release.key, str(release)) for release in found] if len(found) <= _MOST_SUGGESTED else []


class OutputField(Named):
    """An output: programs send its id, people write `project/code`, which programs may too."""

    def __init__(self, label: str, **more: Any) -> None:
        super().__init__(Output, "id", label, **more)
        self.json_types, self.json_words = (int, str), "the id of an output, or its project and code such as PAY/ledger"

    def prepare_value(self, value: Any) -> Any:
        return f"{value.project.code}/{value.code}" if isinstance(value, Output) else value

    def find(self, names: Sequence[Any]) -> list[Any]:
        (name,) = names
        project, slash, code = str(name).strip(" ").partition("/")
        if not slash:
            return super().find(names)  # by its id, or on pages as it is called
        found = None
        if "\0" not in str(name):
            found = self.choices_for(self.user).filter(project__code=project, code=code).first()
        if found is None:
            raise ValidationError(f"There is no output “{str(name)[:100]}” that you may see; write it as project/code.")
        return [found]

    @property
    def words_for_one(self) -> str:
        return "its project and code, such as PAY/ledger"

    def suggestions(self) -> list[tuple[str, str]]:
        coming = self.choices_for(self.user).filter(status__in=_TO_COME).select_related("project")
        found = list(coming.order_by("project__code", "code")[: _MOST_SUGGESTED + 1])
        return [(self.prepare_value(each), each.name) for each in found] if len(found) <= _MOST_SUGGESTED else []

    def described(self) -> dict[str, Any]:
        return {"type": ["integer", "string"], "minimum": 1, "minLength": 1, "maxLength": 201, REFERS_TO: self.what}


class ItemShape(Shape):
    change = Word(ItemChange, "Change", required=False, initial=ItemChange.CHANGED, help="What the release does to the service.")
    version = Line("To version", longest=100, required=False, help="The version that is live afterwards.")
    artefact_url = Line("Artefact", longest=500, required=False, help="Where its definitive copy lies.")
    artefact_digest = DigestField("Digest", longest=200, required=False, help="Such as sha256: and 64 hexadecimal digits.")
    artefact_identity = Word(
        Identity,
        "Known by",
        required=False,
        none="The digest, if there is one",
        help="Digest: the very same copy. Recorded: a serial, a ticket, a vendor's version. Per environment: configuration.",
    )


class NewItemShape(ItemShape):
    service = Named(Service, "slug", "Service", help="The slug of what it changes.")
    first = ("service",)


class BuiltShape(Shape):
    """What an item is in a new candidate. A row of a table: what there is to say of its fields stands above it."""

    service = Named(Service, "slug", "Service")
    version = Line("Version", longest=100, required=False)
    artefact_url = Line("Artefact", longest=500, required=False)
    artefact_digest = DigestField("Digest", longest=200, required=False)
    artefact_identity = Word(Identity, "Known by", required=False, none="Digest, if any")


class CandidateShape(Shape):
    artefacts = Rows(
        BuiltShape,
        "What is another one in it",
        on_page=True,
        help="A row for each service that was built anew, with where its copy lies and its digest (sha256: and 64 hexadecimal digits); a cell left empty stays as it was, and so do the other items.",
    )


class ContributionShape(Shape):
    strength = Word(
        Strength, "Strength", required=False, initial=Strength.HARD, help="Hard: the release waits for it. Soft: it goes without."
    )


class NewContributionShape(ContributionShape):
    output = OutputField("Output", help="Its project and code, such as PAY/ledger.")
    first = ("output",)


class OfferShape(ContributionShape):
    release = ReleaseField("To release", help="Its key, such as REL-42. Its release manager accepts or declines.")
    first = ("release",)


class DecisionShape(Shape):
    outcome = Word(Decision, "Decision")
    reason = Prose("Reason", longest=2_000, help="The project reads this; needed to decline.")


class PrerequisiteShape(Shape):
    needs = ReleaseField("Needs live first", help="The key of the release that must be live before, such as REL-42.")
