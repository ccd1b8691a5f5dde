"""How a letter is written as an e-mail."""

from email.utils import parseaddr
from typing import Final

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse

from reminders.channels.base import Parcel

#: RFC 5322 lets a line have 998 characters; nobody reads half of these.
LONGEST_SUBJECT: Final = 180
POSSIBLE_DUPLICATE: Final = "X-Possible-Duplicate"
UNSUBSCRIBE: Final = "List-Unsubscribe"


def message(parcel: Parcel) -> EmailMultiAlternatives:
    """The e-mail of a letter. Its Message-ID is the delivery's number, so that programs know a second copy; threads are per release."""
    letter = parcel.letter
    host = _host()
    stop = settings.BASE_URL + reverse("my-reminders")
    said = {"letter": letter, "stop": stop}
    made = EmailMultiAlternatives(
        subject=_one_line(letter.headline),
        body=render_to_string("reminders/email.txt", said),
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[parcel.recipient.email],
        headers={
            "Message-ID": f"<{parcel.number}@{host}>",
            "References": f"<{letter.thread}@{host}>",
            "Auto-Submitted": "auto-generated",
            # Where one says what one wants to hear: signed in, so that nobody else can.
            UNSUBSCRIBE: f"<{stop}>",
            **({POSSIBLE_DUPLICATE: "yes"} if parcel.may_be_there else {}),
        },
    )
    made.attach_alternative(render_to_string("reminders/email.html", said), "text/html")
    return made


def _host() -> str:
    """The part of our identifiers behind the @: the domain we write from."""
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"


def _one_line(text: str) -> str:
    """Names of things may hold anything; a header is one line."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_SUBJECT else line[: LONGEST_SUBJECT - 1] + "…"
