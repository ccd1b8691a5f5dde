"""What can be searched for: one entry a noun. Another noun is found as soon as it has its entry here."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from zoneinfo import ZoneInfo

from accounts.models import Team, User
from common import labels, moments
from common.looks import words_of
from common.reading import Noun
from environments.models import Booking
from environments.queries import BOOKINGS, ENVIRONMENTS, ROUTES, SERVICES
from projects.queries import MILESTONES, OUTPUTS, PROGRAMS, PROJECTS
from releases.models import Promotion, Release
from releases.queries.answers import PROMOTIONS, RELEASES

#: Of what many things match, so many of the newest are looked at for the best ones; the noun's own list shows all.
CONSIDERED: Final = 1_000


@dataclass(frozen=True)
class Kind:
    """A noun as search knows it.

    `find(user, words)`: what matches and the user may see. `titles`: the columns that people call it by, the first one its name.
    `context(row, zone)`: one line that tells it from others of its name. `page`: its list, if that takes `?q=` too.
    `noun`: how REST shows it; kinds without one are linked as their labels say. `tables`: what an answer about it depends on.
    """

    name: str
    plural: str
    find: Callable[[Any, str], Any]
    titles: tuple[str, ...]
    context: Callable[[Any, ZoneInfo], str]
    tables: tuple[str, ...]
    noun: Noun | None = None
    page: str = ""
    related: tuple[str, ...] = ()
    prefetched: tuple[str, ...] = ()

    def addresses(self, rows: Iterable[Any], user: Any, base: str) -> Mapping[int, tuple[str, str]]:
        """By id: the path of its page and its address in REST below `base`, each empty for what has none."""
        if self.noun is not None:
            in_rest, name = self.noun.addresses_from(base), self.noun.own_column
            return {row.pk: (row.get_absolute_url(), in_rest(getattr(row, name))) for row in rows}
        named = labels.of(((self.name, row.pk) for row in rows), user)
        return {number: (label.url, label.api_url) for (_, number), label in named.items()}


def _of(noun: Noun) -> Callable[[Any, str], Any]:
    return lambda user, words: noun.model.objects.visible_to(user).matching(words)


def _promotions(user: Any, words: str) -> Any:
    """Those of the releases that match; asked for these first, since what is in their texts misleads the planner."""
    releases = Release.objects.visible_to(user).matching(words).order_by("-pk").values_list("pk", flat=True)[:CONSIDERED]
    return Promotion.objects.visible_to(user).filter(release__in=list(releases))


def _bookings(user: Any, words: str) -> Any:
    """What people booked; what promotions hold is found as them."""
    return Booking.objects.visible_to(user).of_people().matching(words)


def _people(user: Any, words: str) -> Any:
    """Colleagues: who left, and programs, are nobody to look for."""
    return User.objects.visible_to(user).people().active().matching(words)


def _teams(user: Any, words: str) -> Any:
    return Team.objects.visible_to(user).matching(words)


def _line(*told: Any) -> str:
    return " · ".join(str(each) for each in told if each)


def _noun(noun: Noun, plural: str, titles: tuple[str, ...], context: Callable[[Any, ZoneInfo], str], **more: Any) -> Kind:
    find = more.pop("find", None) or _of(noun)
    page = more.pop("page", f"/{noun.place}/")
    return Kind(noun.kind, plural, find, titles, context, noun.tables, noun, page, **more)


#: In the order in which kinds stand that have equally good things to show.
KINDS: Final = (
    _noun(
        RELEASES,
        "releases",
        ("name",),
        lambda row, _: _line(row.key, words_of(row.status), ", ".join(link.identifier for link in row.links.all())),
        prefetched=("links",),
    ),
    _noun(
        PROJECTS,
        "projects",
        ("name", "code"),
        lambda row, _: _line(row.code, words_of(row.status)),
    ),
    _noun(PROGRAMS, "programs", ("name", "code"), lambda row, _: row.code),
    _noun(
        OUTPUTS,
        "outputs",
        ("name", "code"),
        lambda row, _: _line(f"{row.project.code}/{row.code}", words_of(row.status)),
        related=("project",),
    ),
    _noun(
        MILESTONES,
        "milestones",
        ("name", "code"),
        lambda row, _: _line(
            row.cancelled_at and "Cancelled",
            (row.project or row.program).code if row.project_id or row.program_id else "",
            moments.day_words(row.starts_on),
        ),
        related=("project", "program"),
    ),
    _noun(SERVICES, "services", ("name", "slug"), lambda row, _: _line(row.slug, words_of(row.kind))),
    _noun(ENVIRONMENTS, "environments", ("name", "slug"), lambda row, _: _line(row.slug, words_of(row.stage))),
    _noun(ROUTES, "routes", ("name", "slug"), lambda row, _: row.slug),
    _noun(
        PROMOTIONS,
        "promotions",
        (),
        lambda row, zone: _line(words_of(row.status), moments.interval_words(row.starts_at, row.ends_at, zone)),
        find=_promotions,
        related=("release", "environment"),
    ),
    _noun(
        BOOKINGS,
        "bookings",
        ("purpose",),
        lambda row, zone: _line(row.environment.name, moments.instant_words(row.starts_at, zone)),
        find=_bookings,
        page="",
        related=("environment",),
    ),
    Kind("user", "people", _people, ("name",), lambda row, _: "", ("accounts_user",)),
    Kind("team", "teams", _teams, ("name", "slug"), lambda row, _: row.slug, ("accounts_team",)),
)
BY_NAME: Final = {kind.name: kind for kind in KINDS}


def title_of(row: Any) -> str:
    """What a person calls it."""
    return f"{row.release} → {row.environment}" if isinstance(row, Promotion) else str(row)
