"""What may stand in texts that people and programs give: a name is one line, and nothing in it turns the line around.

CR, LF and other controls would begin a new header of a mail or a new line of a feed; bidirectional overrides (Unicode TR 36) make a
page show another name than the one that is there; U+FFFE and U+FFFF are no characters, and a workbook that holds one cannot be opened.
"""

import re
from typing import Final

_CONTROLS: Final = r"\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufffe\uffff\ud800-\udfff"
#: For JSON Schema (ECMA 262): lone surrogates are left out, since no JSON in UTF-8 holds one, and lookaheads, which not every reader has.
_IN_SCHEMAS: Final = _CONTROLS.removesuffix(r"\ud800-\udfff")
#: One line; and several, which may hold line feeds and tabs. `SOME_…`: with a letter that is seen.
LINE: Final = rf"^[^{_IN_SCHEMAS}\u0009\u000a]*$"
PROSE: Final = rf"^[^{_IN_SCHEMAS}]*$"
SOME_LINE: Final = LINE.removesuffix("$") + rf"[^{_IN_SCHEMAS}\s]" + LINE.removeprefix("^")
SOME_PROSE: Final = PROSE.removesuffix("$") + rf"[^{_IN_SCHEMAS}\s]" + PROSE.removeprefix("^")
_NOT_IN_LINE: Final = re.compile(rf"[{_CONTROLS}\u0009\u000a]")
_NOT_IN_PROSE: Final = re.compile(rf"[{_CONTROLS}]")


def problem_with_line(value: str) -> str | None:
    """Why `value` is no text of one line, as a sentence; None when it is one."""
    found = _NOT_IN_LINE.search(value)
    return f"It holds a line break or a control character (U+{ord(found[0]):04X}); write it on one line without." if found else None


def problem_with_prose(value: str) -> str | None:
    """Why `value` is no text of several lines, as a sentence; None when it is one."""
    found = _NOT_IN_PROSE.search(value)
    return f"It holds a control character (U+{ord(found[0]):04X}); take it out." if found else None


def without_controls(value: str) -> str:
    """Text of several lines as it may stand in a message, whatever the names in it hold."""
    return _NOT_IN_PROSE.sub("", value)
