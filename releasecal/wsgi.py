"""What the web server serves."""

import os

from django.core.handlers.wsgi import WSGIRequest
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "releasecal.settings")


class UTF8Request(WSGIRequest):
    """Addresses and forms are UTF-8, whatever charset a request claims.

    Django believes the claim for the address too and reads it before anything of ours runs. Among Python's codecs are some that fail
    on any text, and some that make lone surrogates of innocent letters.
    """

    @property
    def encoding(self) -> None:
        """Django's word for the default."""
        return None

    @encoding.setter
    def encoding(self, value: str | None) -> None:
        pass


application = get_wsgi_application()
application.request_class = UTF8Request
