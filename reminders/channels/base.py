"""What a channel is: a way by which letters reach people.

Each has a folder: its transport (how something is handed over), its form (how a letter is written for it), its templates and tests. A
channel raises nothing but the refusals below for what goes wrong outside; anything else is a mistake of the program.
"""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from accounts.models import User
from reminders.queries.bundles import Bundle
from reminders.queries.letters import Letter


@dataclass(frozen=True)
class Parcel:
    """One letter to one person. `number` is the delivery's, the same each time; `may_be_there`: it may have been handed over before.

    `message` is what this message is known by, where it isn't the first of its delivery. A digest has a `bundle`, and a letter that
    says in one sentence what that holds.
    """

    number: UUID
    recipient: User
    letter: Letter
    may_be_there: bool = False
    message: UUID | None = None
    bundle: Bundle | None = None


class Refused(Exception):
    """The other side did not take it, and said why: for now, or `for_good`."""

    def __init__(self, reason: str, *, for_good: bool) -> None:
        super().__init__(reason)
        self.reason, self.for_good = reason, for_good


class Unanswered(Exception):
    """It was handed over and nobody said whether it was taken."""


class Unreachable(Exception):
    """The other side can't be reached at all; no letter is to blame."""


class NoWay(Exception):
    """The recipient can't be reached by this way any more; the message is why it is left out."""


class Courier(Protocol):
    """Hands over parcels while a connection is open."""

    def hand_over(self, parcel: Parcel) -> None:
        """Returns once the other side has taken it. Raises Refused, Unanswered, Unreachable, NoWay."""


class Transport(Protocol):
    """A channel as the engine uses it."""

    def opened(self) -> AbstractContextManager[Courier]:
        """A connection for one batch. Raises Unreachable."""
