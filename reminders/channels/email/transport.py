"""How e-mails are handed over: by SMTP, one connection a batch."""

import smtplib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final, NoReturn

from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend

from reminders.channels.base import Courier, Parcel, Refused, Unanswered, Unreachable
from reminders.channels.email.digest import digest
from reminders.channels.email.form import message

#: Where SMTP's answers for good begin (RFC 5321, 4.2.1).
FOR_GOOD: Final = 500


class Email:
    """The channel of e-mails."""

    @contextmanager
    def opened(self) -> Iterator[Courier]:
        connection: Any = get_connection()
        _open(connection)
        try:
            yield _Postman(connection)
        finally:
            with suppress(OSError, smtplib.SMTPException):
                connection.close()


class _Postman:
    def __init__(self, connection: BaseEmailBackend) -> None:
        self._connection = connection

    def hand_over(self, parcel: Parcel) -> None:
        # Without a connection Django would open one while the message is under way; so what fails then is a failure to connect.
        _open(self._connection)
        try:
            self._connection.send_messages([digest(parcel) if parcel.bundle else message(parcel)])
        except smtplib.SMTPRecipientsRefused as error:
            _refuse(*next(iter(error.recipients.values())))
        except smtplib.SMTPResponseException as error:
            _refuse(error.smtp_code, error.smtp_error)
        except (smtplib.SMTPServerDisconnected, OSError) as error:
            with suppress(OSError, smtplib.SMTPException):
                self._connection.close()
            raise Unanswered(str(error) or type(error).__name__) from error
        except ValueError as error:
            # Django's word for an address or a header that no mail can have.
            raise Refused(str(error), for_good=True) from error


def _open(connection: BaseEmailBackend) -> None:
    try:
        connection.open()
    except (smtplib.SMTPException, OSError) as error:
        raise Unreachable(str(error) or type(error).__name__) from error


def _refuse(code: int, said: bytes | str) -> NoReturn:
    words = said.decode(errors="replace") if isinstance(said, bytes) else said
    raise Refused(f"{code} {words}", for_good=code >= FOR_GOOD)
