"""The ways by which reminders reach people, by their name. A new one is a word in the vocabulary, a folder here, and a line below."""

from collections.abc import Mapping
from typing import Final

from reminders.channels.base import Courier, NoWay, Parcel, Refused, Transport, Unanswered, Unreachable
from reminders.channels.chat.transport import Chat
from reminders.channels.email.transport import Email
from reminders.vocabulary import Channel

TRANSPORTS: Final[Mapping[Channel, Transport]] = {Channel.EMAIL: Email(), Channel.CHAT: Chat()}

__all__ = ["TRANSPORTS", "Courier", "NoWay", "Parcel", "Refused", "Transport", "Unanswered", "Unreachable"]
