"""The kinds of entries there are, one file each, in the order of the legend. A new noun adds its file and a line here."""

from typing import Final

from schedule.branches import booking, gate, milestone, output, preparation, project, promotion
from schedule.branches.branch import Branch

BRANCHES: Final[tuple[Branch, ...]] = (
    promotion.BRANCH,
    gate.BRANCH,
    *preparation.BRANCHES,
    output.BRANCH,
    milestone.BRANCH,
    project.BRANCH,
    booking.BRANCH,
)
