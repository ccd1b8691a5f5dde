"""How a letter is written for a chat: what is asked, the link, and why; without the tricks that names could play there."""

from typing import Final

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from reminders.channels.base import Parcel
from reminders.queries.bundles import Bundle

#: The services take different lengths; this fits all of them without being cut in two.
LONGEST_TITLE: Final = 180
LONGEST_SENTENCE: Final = 400
MOST_THINGS: Final = 5
#: Breaks words that call whole rooms, and links that say one thing and lead to another. It has no width.
_BREAK: Final = "\N{ZERO WIDTH SPACE}"


def message(parcel: Parcel) -> tuple[str, str]:
    """The title and the text of a letter in a chat, both plain."""
    letter = parcel.letter
    said = {
        "sentence": _harmless(letter.sentence, LONGEST_SENTENCE),
        "things": _things(parcel.bundle) if parcel.bundle else (),
        "url": letter.url,
        "why": _harmless(letter.why, LONGEST_SENTENCE),
        "may_be_there": parcel.may_be_there,
        "stop": settings.BASE_URL + reverse("my-reminders"),
    }
    return _harmless(letter.headline, LONGEST_TITLE), render_to_string("reminders/chat.txt", said).strip()


def _things(of: Bundle) -> list[str]:
    """The first of what a digest gathers, each in its sentence; the link leads to the rest."""
    sentences = [letter.sentence for group in of.groups for letter in group.letters]
    return [_harmless(sentence, LONGEST_TITLE) for sentence in sentences[:MOST_THINGS]]


def trial() -> tuple[str, str]:
    """What is said to try an address."""
    return "A test from Releasecal", render_to_string(
        "reminders/chat_trial.txt", {"stop": settings.BASE_URL + reverse("my-reminders")}
    ).strip()


def _harmless(text: str, longest: int) -> str:
    """Names of things may hold anything: on one line, calling nobody, and without links that are not what they seem."""
    line = " ".join(text.split())
    line = line if len(line) <= longest else f"{line[: longest - 1]}…"
    for sign in ("@", "](", "<"):
        line = line.replace(sign, f"{sign[0]}{_BREAK}{sign[1:]}")
    return line
