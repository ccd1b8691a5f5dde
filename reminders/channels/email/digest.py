"""How a digest is written as an e-mail: text and HTML of the same content, by release and project."""

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse

from common.texts import without_controls
from reminders.channels.base import Parcel
from reminders.channels.email.form import POSSIBLE_DUPLICATE, UNSUBSCRIBE, host, one_line


def digest(parcel: Parcel) -> EmailMultiAlternatives:
    """The e-mail of a bundle. Its Message-ID is the delivery's number; the digests of one person are a thread."""
    stop = settings.BASE_URL + reverse("my-reminders")
    said = {"letter": parcel.letter, "bundle": parcel.bundle, "stop": stop}
    thread = f"<{parcel.letter.thread}@{host()}>"
    made = EmailMultiAlternatives(
        subject=one_line(parcel.letter.headline),
        body=without_controls(render_to_string("reminders/digest.txt", said)),
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[parcel.recipient.email],
        headers={
            "Message-ID": f"<{parcel.message or parcel.number}@{host()}>",
            "In-Reply-To": thread,
            "References": thread,
            "Auto-Submitted": "auto-generated",
            # It is about many things: one says where which of them one wants to hear of, or nothing.
            UNSUBSCRIBE: f"<{stop}>",
            **({POSSIBLE_DUPLICATE: "yes"} if parcel.may_be_there else {}),
        },
    )
    made.attach_alternative(without_controls(render_to_string("reminders/digest.html", said)), "text/html")
    return made
