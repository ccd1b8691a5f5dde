"""Building the demo organisation, by the verbs that everything else is made with."""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import product
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from accounts.actions import comments, demo, people, teams
from accounts.models import Team, User
from common.refusals import Conflict, RuleBroken
from environments.actions import bookings, environments, routes, services
from environments.models import Environment, Route, Service
from exchange.actions import statistics
from policies.actions import standards as standard_set
from projects.actions import milestones, outputs, programs, projects
from projects.models import Output, Program, Project
from releasecal.demo import standards
from releasecal.demo.company import ACCEPTANCE, COLLEAGUES, HARBOUR, ROUTES, STAGING, TEAMS, TEST, Place
from releasecal.demo.days import HEAD_OFFICE, Today, instant, working_days
from releasecal.demo.lately import Lately
from releasecal.demo.lines import RESTRICTED_NAME, RESTRICTED_VERSION
from releasecal.demo.rows import Company
from releasecal.demo.talk import REMARKS
from releases.actions import promotions, releases, restrictions
from releases.models import Release

#: Where the group has further companies, in the order they come in with a larger scale.
COUNTRIES: Final = (
    *(("Denmark", "DK"), ("Sweden", "SE"), ("Norway", "NO"), ("Finland", "FI"), ("Estonia", "EE"), ("Latvia", "LV")),
    *(("Poland", "PL"), ("Netherlands", "NL"), ("Belgium", "BE"), ("France", "FR"), ("Ireland", "IE"), ("Scotland", "GB")),
    *(("Spain", "ES"), ("Portugal", "PT"), ("Italy", "IT"), ("Greece", "GR"), ("Croatia", "HR"), ("Canada", "CA")),
)


@dataclass(frozen=True)
class _Booked:
    place: Place
    days: int
    start: str
    hours: int
    lanes: int
    purpose: str


#: As many companies as anybody has asked for, and the verbs bring in a few minutes.
MOST: Final = 100
_CONFIDENTIAL_DAYS: Final = 21
_BOOKINGS: Final = (
    _Booked(STAGING, 2, "09:00", 8, 4, "Load test of the Saturday train"),
    _Booked(ACCEPTANCE, 6, "09:00", 3, 1, "Travellers try the kiosks"),
    _Booked(TEST, 4, "09:30", 7, 1, "Penetration test of sign-on"),
    _Booked(HARBOUR, 9, "10:00", 2, 1, "Drill with the coast guard"),
)


def today() -> date:
    """The day it is at the head office."""
    return timezone.now().astimezone(ZoneInfo(HEAD_OFFICE)).date()


def build(day: date, *, by: User, scale: int = 1) -> int:
    """Make the demo organisation as it stands on `day`, `scale` companies large; gives how many companies were made now.

    A company that is there stays as it is, whatever day it was built on. All or nothing. Raises RuleBroken outside a
    demonstration, Conflict where other data has the short names that a company needs.
    """
    if not settings.DEMO:
        raise RuleBroken("The demo organisation exists only in a demonstration; set DEMO=1 to make one.")
    with transaction.atomic():
        persons = demo.make_people(by=by)
        missing = [company for company in companies(Today(day), scale) if not _is_there(company)]
        if missing:
            _make_colleagues(by)
            _make_standards(persons, by)
        for company in missing:
            _expect_free(company)
            _make(company, persons, by)
        # Each is some thousand rows.
        transaction.on_commit(lambda: statistics.refresh_after(len(missing) * statistics.MANY))
    return len(missing)


def companies(day: Today, scale: int) -> list[Company]:
    """So many companies of the group; beyond the countries there are, each has a second one."""
    found = [Company(day)]
    for round_, (country, letters) in product(range(1 + scale // len(COUNTRIES)), COUNTRIES):
        found.append(
            Company(day, f"{country} {round_ + 1}", f"{letters}{round_ + 1}") if round_ else Company(day, country, letters)
        )
    return found[:scale]


def _is_there(company: Company) -> bool:
    """Projects are never deleted and keep their codes: who has them all has been built."""
    codes = {row["code"] for row in company.projects()}
    return bool(Project.objects.filter(code__in=codes).count() == len(codes))


def _expect_free(company: Company) -> None:
    """Refuse to overwrite what somebody else brought under our names."""
    for noun, column, wanted in (
        (Program, "code", {row["code"] for row in company.programs()}),
        (Project, "code", {row["code"] for row in company.projects()}),
        (Environment, "slug", {row["slug"] for row in company.environments()}),
        (Service, "slug", {row["slug"] for row in company.services()}),
        (Route, "slug", {company.slug(slug) for slug in ROUTES}),
    ):
        taken = noun.objects.filter(**{f"{column}__in": wanted}).values_list(column, flat=True).first()
        if taken:
            raise Conflict(
                f"The demo organisation is not loaded, since its {noun._meta.verbose_name} {taken} is somebody else's here; "
                "start with an empty database to see it."
            )


def _make_colleagues(by: User) -> None:
    known = {user.email: user for user in User.objects.with_address(each.email for each in COLLEAGUES)}
    for each in COLLEAGUES:
        if each.email not in known:
            zone, region = each.home
            known[each.email] = people.add(by=by, email=each.email, name=each.name, roles=each.roles, time_zone=zone, region=region)
    there = {team.slug: team for team in Team.objects.all()}
    leads = {each.name: known[each.email] for each in COLLEAGUES}
    for team in TEAMS:
        if team.slug not in there:
            there[team.slug] = teams.add(
                by=by,
                slug=team.slug,
                name=team.name,
                lead=leads[team.lead],
                parent=there.get(team.parent),
                region=leads[team.lead].region,
                members=[leads[team.lead]],
            )


def _make_standards(persons: dict[str, User], by: User) -> None:
    """What is asked of releases: promotions live by it, so it comes before them."""
    now = timezone.now()
    standard_set.install(by=by, at=now)
    standards.publish(by=persons["policy"], second=persons["policy2"], at=now)


def _make(company: Company, persons: dict[str, User], by: User) -> None:
    """One company, each part in the name of who does that; what is history already only the operator may vouch for."""
    keeper, pmo = persons["environment"], persons["pmo"]
    now = company.today.begins_at
    environments.bring(company.environments(), by=keeper, at=now)
    services.bring(list(company.services()), by=keeper)
    _make_routes(company, keeper)
    programs.bring(company.programs(), by=pmo)
    projects.bring(company.projects(), by=pmo)
    milestones.bring(list(company.milestones()), by=pmo)
    outputs.bring(list(company.outputs()), by=pmo)
    releases.bring(list(company.releases()), by=persons["release"])
    promotions.bring(list(company.promotions()), by=by, at=now, trust_history=True)
    _restrict(company, persons["release2"])
    if company.is_lived_in:
        _let_the_planner_look()
        Lately(company, persons, timezone.now()).tell()
    _book(company, keeper)
    _talk(company, persons)


def _let_the_planner_look() -> None:
    """Have the database count what has come: it plans for empty tables else, until long after all this is committed."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _make_routes(company: Company, keeper: User) -> None:
    places = {found.slug: found for found in Environment.objects.all()}
    for slug, (name, description, stops) in ROUTES.items():
        routes.create(
            by=keeper,
            slug=company.slug(slug),
            name=company.named(name),
            description=description,
            stops=[_stop(places[company.slug(place.slug)], soak) for place, soak in stops],
        )


def _stop(environment: Environment, soak: int) -> dict[str, Any]:
    return {"environment": environment, "soak_hours": soak}


def _restrict(company: Company, manager: User) -> None:
    """Keep what would help an attacker to those who mend it, until it is in production."""
    release = Release.objects.get(name=company.named(RESTRICTED_NAME), version=RESTRICTED_VERSION)
    until, now = instant(company.today.ahead(_CONFIDENTIAL_DAYS), "00:00"), timezone.now()
    restrictions.restrict(release, by=manager, until=until, teams=[Team.objects.get(slug="security")], at=now)


def _book(company: Company, keeper: User) -> None:
    places = {found.slug: found for found in Environment.objects.all()}
    for wish in _BOOKINGS:
        starts_at = instant(working_days(company.today.day, wish.days), wish.start, wish.place.zone)
        bookings.book(
            places[company.slug(wish.place.slug)],
            by=keeper,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=wish.hours),
            purpose=wish.purpose,
            lanes=wish.lanes,
        )


def _talk(company: Company, persons: dict[str, User]) -> None:
    for remark in REMARKS:
        comments.add(_meant(company, *remark.about), by=persons[remark.by], text=remark.text)


def _meant(company: Company, kind: str, name: str, further: str = "") -> Release | Output | Project:
    """What a remark is about."""
    found: Release | Output | Project
    if kind == "release":
        found = Release.objects.get(name=company.named(name), version=further)
    elif kind == "output":
        found = Output.objects.get(project__code=company.code(name), code=further)
    else:
        found = Project.objects.get(code=company.code(name))
    return found
