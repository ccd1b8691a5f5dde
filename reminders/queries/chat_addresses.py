"""The address at which one is reached by chat, as its owner and REST see it: never more than its service and host."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from accounts.models import User
from common.reading import Computed, Noun, Plain, Question
from reminders.channels.chat.addresses import known
from reminders.models import ChatAddress


@dataclass(frozen=True)
class Shown:
    """An address as its owner reads it: `Mattermost at chat.example.org`; of its last test, whether it waits or what came of it."""

    row: ChatAddress
    words: str

    @property
    def is_waiting(self) -> bool:
        return self.row.trial_asked_at is not None and self.row.trial_at is None


def chat_of(user: User) -> Shown | None:
    """Where a person is reached by chat. One query."""
    found: ChatAddress | None = ChatAddress.objects.visible_to(user).first()
    return None if found is None else Shown(found, words_of(found))


def words_of(address: ChatAddress) -> str:
    name = known(address.service).name
    return f"{name} at {address.host}" if address.host else name


@dataclass(frozen=True, eq=False)
class _OneOfMine(Noun):
    """There is one at most, so that its address has no name."""

    def addresses_from(self, base: str) -> Callable[..., str]:
        address = f"{base}{self.place}/"
        return lambda _: address


def _problem(_: Question) -> Callable[[Any, Any], str | None]:
    return lambda at, problem: None if at is None else problem


CHAT_ADDRESSES: Final = _OneOfMine(
    "chataddress",
    "me/chat-address",
    ChatAddress,
    by="id",
    order=("id",),
    tables=("reminders_chataddress",),
    page="me/reminders/",
    documented_as="chat_address",
    columns=(
        Plain("service"),
        Plain("host"),
        Plain("test_asked_at", "trial_asked_at"),
        Plain("tested_at", "trial_at"),
        Computed(
            "test_problem",
            ("trial_at", "trial_problem"),
            _problem,
            {
                "type": ["string", "null"],
                "description": "What went wrong with the last test; empty when it arrived, null before it.",
            },
        ),
    ),
)
