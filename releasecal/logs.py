"""What does not belong into logs is taken out of them."""

import re
from typing import Any, Final

_SECRETS: Final = re.compile(
    r"rc_(?=[a-z2-7]{32})[a-z2-7]+"  # a token, wherever somebody put it
    r"|(?<=/password/reset/key/)[^/?\s\"']+"  # the key of a link in a mail
    r"|(?<=[?&]code=)[^&\s\"']+"  # what single sign-on hands over
)
HIDDEN: Final = "[hidden]"


def hide_secrets(logger: Any, method: str, event: dict[str, Any]) -> dict[str, Any]:
    """A processor of structlog: secrets that stand in addresses or error messages are not written down."""
    return {name: _SECRETS.sub(HIDDEN, value) if isinstance(value, str) else value for name, value in event.items()}
