"""What one may write of promotions: shape only."""

from typing import Any, ClassVar, Final

from common.writing import Moment, Named, Number, Rows, Shape, Words
from environments.models import Environment
from releases.models import Release

_WINDOW: Final = "Empty, with its end: the planned interval."


class MoveShape(Shape):
    starts_at = Moment("From")
    ends_at = Moment("Until", help="When all is done, a roll-back included.")
    approved_from = Moment(
        "Approved window from", required=False, help=f"Inside it the promotion may move without being approved anew. {_WINDOW}"
    )
    approved_until = Moment("Approved window until", required=False)


class PlanOfReleaseShape(MoveShape):
    environment = Named(Environment, "slug", "Environment", help="Where it goes, by its short name.")
    parts = Words("Parts", longest=100, help="Only some parts of the environment, with commas. Empty: all of it.")
    first: ClassVar[tuple[str, ...]] = ("environment", "parts")


class PlanShape(PlanOfReleaseShape):
    release = Named(Release, "key", "Release", help="By its key, such as REL-42.")
    first = ("release", "environment", "parts")


class StopShape(Shape):
    """A stop of a release's route with the interval planned there. Which stops there are is not asked."""

    environment = Named(Environment, "slug", "Environment")
    starts_at = Moment("From", required=False)
    ends_at = Moment("Until", required=False)
    revision = Number("Revision", least=1, most=2**31 - 1, required=False)

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        # The stop of a row stands there for the reader, and goes along.
        self.fields["environment"].widget.attrs["readonly"] = True
        if environment := self.initial.get("environment"):
            self.fields["environment"].label = environment.name
        self.fields["revision"].widget = self.fields["revision"].hidden_widget()


class RoutePlanShape(Shape):
    """The stops of a route as a table: those there are, and no more."""

    stops = Rows(StopShape, "Stops", most=200, on_page=True, help="Leave a stop empty to plan it later.")

    def for_page(self) -> Shape:
        super().for_page()
        if not self.is_bound:
            for table in self.tables:
                del table.rows[-table.EMPTY :]
        return self
