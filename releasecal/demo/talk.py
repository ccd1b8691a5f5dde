"""What people of the demo organisation say about its things, so that a reader sees why something is as it is."""

from dataclasses import dataclass
from typing import Final

from releasecal.demo.lines import FIXES, LINES, THREATENED, TONIGHT, TWICE_TRIED
from releasecal.demo.portfolio import ENDED_LONG_AGO, LATE

_LINES: Final = {line.slug: line for line in LINES}


@dataclass(frozen=True)
class Remark:
    """What somebody to sign in as said, in Markdown, about a project, an output (project and code) or a release (name and version)."""

    by: str
    about: tuple[str, ...]
    text: str


def _release(slug: str, number: int = 0, fix: int = 0) -> tuple[str, ...]:
    return ("release", _LINES[slug].name, _LINES[slug].version(number, fix))


REMARKS: Final = (
    Remark(
        "project",
        ("output", *LATE),
        "The approval laboratory found two things: after a power cut the reader takes a minute too long, and it shows the amount before"
        " it is confirmed. Both are mended; the second test takes until the day I forecast.",
    ),
    Remark(
        "release2",
        _release(THREATENED),
        "I keep the windows until the dress rehearsal. If it has to start without the firmware, the kiosks go with the next round, and @project@demo.example tells the"
        " ports.",
    ),
    Remark(
        "environment",
        _release(TWICE_TRIED),
        "First night: the gates of two ports started with the old plan of lanes, so we stopped. Second night: everything ran, but"
        " lorries were sent to the car deck. We put the version before back at half past one.",
    ),
    Remark(
        "release2", _release(TWICE_TRIED), "The plan of lanes is part of the artefact now. Third try with both ports on the phone."
    ),
    Remark(
        "environment",
        _release(FIXES[0].line, FIXES[0].number, 1),
        "Payments are back to normal since 23:40. The other certificates are good for another year; I looked at all of them.",
    ),
    Remark("pmo", _release(TONIGHT), "Customer care is staffed until midnight, in case the rules decide too generously."),
    Remark(
        "pmo",
        ("project", ENDED_LONG_AGO),
        "Closed within the budget. The customs desk belongs to the freight team now and lives on; nothing else is left to do here.",
    ),
)
