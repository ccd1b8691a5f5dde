"""What may be written of environments' nouns: shape only, for pages and REST alike."""

from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError

from accounts.models import Team
from accounts.vocabulary import REGION, validate_region, validate_time_zone
from common.reading.columns import REFERS_TO
from common.writing import Code, Flag, Line, Moment, Named, Number, Prose, Rows, Several, Shape, Word, Words
from common.writing.fields import Field
from environments.models import Environment, Service
from environments.queries import ALL_LANES
from environments.vocabulary import LEAST_IMPORTANT_TIER, MOST_IMPORTANT_TIER, Hold, ServiceKind, SoakUnit, Stage

_MOST_LANES: Final = 32_767
_MOST_HOURS: Final = 8_784
_STAYS: Final = "It stands in addresses and files, and stays as it is."
_NO_LANES: Final = f"This is a whole number from 1 on, or “{ALL_LANES}”."


class LanesField(Field, forms.CharField):
    """How many lanes: a number, or `all`, which the verbs know as None. Left out it is one."""

    json_types, json_words = (int, str), f"a whole number or “{ALL_LANES}”"

    def __init__(self, label: str, **more: Any) -> None:
        super().__init__(label, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"}), **more)

    def from_json(self, value: Any) -> Any:
        if isinstance(value, str) and value != ALL_LANES:
            raise ValidationError(_NO_LANES)
        return str(value)

    def prepare_value(self, value: Any) -> Any:
        return ALL_LANES if value is None else value

    def to_python(self, value: Any) -> Any:
        text = str(value or "").strip().lower()
        if text == ALL_LANES:
            return None
        number = int(text or 1) if not text or (text.isascii() and text.isdigit() and len(text) <= 5) else 0
        if not 1 <= number <= _MOST_LANES:
            raise ValidationError(_NO_LANES)
        return number

    def described(self) -> dict[str, Any]:
        return {"oneOf": [{"type": "integer", "minimum": 1, "maximum": _MOST_LANES}, {"type": "string", "const": ALL_LANES}]}


class BookingShape(Shape):
    environment = Named(Environment, "slug", "Environment", help="Where, by its short name.")
    starts_at = Moment("From")
    ends_at = Moment("Until", help="The first moment at which it is free again.")
    lanes = LanesField(
        "Lanes",
        help=f"How many things at once this takes the place of; “{ALL_LANES}” keeps everything else out. One when left out.",
    )
    purpose = Line("Purpose", longest=300, required=False, help="What for: whoever wants the place too reads it.")


class EnvironmentShape(Shape):
    name = Line("Name", longest=300, help="What people call it.")
    stage = Word(Stage, "Stage", help="How far from development it is.")
    lanes = Number(
        "Lanes", least=1, most=_MOST_LANES, required=False, help="How many things it takes at once. Empty: as many as there are."
    )
    parts = Words(
        "Parts", longest=100, help="Regions, sites, rings, or blue and green, in the order people walk them, with commas."
    )
    owner = Named(Team, "slug", "Owner team", required=False, help="The team that may write it besides environment managers.")
    time_zone = Line(
        "Time zone",
        longest=64,
        required=False,
        validators=[validate_time_zone],
        documented={REFERS_TO: "time zone"},
        help="Such as Europe/Berlin. Empty: UTC.",
    )
    region = Line(
        "Region",
        longest=6,
        required=False,
        validators=[validate_region],
        documented={"pattern": rf"^({REGION.pattern})?$"},
        help="Whose holidays it has, such as DE-BY.",
    )


class NewEnvironmentShape(EnvironmentShape):
    slug = Code("Short name", help=f"Such as prod. {_STAYS}")
    first = ("slug",)


class ServiceShape(Shape):
    name = Line("Name", longest=300, help="What people call it.")
    kind = Word(ServiceKind, "Kind", required=False, initial=ServiceKind.SERVICE)
    parent = Named(Service, "slug", "Part of", required=False, help="The short name of the service it is a part of.")
    owner = Named(Team, "slug", "Owner team", required=False, help="The team that may write it besides environment managers.")
    tier = Number(
        "Tier",
        least=MOST_IMPORTANT_TIER,
        most=LEAST_IMPORTANT_TIER,
        required=False,
        help=f"{MOST_IMPORTANT_TIER} is the most critical, {LEAST_IMPORTANT_TIER} the least.",
    )
    depends_on = Several(
        Service, "slug", "Depends on", help="The short names of the services it needs to work, with commas between them."
    )


class NewServiceShape(ServiceShape):
    slug = Code("Short name", help=f"Such as payments. {_STAYS}")
    first = ("slug",)


class StopShape(Shape):
    environment = Named(Environment, "slug", "Environment")
    position = Number("Position", least=1, most=1_000, required=False)
    soak_hours = Number("Soak, hours", least=0, most=_MOST_HOURS, required=False)
    soak_unit = Word(SoakUnit, "Soak in", required=False, initial=SoakUnit.ELAPSED)
    holds = Word(Hold, "Holds its place", required=False, initial=Hold.DEPLOYING)
    is_optional = Flag("Optional")


class RouteShape(Shape):
    name = Line("Name", longest=300, help="What people call it.")
    description = Prose("Description")
    stops = Rows(
        StopShape,
        "Stops",
        most=200,
        on_page=True,
        help="In their order; stops that share a position are taken in any order. Empty an environment to take its stop away. "
        "Releases that left their first stop keep the stops they set out with.",
    )


class NewRouteShape(RouteShape):
    slug = Code("Short name", help=f"Such as main. {_STAYS}")
    first = ("slug",)
