"""What a verdict is made of: requirements, and the answer they come to, in words and as JSON."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from django.db import models

from common.moments import machine_words


class RequirementState(models.TextChoices):
    """How a requirement is met. What is waived was let through by a decision, or may follow afterwards; errored is what could not be
    worked out.
    """

    SATISFIED = "satisfied"
    MISSING = "missing"
    FAILED = "failed"
    ERRORED = "errored"
    WAIVED = "waived"


class RequirementType(models.TextChoices):
    TIMING = "timing"
    GATE = "gate"
    APPROVAL = "approval"
    ROUTE_ORDER = "route_order", "route order"
    SOAK = "soak"
    LEAD_TIME = "lead_time", "lead time"
    BOOKING = "booking"
    PREREQUISITE = "prerequisite"
    ARTEFACT_IDENTITY = "artefact_identity", "artefact identity"
    CONTRIBUTION = "contribution"
    ROLL_BACK = "roll_back", "roll-back"
    OBLIGATION = "obligation"


#: Whatever is in one of these lets a promotion go.
GOOD: Final = frozenset({RequirementState.SATISFIED, RequirementState.WAIVED})
_TOLD: Final = 3


@dataclass(frozen=True)
class Requirement:
    """One thing asked of a promotion. `sentence` tells how it stands, `name` what it is in a few words; neither names a person.

    `who` can meet it (a team, a role); `due_at` is the instant (UTC, exclusive) until when; `url` the page where that is done, as a path.
    `changes_at` is the first instant at which the clock alone makes it another one, if there is one.
    """

    type: RequirementType
    state: RequirementState
    sentence: str
    who: str = ""
    due_at: datetime | None = None
    url: str = ""
    name: str = ""
    changes_at: datetime | None = None

    @property
    def is_good(self) -> bool:
        return self.state in GOOD

    def is_late(self, at: datetime) -> bool:
        """Whether it is not met, and should have been by an instant."""
        return not self.is_good and self.due_at is not None and self.due_at <= at

    def of(self, key: str) -> "Requirement":
        """The same, said of a member of a package."""
        return replace(self, sentence=f"{key}: {self.sentence}", name=f"{key}: {self.name}")

    def as_json(self) -> dict[str, Any]:
        return {
            "type": self.type.value,
            "state": self.state.value,
            "sentence": self.sentence,
            "who": self.who or None,
            "due_at": machine_words(self.due_at) if self.due_at else None,
            "url": self.url or None,
        }


@dataclass(frozen=True)
class Verdict:
    """Whether a promotion may go, why in one sentence, and all that is asked of it."""

    allowed: bool
    sentence: str
    requirements: tuple[Requirement, ...] = ()

    @property
    def standing_in_the_way(self) -> list[Requirement]:
        """What is not met, the soonest due first; what has no day comes last, what failed before what is only missing."""
        return sorted((each for each in self.requirements if not each.is_good), key=_urgency)

    @property
    def waived(self) -> list[Requirement]:
        return [each for each in self.requirements if each.state == RequirementState.WAIVED]

    @property
    def met(self) -> list[Requirement]:
        return [each for each in self.requirements if each.state == RequirementState.SATISFIED]

    @property
    def changes_at(self) -> datetime | None:
        """The first instant at which the clock alone may make it another verdict, or something of it late."""
        later = [each.changes_at for each in self.requirements if each.changes_at]
        return min(later, default=None)

    def as_json(self, root: str = "") -> dict[str, Any]:
        """As REST answers it, and as it is kept with a promotion that ran. Before paths comes `root`."""
        requirements = [each.as_json() for each in self.requirements]
        for each in requirements:
            each["url"] = f"{root}{each['url']}" if each["url"] else None
        return {"allowed": self.allowed, "sentence": self.sentence, "requirements": requirements}


def weighed(requirements: Iterable[Requirement]) -> Verdict:
    """The answer that requirements come to: it may go when each is satisfied or waived."""
    all_of_them = tuple(requirements)
    verdict = Verdict(all(each.is_good for each in all_of_them), "", all_of_them)
    return replace(verdict, sentence=_sentence(verdict))


def _sentence(verdict: Verdict) -> str:
    total, wrong = len(verdict.requirements), verdict.standing_in_the_way
    if not wrong:
        waived = verdict.waived
        return (
            f"It may go: {_of(len(waived), total)} waived: {_listed(waived)}."
            if waived
            else "It may go: nothing stands in the way."
        )
    by_state: Mapping[str, list[Requirement]] = {
        word: [each for each in wrong if each.state == state]
        for state, word in (
            (RequirementState.FAILED, "failed"),
            (RequirementState.ERRORED, "in error"),
            (RequirementState.MISSING, "missing"),
        )
    }
    told = []
    for word, some in by_state.items():
        if some:
            count = f"{len(some)} of {total}" if word == "failed" else _of(len(some), total)
            told.append(f"{count} {word}: {_listed(some)}")
    return "; ".join(told) + "."


def _of(number: int, total: int) -> str:
    return f"{number} of {total} {'is' if number == 1 else 'are'}"


def _listed(some: list[Requirement]) -> str:
    names = [each.name or each.type.label for each in some[:_TOLD]]
    more = len(some) - len(names)
    return ", ".join(names) + (f" and {more} more" if more else "")


def _urgency(each: Requirement) -> tuple[bool, float, bool]:
    return (each.due_at is None, each.due_at.timestamp() if each.due_at else 0.0, each.state == RequirementState.MISSING)
