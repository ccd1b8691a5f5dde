"""Links in letters: what whoever reads them may do without signing in. Each is signed, good for one answer to one delivery, and ends."""

import uuid
from datetime import timedelta
from enum import Enum
from typing import Final

from django.conf import settings
from django.core.signing import BadSignature, SignatureExpired, TimestampSigner
from django.urls import reverse

from common.refusals import Gone, NotVisible
from reminders.models import Delivery

GOOD_FOR: Final = timedelta(days=30)
NO_SUCH_LINK: Final = "This link leads nowhere: copy it from the message as a whole, or sign in to see what was said to you."
OVER: Final = "This link was good for 30 days and has ended; sign in to see what was said to you."
_SIGNER: Final = "reminders.links"


class Answer(Enum):
    """What a link is for. Asking for its page does nothing."""

    ACKNOWLEDGE = "a"
    SNOOZE = "s"
    MUTE = "m"


def address(number: uuid.UUID, answer: Answer) -> str:
    """The whole address by which the recipient of a delivery, known by its number, gives an answer."""
    return f"{settings.BASE_URL}{reverse('reminder_link', args=[token(number, answer)])}"


def token(number: uuid.UUID, answer: Answer) -> str:
    """What makes up such an address."""
    return _signer().sign(f"{answer.value}{number.hex}")


def opened(given: str) -> tuple[Delivery, Answer]:
    """The delivery, with its reminder, rule and recipient, and the answer that a token is for.

    Raises Gone when its time is over, NotVisible when nobody signed it, or when what it was for or its recipient is gone.
    """
    try:
        said = _signer().unsign(given, max_age=GOOD_FOR)
    except SignatureExpired:
        raise Gone(OVER) from None
    except BadSignature:
        raise NotVisible(NO_SUCH_LINK) from None
    rows = Delivery.objects.select_related("reminder__rule", "recipient", "instead_of")
    found = rows.filter(number=uuid.UUID(said[1:]), recipient__is_active=True).first()
    if found is None:
        raise NotVisible(NO_SUCH_LINK)
    return found, Answer(said[0])


def _signer() -> TimestampSigner:
    # A point needs no escape in addresses, and isn't part of what it signs.
    return TimestampSigner(sep=".", salt=_SIGNER)
