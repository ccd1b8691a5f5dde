"""What one may write of releases themselves, on pages and over REST: shape only."""

from collections.abc import Collection
from typing import Final

from common.writing import Flag, Line, Named, Person, Prose, Rows, Several, Shape, Word
from environments.models import Route, Service
from policies.vocabulary import Nature, Risk, Size, Urgency
from releases.forms.contents import NewContributionShape, NewItemShape, PrerequisiteShape, ReleaseField
from releases.models import Release
from releases.vocabulary import Commitment, Extent, ReleaseStatus

_VERSION: Final = "Such as 26.11, without an @."


class LinkShape(Shape):
    system = Line("System", longest=100, help="Such as Jira.")
    id = Line("Identifier", longest=200, help="Such as PAY-1042.")
    url = Line("Address", longest=500, required=False, help="Begins with http:// or https://.")


class WordsShape(Shape):
    """What is said of a release itself, whenever it is written."""

    name = Line("Name", longest=300, help="What people call it; the same for each of its versions.")
    version = Line("Version", longest=100, help=_VERSION)
    urgency = Word(
        Urgency,
        "Urgency",
        required=False,
        initial=Urgency.PLANNED,
        help="Planned: a project or a plan wants it. Break-fix: something is broken. Maintenance: it comes round regularly.",
    )
    size = Word(
        Size,
        "Size",
        required=False,
        initial=Size.MINOR,
        help="Standard: done often, and approved beforehand. Minor: an improvement. Major: people notice that much is new.",
    )
    risk = Word(
        Risk,
        "Risk",
        required=False,
        none="Not assessed",
        help="What is not assessed is treated as high. Where policies ask questions about it, answer these instead.",
    )
    extent = Word(
        Extent,
        "Extent",
        required=False,
        initial=Extent.FULL,
        help="Full: everything of its services is built and put there anew. Delta: only what changed. Package: it holds other releases.",
    )
    nature = Word(Nature, "Nature", required=False, initial=Nature.SOFTWARE)
    commitment = Word(
        Commitment,
        "Commitment",
        required=False,
        initial=Commitment.PLANNED,
        help="How firmly it is meant: an idea, planned, committed inside the house, or promised to customers.",
    )
    release_manager = Person("Release manager", required=False, help="Who leads it and may change it: an e-mail address.")
    route = Named(
        Route,
        "slug",
        "Route",
        required=False,
        help="The path of environments it takes, by short name. Empty: it may go anywhere. Fixed once it has left its first stop.",
    )
    line = Line(
        "Version line",
        longest=100,
        required=False,
        help="Where several versions are kept up at once, such as 25-LTS; it never replaces one of another line.",
    )
    description = Prose("Description", help="What is new for whom, in the words of who uses it.")
    rollback_plan = Prose("Roll-back plan", help="How to come back to what was there before, and how long that takes.")


class ReleaseShape(WordsShape):
    # Declared fields leave the class: the form's own attribute of this name stays what it is.
    template_name = Line(  # type: ignore[assignment]
        "Template",
        longest=100,
        required=False,
        help="A name under which it is offered to begin new releases from, such as Monthly patches. Empty: it is not.",
    )
    external_links = Rows(LinkShape, "Elsewhere", most=50, on_page=True, help="What other systems call it: tickets and changes.")


class ChangedReleaseShape(ReleaseShape):
    """As programs change it: the status too, where people may move it."""

    status = Word(ReleaseStatus, "Status", required=False, help="From in_production on: early_life, closed or retired.")


class FirstItemShape(Shape):
    """An item as a new release has it before it is built."""

    service = Named(Service, "slug", "Service", help="The slug of what it changes.")
    version = Line("To version", longest=100, required=False, help="Empty: the release’s own.")


class NewReleaseShape(WordsShape):
    """As pages make one: what it takes to begin. The rest is filled in on its own page."""

    items = Rows(FirstItemShape, "Items", most=200, on_page=True, help="Which services it changes, a row for each.")
    contributions = Rows(
        NewContributionShape,
        "Outputs it carries",
        most=200,
        on_page=True,
        help="What projects deliver by it; none for a break-fix.",
    )


class WholeReleaseShape(ReleaseShape):
    """As programs make one, with all that lies in it."""

    items = Rows(NewItemShape, "Items", most=200, help="Which services it changes.")
    contributions = Rows(NewContributionShape, "Contributions", most=200, help="The outputs it carries.")
    prerequisites = Rows(PrerequisiteShape, "Prerequisites", most=200, help="The releases that must be live before.")
    members = Several(Release, "key", "Members", help="The releases of a package, by key.")


class CopyShape(Shape):
    name = Line("Name", longest=300, required=False, help="Empty: the same name.")
    version = Line("Version", longest=100, help=_VERSION)
    release_manager = Person("Release manager", required=False, help="Who leads the new one: an e-mail address.")
    with_outputs = Flag("Take along the outputs that are not delivered yet")


class WayOn(Word):
    """One of the statuses that people may move a release to from where it is."""

    def __init__(self, ways: Collection[str]) -> None:
        help_text = "Early life: live, and looked after closely. Closed: looked after as everything is. Retired: no longer in use."
        super().__init__(ReleaseStatus, "It is now", help=help_text)
        self.choices = [(way.value, way.label[:1].upper() + way.label[1:]) for way in ReleaseStatus if way in ways]


def moving_on(ways: Collection[str]) -> type[Shape]:
    """The shape of moving a release on by one of `ways`."""

    class MovingOnShape(Shape):
        status = WayOn(ways)

    return MovingOnShape


class MemberShape(Shape):
    release = ReleaseField("Release", help="The key of the release to put into the package.")


class MembersShape(Shape):
    members = Several(Release, "key", "Members", help="The keys of the releases in it, with commas between them. The whole list.")
