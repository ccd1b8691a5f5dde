"""How the names people give stand in addresses: `path(f"projects/<{NAME}:code>/", …)`.

Anything else in that place matches no address and is a 404; above all a NUL character, which PostgreSQL would refuse.
"""

from typing import Final

from django.urls import register_converter

from common import slugs

NAME: Final = "name"


class NameConverter:
    """A code, slug or key."""

    regex = slugs.SHAPE.pattern

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(NameConverter, NAME)
