"""Secrets that we must be able to read again, as they lie in the database: sealed under the installation's `SECRET_KEY`.

For what we hand over to others, such as the secret a webhook is signed with or a chat address. What only has to be recognised (tokens,
addresses of feeds) is stored as a digest instead. A backup holds sealed words only: without the key that it was made under, they say
nothing. An earlier key in `SECRET_KEY_FALLBACKS` still opens what it sealed; what is sealed anew has the present one.
"""

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

#: Other uses of the same key must not give the same bytes.
_PURPOSE = b"releasecal sealed secrets 1"


class CannotOpen(Exception):
    """It was sealed under a key that is not known here any more, or is not what was sealed."""


def seal(secret: str) -> str:
    """A secret as it may be stored; twice the same secret gives two different texts."""
    return _keys().encrypt(secret.encode()).decode("ascii")


def opened(sealed: str) -> str:
    """What was sealed. Raises CannotOpen."""
    try:
        return _keys().decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise CannotOpen("It was sealed under another SECRET_KEY; it has to be entered anew.") from error


def _keys() -> MultiFernet:
    return MultiFernet([_key(each) for each in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def _key(secret: str | bytes) -> Fernet:
    known = secret if isinstance(secret, bytes) else secret.encode()
    return Fernet(base64.urlsafe_b64encode(HKDF(SHA256(), 32, None, _PURPOSE).derive(known)))
