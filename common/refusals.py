"""What a verb raises when it won't: one sentence for a person, and what a program needs. `common.doors` translates them."""

from collections.abc import Mapping, Sequence
from typing import Any


class Refusal(Exception):
    """A refusal: `sentence` says what, where and how to mend it; `errors` names fields; `requirements` what a verdict misses.

    `status` is the HTTP status both doors answer with, `title` the short name of the kind of refusal.
    """

    status = 422
    title = "Refused"

    def __init__(
        self,
        sentence: str,
        *,
        errors: Mapping[str, Sequence[str]] | None = None,
        requirements: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.errors = {name: list(sentences) for name, sentences in (errors or {}).items()}
        self.requirements = list(requirements)


class BadInput(Refusal):
    """The shape is wrong: a missing field, an unknown parameter, a date that does not exist."""

    status = 400
    title = "Not understood"


class NotAllowed(Refusal):
    """The person may see it, but not do it."""

    status = 403
    title = "Not allowed"


class NotVisible(Refusal):
    """It does not exist, or not for this person; the two look the same."""

    status = 404
    title = "Not found"


class Conflict(Refusal):
    """The state is another one, or another write was first."""

    status = 409
    title = "Conflict"


class Overtaken(Conflict):
    """What a verb had to lock became known only under the lock; the verb may begin again, and where it can, it does."""


class IllegalMove(Conflict):
    """The state machine does not know this move from the present state."""


class Gone(Refusal):
    """It was there once; the sentence says what to do instead."""

    status = 410
    title = "Gone"


class Stale(Refusal):
    """What the caller saw is no longer what is there."""

    status = 412
    title = "Changed meanwhile"


class RuleBroken(Refusal):
    """Well-formed, permitted, and against a rule of the house."""

    status = 422
    title = "Against a rule"


class TooMany(Refusal):
    """A rate limit; `retry_after` in seconds."""

    status = 429
    title = "Too many requests"

    def __init__(self, sentence: str, *, retry_after: int) -> None:
        super().__init__(sentence)
        self.retry_after = retry_after


class Busy(Refusal):
    """The database did not answer in time; nothing was changed."""

    status = 503
    title = "Busy"
    retry_after = 5
