"""How mails are usually sent, for comparison: one task for each, with Celery's defaults."""

import os
import smtplib
from email.message import EmailMessage

from celery import Celery

app = Celery("plain", broker=os.environ["REDIS_URL"])


@app.task
def send(number: int) -> None:
    """Send the mail of this number."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Message-ID"] = "releasecal@localhost", "rosa@example.org", f"<{number}@localhost>"
    mail.set_content("It is due.")
    with smtplib.SMTP("127.0.0.1", int(os.environ["SINK_PORT"]), timeout=10) as connection:
        connection.send_message(mail)
