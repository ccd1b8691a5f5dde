"""The kinds of row a file can hold, in the order in which they are brought: what others refer to comes first."""

from exchange.kinds.environments import ENVIRONMENTS
from exchange.kinds.kind import Call, Kind
from exchange.kinds.milestones import MILESTONES
from exchange.kinds.outputs import OUTPUTS
from exchange.kinds.programs import PROGRAMS
from exchange.kinds.projects import PROJECTS
from exchange.kinds.promotions import PROMOTIONS
from exchange.kinds.releases import RELEASES
from exchange.kinds.services import SERVICES

KINDS: tuple[Kind, ...] = (ENVIRONMENTS, SERVICES, PROGRAMS, PROJECTS, MILESTONES, OUTPUTS, RELEASES, PROMOTIONS)

__all__ = ["KINDS", "Call", "Kind"]
