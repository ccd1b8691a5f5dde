"""The kinds of row a file can hold, in the order in which they are brought: what others refer to comes first."""

from exchange.kinds.entries import ENTRIES
from exchange.kinds.environments import ENVIRONMENTS
from exchange.kinds.kind import Calendars, Call, Kind
from exchange.kinds.milestones import MILESTONES
from exchange.kinds.outputs import OUTPUTS
from exchange.kinds.programs import PROGRAMS
from exchange.kinds.projects import PROJECTS
from exchange.kinds.promotions import PROMOTIONS
from exchange.kinds.releases import RELEASES
from exchange.kinds.services import SERVICES

# What the header of a table can tell, in the order in which they are brought.
KINDS: tuple[Kind, ...] = (ENVIRONMENTS, SERVICES, PROGRAMS, PROJECTS, MILESTONES, OUTPUTS, RELEASES, PROMOTIONS)

BROUGHT: tuple[Kind, ...] = (*KINDS[: KINDS.index(OUTPUTS)], ENTRIES, *KINDS[KINDS.index(OUTPUTS) :])

__all__ = ["BROUGHT", "KINDS", "Calendars", "Call", "Kind"]
