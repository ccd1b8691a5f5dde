"""What one may ask of a plan that does not exist: shape only."""

from common.writing import Moment, Named, Shape
from environments.models import Environment
from releases.models import Release


class AskShape(Shape):
    release = Named(Release, "key", "Release", help="By its key, such as REL-42.")
    environment = Named(Environment, "slug", "Environment", help="Where it would go, by its short name.")
    starts_at = Moment("From", required=False, help="Empty, with its end: as it is planned there, else an hour from now on.")
    ends_at = Moment("Until", required=False)
