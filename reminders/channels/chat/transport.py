"""How messages are handed over to chats: one call or a few for each, to the recipient's own address."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any, Final

from common import outgoing
from common.sealing import CannotOpen, opened
from reminders.channels.base import Courier, NoWay, Parcel, Refused, Unanswered
from reminders.channels.chat import form, gate
from reminders.channels.chat.addresses import Address, NoChat, read
from reminders.models import ChatAddress

NO_ADDRESS: Final = "they have no address of a chat"
NOT_KNOWN: Final = "the address of the chat cannot be read any more; it has to be entered again"
NOT_TAKEN: Final = "apprise does not take this address"
#: What a server answers that may take it later: timeouts, conflicts with others, too many at once.
_FOR_NOW: Final = frozenset({408, 409, 423, 425, 429})
_LONGEST_SAID: Final = 120


class Chat:
    """The channel of chats. There is no connection for a batch: everybody's server is another."""

    @contextmanager
    def opened(self) -> Iterator[Courier]:
        yield _Messenger()


class _Messenger:
    def hand_over(self, parcel: Parcel) -> None:
        found = ChatAddress.objects.filter(user=parcel.recipient).first()
        if found is None:
            raise NoWay(NO_ADDRESS)
        say(found, *form.message(parcel))


def say(to: ChatAddress, title: str, text: str) -> None:
    """Say something at an address. Raises Refused, Unanswered.

    That a server is out of reach is the address's fault, not the channel's: others are reached all the same.
    """
    address = _address(to)
    with gate.listening() as heard:
        plugin = _plugin(address)
        done = plugin.notify(body=text, title=title, body_format="text" if address.service.is_marked_up else None)
    if isinstance(heard.trouble, outgoing.NotOut):
        raise Refused(str(heard.trouble), for_good=True)
    if isinstance(heard.trouble, outgoing.NoConnection):
        raise Refused(str(heard.trouble), for_good=False)
    if heard.trouble is not None:
        raise Unanswered(str(heard.trouble))
    if not done:
        _refuse(heard)


def _address(to: ChatAddress) -> Address:
    try:
        return read(opened(to.sealed))
    except (CannotOpen, NoChat) as error:
        raise Refused(NOT_KNOWN, for_good=True) from error


def _plugin(address: Address) -> Any:
    made = gate.plugin(address.service)
    # Nothing is shown of apprise, nothing is kept on disk.
    asset = import_module("apprise.asset").AppriseAsset(
        app_id="Releasecal",
        app_desc="Releasecal",
        app_url="",
        image_url_mask="",
        image_url_logo="",
        http_redirects=False,
        async_mode=False,
    )
    try:
        values = made.parse_url(address.url)
        found = made(**values, asset=asset) if values else None
    except TypeError as error:  # which apprise's own error for this is too
        raise Refused(NOT_TAKEN, for_good=True) from error
    if found is None or len(found) != 1:
        raise Refused(NOT_TAKEN, for_good=True)
    # It would wait between the calls of one message.
    found.request_rate_per_sec = 0
    return found


def _refuse(heard: gate.Heard) -> None:
    if not heard.answers:
        raise Refused(NOT_TAKEN, for_good=True)
    last = heard.answers[-1]
    said = " ".join(last.text.split())[:_LONGEST_SAID]
    is_for_good = 300 <= last.status < 500 and last.status not in _FOR_NOW
    # Some say 200 and mean no; nothing tells whether a second try would help.
    raise Refused(f"{last.status} {said}".strip(), for_good=is_for_good or last.is_good)
