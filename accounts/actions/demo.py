"""The people and teams of the demo organisation, a company in three time zones."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings

from accounts.actions import people, teams
from accounts.models import Team, User
from accounts.vocabulary import DEMO_PASSWORD, Role
from common.refusals import RuleBroken
from history.deeds import deed


@dataclass(frozen=True)
class DemoPerson:
    """Somebody to sign in as: who they are in the demo organisation, and what they may do there."""

    local: str
    name: str
    title: str
    may: str
    roles: tuple[Role, ...]
    time_zone: str
    region: str
    teams: tuple[str, ...] = ()

    @property
    def email(self) -> str:
        return f"{self.local}@demo.example"


BERLIN, NEW_YORK, KOLKATA = ("Europe/Berlin", "DE-BE"), ("America/New_York", "US-NY"), ("Asia/Kolkata", "IN-KA")

# In the order of the sign-in page: who answers the three questions of the product first.
PEOPLE: Sequence[DemoPerson] = (
    DemoPerson("pmo", "Katharina Vogt", "PMO lead", "plans programs and projects, sees everything", (Role.PMO,), *BERLIN),
    DemoPerson(
        "release",
        "Marcus Okafor",
        "Release manager",
        "plans, requests and runs releases",
        (Role.RELEASE_MANAGER,),
        *NEW_YORK,
        ("release-office",),
    ),
    DemoPerson("security", "Priya Raghavan", "Approver, security", "decides for the security team", (), *KOLKATA, ("security",)),
    DemoPerson(
        "operations",
        "Tomasz Lewandowski",
        "Approver, operations",
        "decides for operations",
        (),
        *BERLIN,
        ("operations", "platform"),
    ),
    DemoPerson("business", "Elena Marchetti", "Approver, business", "accepts for the business side", (), *NEW_YORK, ("business",)),
    DemoPerson(
        "project",
        "Jonas Brandt",
        "Project manager",
        "manages projects and their outputs",
        (Role.PROJECT_MANAGER,),
        *BERLIN,
        ("payments",),
    ),
    DemoPerson(
        "release2",
        "Ananya Iyer",
        "Second release manager",
        "the same, for the other half",
        (Role.RELEASE_MANAGER,),
        *KOLKATA,
        ("release-office",),
    ),
    DemoPerson(
        "environment",
        "Samuel Adeyemi",
        "Environment manager",
        "environments, services, routes",
        (Role.ENVIRONMENT_MANAGER,),
        *NEW_YORK,
        ("platform",),
    ),
    DemoPerson("policy", "Ingrid Halvorsen", "Policy owner", "writes and publishes policies", (Role.POLICY_OWNER,), *BERLIN),
    DemoPerson(
        "policy2", "Rahul Menon", "Second policy owner", "the second pair of eyes on policies", (Role.POLICY_OWNER,), *KOLKATA
    ),
    DemoPerson("auditor", "Margaret Doyle", "Auditor", "reads everything, changes nothing", (Role.AUDITOR,), *NEW_YORK),
    DemoPerson("admin", "Felix Neumann", "Administrator", "people, teams and roles", (Role.ADMINISTRATOR,), *BERLIN),
    DemoPerson("viewer", "Chloe Tran", "Colleague", "reads what is not restricted", (), *NEW_YORK, ("customer-portal",)),
)
TEAMS = {
    "security": ("Security", "security"),
    "operations": ("Operations", "operations"),
    "business": ("Business", "business"),
    "release-office": ("Release office", "release"),
    "platform": ("Platform", "environment"),
    "payments": ("Payments", "project"),
    "customer-portal": ("Customer portal", "viewer"),
}
# Belongs to another team, as the parts of a department do.
BELOW = {"payments": "business", "customer-portal": "business", "platform": "operations"}


@deed
def make_people(*, by: User) -> dict[str, User]:
    """The demo people by the part of their address before the @, and their teams; those already there stay as they are.

    Raises RuleBroken outside a demonstration, where nobody may have a password that stands in the documentation.
    """
    if not settings.DEMO:
        raise RuleBroken("The demo people exist only in a demonstration; set DEMO=1 to make one.")
    there = {user.email: user for user in User.objects.with_address(person.email for person in PEOPLE)}
    made = {person.local: there.get(person.email) or _make(person, by) for person in PEOPLE}
    _make_teams(made, by)
    return made


def _make(person: DemoPerson, by: User) -> User:
    return people.add(
        by=by,
        email=person.email,
        name=person.name,
        roles=person.roles,
        time_zone=person.time_zone,
        region=person.region,
        password=DEMO_PASSWORD,
    )


def _make_teams(made: dict[str, User], by: User) -> None:
    there = {team.slug: team for team in Team.objects.filter(slug__in=TEAMS)}
    # Those above first.
    for slug in sorted(TEAMS.keys() - there.keys(), key=lambda slug: slug in BELOW):
        name, lead = TEAMS[slug]
        parent = there.get(BELOW.get(slug, ""))
        there[slug] = teams.add(by=by, slug=slug, name=name, lead=made[lead], parent=parent, region=made[lead].region)
        for person in PEOPLE:
            if slug in person.teams:
                teams.join(there[slug], made[person.local], by=by)
