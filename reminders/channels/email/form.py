"""How a letter is written as an e-mail: text and HTML of the same content, an appointment where it is one, and a way to hear no more."""

import textwrap
from collections.abc import Sequence
from email.utils import formataddr, parseaddr
from typing import Any, Final

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse

from common.texts import without_controls
from reminders.channels.base import Parcel
from reminders.channels.email.appointment import attachment
from reminders.queries import links
from reminders.queries.contents import Carried, Contents
from reminders.queries.letters import Letter
from reminders.queries.links import Answer

#: RFC 5322 lets a line have 998 characters; nobody reads half of these.
LONGEST_SUBJECT: Final = 180
POSSIBLE_DUPLICATE: Final = "X-Possible-Duplicate"
UNSUBSCRIBE: Final = "List-Unsubscribe"
UNSUBSCRIBE_POST: Final = "List-Unsubscribe-Post"
#: The columns of outputs in text are no wider than this, so that a row fits into the 78 characters of a mail.
_WIDEST: Final = (12, 28, 15, 15, 24)
_HEADS: Final = ("Project", "Output", "Due", "Forecast", "Stands")


def message(parcel: Parcel) -> EmailMultiAlternatives:
    """The e-mail of a letter. Its Message-ID is the message's number, so that programs know a second copy; threads are per release."""
    letter = parcel.letter
    thread = f"<{letter.thread}@{host()}>"
    said = _said(parcel)
    made = EmailMultiAlternatives(
        subject=one_line(letter.headline),
        body=without_controls(render_to_string("reminders/email.txt", said)),
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[parcel.recipient.email],
        headers={
            "Message-ID": f"<{parcel.message or parcel.number}@{host()}>",
            # The first of a thread was never sent: programs put together what answers to the same.
            "In-Reply-To": thread,
            "References": thread,
            "Auto-Submitted": "auto-generated",
            "List-Id": _list_id(letter),
            **_ways_out(parcel),
            **({POSSIBLE_DUPLICATE: "yes"} if parcel.may_be_there else {}),
        },
    )
    made.attach_alternative(without_controls(render_to_string("reminders/email.html", said)), "text/html")
    appointment = letter.contents.appointment if letter.contents else None
    if appointment is not None:
        made.attach(attachment(appointment, f"{letter.sentence}\n{letter.url}", letter.url))
    return made


def _said(parcel: Parcel) -> dict[str, Any]:
    """What both templates are made of."""
    contents = parcel.letter.contents or Contents()
    return {
        "letter": parcel.letter,
        "contents": contents,
        "heads": _HEADS[1:],
        "table": _table(contents.outputs),
        "acknowledge": links.address(parcel.number, Answer.ACKNOWLEDGE),
        "snooze": links.address(parcel.number, Answer.SNOOZE),
        "mute": links.address(parcel.number, Answer.MUTE),
        "stop": settings.BASE_URL + reverse("my-reminders"),
    }


def _ways_out(parcel: Parcel) -> dict[str, str]:
    """By one click, without signing in (RFC 8058): whoever has the mail hears no more of what it is about, until they say otherwise.

    Programs do that only over https.
    """
    way = {UNSUBSCRIBE: f"<{links.address(parcel.number, Answer.MUTE)}>"}
    return way | ({UNSUBSCRIBE_POST: "List-Unsubscribe=One-Click"} if settings.BASE_URL.startswith("https:") else {})


def _list_id(letter: Letter) -> str:
    """What filters of mail programs go by (RFC 2919): the release or project."""
    return formataddr((one_line(letter.about), f"{letter.thread}.releasecal.{host()}"))


def host() -> str:
    """The part of our identifiers behind the @: the domain we write from."""
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"


def one_line(text: str) -> str:
    """Names of things may hold anything; a header is one line."""
    line = " ".join(without_controls(text).split())
    return line if len(line) <= LONGEST_SUBJECT else line[: LONGEST_SUBJECT - 1] + "…"


def _table(outputs: Sequence[Carried]) -> str:
    """Outputs as aligned text; what is wider than its column goes on below."""
    if not outputs:
        return ""
    rows = [_HEADS, *((one.project, one.name, one.due or "–", one.forecast or "–", one.status) for one in outputs)]
    widths = [min(widest, max(len(row[at]) for row in rows)) for at, widest in enumerate(_WIDEST)]
    lines = []
    for row in rows:
        cells = [textwrap.wrap(" ".join(cell.split()), width) or [""] for cell, width in zip(row, widths, strict=True)]
        for place in range(max(map(len, cells))):
            parts = ((cell[place] if place < len(cell) else "").ljust(width) for cell, width in zip(cells, widths, strict=True))
            lines.append("  ".join(parts).rstrip())
    return "\n".join(lines)
