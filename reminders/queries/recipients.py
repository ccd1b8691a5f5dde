"""Whom reminders concern: the people of each audience, without those who may not see it or muted it, and who stands in for whom.

Everything is asked for a batch of reminders at once, in a number of queries that doesn't depend on how many they are.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from django.db.models import Q

from accounts.models import Absence, Membership, Team, User
from accounts.vocabulary import AccountKind, Role
from projects.models import Output, Project
from releases.models import Contribution, Gate, Item, Obligation, Promotion
from releases.queries.seats import standing
from reminders.models import Reminder, Subscription
from reminders.queries.visibility import Seen, Thing
from reminders.queries.watched_views import VIEW, held_by_views
from reminders.vocabulary import Attention, Audience, Occasion, Severity

#: Nobody stands in for somebody who stands in for somebody further away than this.
_DEEPEST: Final = 5


@dataclass(frozen=True)
class Recipient:
    """Somebody who hears of something: why, and in whose place, if that is another."""

    user: User
    audience: Audience
    instead_of: int | None = None


@dataclass
class Circle:
    """Who and what stands around one subject, by ids."""

    people: set[int] = field(default_factory=set)
    teams: set[int] = field(default_factory=set)
    roles: set[str] = field(default_factory=set)
    place_teams: set[int] = field(default_factory=set)
    release: int | None = None
    release_manager: int | None = None
    managers: set[int] = field(default_factory=set)
    leads: set[int] = field(default_factory=set)
    approvers: set[int] = field(default_factory=set)
    things: set[Thing] = field(default_factory=set)


def recipients(reminders: Sequence[Reminder], at: datetime) -> dict[int, list[Recipient]]:
    """To whom each reminder (by id) goes at an instant (UTC); they come with their rules. Who is away is stood in for."""
    people = _People(at)
    circles = _circles(reminders, at, people)
    muted, watching = _subscriptions(reminders, circles, people)
    seen = Seen((one.subject_kind, one.subject_id) for one in reminders)
    concerned = {one.pk: _concerned(one, circles[_key(one)], people, watching, muted) for one in reminders}
    people.know(user for some in concerned.values() for user in some)
    found: dict[int, list[Recipient]] = {}
    for reminder in reminders:
        thing = (reminder.subject_kind, reminder.subject_id)
        taken: dict[int, Recipient] = {}
        for number, audience in concerned[reminder.pk].items():
            user, instead_of = people.here(number)
            # Somebody who is concerned themselves hears of it as that, and once.
            if user is None or not seen.by(user, thing) or (user.pk in taken and instead_of is not None):
                continue
            taken[user.pk] = Recipient(user, audience, instead_of)
        found[reminder.pk] = list(taken.values())
    return found


def still_concerned(reminders: Sequence[Reminder], at: datetime) -> dict[int, set[int]]:
    """The people (ids) whom reminders (by id) concern now, themselves: who stands in for one of them may hear of it."""
    people = _People(at)
    circles = _circles(reminders, at, people)
    muted, watching = _subscriptions(reminders, circles, people)
    return {one.pk: set(_concerned(one, circles[_key(one)], people, watching, muted)) for one in reminders}


def _key(reminder: Reminder) -> tuple[str, int, str]:
    return reminder.subject_kind, reminder.subject_id, reminder.rule.occasion


def _concerned(
    reminder: Reminder, circle: Circle, people: "_People", watching: Mapping[Thing, set[int]], muted: Mapping[Thing, set[int]]
) -> dict[int, Audience]:
    """Who hears of it, by the first of the rule's audiences that they belong to."""
    members: dict[Audience, Iterable[int]] = {
        Audience.OWNER: circle.people | people.of_teams(circle.teams) | people.of_roles(circle.roles),
        Audience.RELEASE_MANAGER: _some(circle.release_manager),
        Audience.PROJECT_MANAGER: circle.managers,
        Audience.APPROVERS: circle.approvers,
        Audience.TEAM: people.of_teams(circle.place_teams),
        Audience.LEAD: circle.leads | people.above(circle.teams | circle.place_teams),
        Audience.SUBSCRIBERS: {user for thing in circle.things for user in watching.get(thing, ())},
    }
    spared = {user for thing in circle.things for user in muted.get(thing, ())}
    if reminder.rule.severity == Severity.URGENT:
        spared = set()
    found: dict[int, Audience] = {}
    for word in reminder.rule.audiences:
        audience = Audience(word)
        for user in sorted(members[audience]):
            if user not in spared:
                found.setdefault(user, audience)
    return found


class _People:
    """People, their teams and roles, and who is away, as far as a batch needs them."""

    def __init__(self, at: datetime) -> None:
        self._at = at
        self._members: dict[int, set[int]] = {}
        self._roles: dict[str, set[int]] = {}
        self._leads: dict[int, set[int]] = {}
        self._users: dict[int, User] = {}
        self._away: dict[int, int | None] = {}

    def load(self, circles: Iterable[Circle], watching: Collection[int]) -> None:
        """The members of teams and roles, and who leads them; `watching` are teams (ids) that watch something."""
        some = list(circles)
        teams = {*watching, *(team for circle in some for team in circle.teams | circle.place_teams)}
        roles = {role for circle in some for role in circle.roles}
        for team in teams:
            self._members[team], self._leads[team] = set(), set()
        if teams:
            for team, user in Membership.objects.filter(team__in=teams).values_list("team_id", "user_id"):
                self._members[team].add(user)
            for team, lead, above in Team.objects.filter(pk__in=teams).values_list("pk", "lead_id", "parent__lead_id"):
                self._members[team] |= _some(lead)
                # Who leads a team alone has nobody above but who leads the team over it.
                self._leads[team] |= _some(lead or above)
        if roles:
            for user, role in User.objects.filter(groups__name__in=roles).values_list("pk", "groups__name"):
                self._roles.setdefault(role, set()).add(user)

    def of_teams(self, teams: Iterable[int]) -> set[int]:
        return {user for team in teams for user in self._members[team]}

    def of_roles(self, roles: Iterable[str]) -> set[int]:
        return {user for role in roles for user in self._roles.get(role, ())}

    def above(self, teams: Iterable[int]) -> set[int]:
        return {user for team in teams for user in self._leads[team]}

    def know(self, numbers: Iterable[int]) -> None:
        """Load people, whoever of them is away, and who stands in for them."""
        wanted = set(numbers)
        for _ in range(_DEEPEST):
            new = wanted - self._users.keys()
            if not new:
                break
            self._users |= {user.pk: user for user in User.objects.filter(pk__in=new)}
            away = Absence.objects.at(self._at).filter(user__in=new).order_by("starts_at", "id")
            self._away |= dict(away.values_list("user_id", "delegate_id"))
            wanted = {delegate for delegate in self._away.values() if delegate is not None}

    def here(self, number: int) -> tuple[User | None, int | None]:
        """Who takes what is for a person: themselves, or who stands in for them; and then for whom. None when nobody can.

        Without anybody who stands in, it waits for them where they will find it.
        """
        asked, present = number, number
        for _ in range(_DEEPEST):
            delegate = self._away.get(present)
            if delegate is None or not _reads(self._users.get(delegate)):
                break
            present = delegate
        user = self._users.get(present)
        return (user, None if present == asked else asked) if _reads(user) else (None, None)


def _reads(user: User | None) -> bool:
    """Whether somebody reads what they are sent: people who are here, and no programs."""
    return user is not None and user.is_active and user.kind == AccountKind.PERSON


# --- who stands around


def _circles(reminders: Sequence[Reminder], at: datetime, people: _People) -> dict[tuple[str, int, str], Circle]:
    by_kind: dict[str, set[int]] = defaultdict(set)
    for one in reminders:
        by_kind[one.subject_kind].add(one.subject_id)
    around: dict[Thing, Circle] = {}
    around |= _around_promotions(by_kind["promotion"]) if by_kind["promotion"] else {}
    around |= _around_gates(by_kind["gate"]) if by_kind["gate"] else {}
    around |= _around_outputs(by_kind["output"]) if by_kind["output"] else {}
    around |= _around_projects(by_kind["project"]) if by_kind["project"] else {}
    _add_contents(around)
    asking = [one for one in reminders if one.subject_kind == "promotion" and Audience.APPROVERS in one.rule.audiences]
    approvers = _approvers({one.subject_id for one in asking}, at)
    owing = _owing({one.subject_id for one in reminders if one.rule.occasion == Occasion.OBLIGATION_DUE})
    found: dict[tuple[str, int, str], Circle] = {}
    for one in reminders:
        circle = around.get((one.subject_kind, one.subject_id)) or Circle()
        if one.subject_kind == "promotion":
            circle.approvers = approvers.get(one.subject_id, set())
        if one.rule.occasion == Occasion.OBLIGATION_DUE:
            owed = owing.get(one.subject_id, Circle())
            circle = Circle(
                **{**vars(circle), "people": circle.people | owed.people, "teams": owed.teams, "roles": owed.roles},
            )
        found[_key(one)] = circle
    return found


def _around_promotions(numbers: Collection[int]) -> dict[Thing, Circle]:
    columns = ("pk", "release_id", "release__release_manager_id", "environment_id", "environment__owner_id", "requested_by_id")
    found: dict[Thing, Circle] = {}
    for number, release, manager, environment, team, asked_by in Promotion.objects.filter(pk__in=numbers).values_list(*columns):
        circle = Circle(release=release, release_manager=manager, things={("release", release), ("environment", environment)})
        # Whoever asked for it answers for it where no manager does.
        circle.people = _some(manager or asked_by)
        circle.place_teams = _some(team)
        found["promotion", number] = circle
    return found


def _around_gates(numbers: Collection[int]) -> dict[Thing, Circle]:
    columns = ("pk", "release_id", "release__release_manager_id", "owner_id", "owner_team_id", "owner_role")
    found: dict[Thing, Circle] = {}
    for number, release, manager, owner, team, role in Gate.objects.filter(pk__in=numbers).values_list(*columns):
        circle = Circle(release=release, release_manager=manager, things={("release", release)})
        _add_owner(circle, owner, team, role)
        found["gate", number] = circle
    return found


def _add_owner(circle: Circle, owner: int | None, team: int | None, role: str) -> None:
    """Whose it is: a person's, a team's, or a role's; of the release managers, the release's own."""
    if owner is not None:
        circle.people.add(owner)
    elif team is not None:
        circle.teams.add(team)
    elif role == Role.RELEASE_MANAGER and circle.release_manager is not None:
        circle.people.add(circle.release_manager)
    elif role:
        circle.roles.add(role)


def _around_outputs(numbers: Collection[int]) -> dict[Thing, Circle]:
    columns = ("pk", "project_id", "project__manager_id", "project__program_id", "project__program__manager_id")
    found: dict[Thing, Circle] = {}
    for number, *project in Output.objects.filter(pk__in=numbers).values_list(*columns):
        found["output", number] = circle = _of_project(*project)
        circle.things.add(("output", number))
    for number, release in Contribution.objects.standing().filter(output__in=numbers).values_list("output_id", "release_id"):
        found["output", number].things.add(("release", release))
    return found


def _around_projects(numbers: Collection[int]) -> dict[Thing, Circle]:
    columns = ("pk", "manager_id", "program_id", "program__manager_id")
    rows = Project.objects.filter(pk__in=numbers).values_list(*columns)
    return {("project", number): _of_project(number, *rest) for number, *rest in rows}


def _of_project(project: int, manager: int | None, program: int | None, program_manager: int | None) -> Circle:
    circle = Circle(people=_some(manager), managers=_some(manager), leads=_some(program_manager))
    circle.things = {("project", project), *({("program", program)} if program is not None else ())}
    return circle


def _some(number: int | None) -> set[int]:
    return set() if number is None else {number}


def _add_contents(around: Mapping[Thing, Circle]) -> None:
    """What releases change and carry, and who manages the projects behind that."""
    by_release: dict[int, list[Circle]] = defaultdict(list)
    for circle in around.values():
        if circle.release is not None:
            by_release[circle.release].append(circle)
    if not by_release:
        return
    for release, service in Item.objects.filter(release__in=by_release).values_list("release_id", "service_id"):
        for circle in by_release[release]:
            circle.things.add(("service", service))
    columns = ("release_id", "output_id", "output__project_id", "output__project__manager_id", "output__project__program_id")
    for release, output, project, manager, program in (
        Contribution.objects.standing().filter(release__in=by_release).values_list(*columns)
    ):
        for circle in by_release[release]:
            circle.things |= {("output", output), ("project", project)}
            circle.things |= {("program", program)} if program is not None else set()
            circle.managers |= _some(manager)


def _approvers(promotions: Collection[int], at: datetime) -> dict[int, set[int]]:
    """Who could still take a seat that is missing, without those who stand in: they hear of it for whom they do."""
    rows = list(Promotion.objects.filter(pk__in=promotions).with_references()) if promotions else []
    found: dict[int, set[int]] = {}
    for number, stand in standing(rows, at).items():
        able = {user for users in stand.who_may.values() for user in users}
        found[number] = {
            user for user in able if any(speakers in stand.people.may.get(user, ()) for speakers in stand.missing)
        } or able
    return found


def _owing(promotions: Collection[int]) -> dict[int, Circle]:
    """Whose it is what promotions owe."""
    found: dict[int, Circle] = defaultdict(Circle)
    if not promotions:
        return found
    columns = ("promotion_id", "promotion__release__release_manager_id")
    gate = ("gate__owner_id", "gate__owner_team_id", "gate__owner_role")
    owed = Obligation.objects.unmet().filter(promotion__in=promotions)
    for number, manager, owner, team, role, rule_team, rule_role in owed.values_list(
        *columns, *gate, "rule__team_id", "rule__role"
    ):
        circle = found[number]
        circle.release_manager = manager
        _add_owner(circle, owner, team or rule_team, role or rule_role or "")
    return found


def _subscriptions(
    reminders: Sequence[Reminder], circles: Mapping[tuple[str, int, str], Circle], people: _People
) -> tuple[dict[Thing, set[int]], dict[Thing, set[int]]]:
    """Who muted and who watches which of the things around; through a view, what reminders are about. Loads people on the way.

    Of a team that watches something everybody does; what one of them muted spares them all the same.
    """
    things = {thing for circle in circles.values() for thing in circle.things}
    muted: dict[Thing, set[int]] = defaultdict(set)
    watching: dict[Thing, set[int]] = defaultdict(set)
    views: dict[str, dict[int, set[int]]] = {each.value: defaultdict(set) for each in Attention}
    about = Subscription.objects.about(things) | Subscription.objects.filter(subject_kind=VIEW)
    theirs = about.filter(Q(user__is_active=True) | Q(team__isnull=False)).order_by()
    rows = list(theirs.values_list("subject_kind", "subject_id", "user_id", "team_id", "attention")) if reminders else []
    people.load(circles.values(), {team for *_, team, _ in rows if team is not None})
    for kind, number, user, team, attention in rows:
        some = people.of_teams([team]) if user is None else {user}
        if kind == VIEW:
            views[attention][number] |= some
        else:
            (muted if attention == Attention.MUTE else watching)[kind, number] |= some
    subjects = {(one.subject_kind, one.subject_id) for one in reminders}
    for attention, found in ((Attention.MUTE, muted), (Attention.WATCH, watching)):
        for thing, some in held_by_views(views[attention], subjects).items():
            found[thing] |= some
    for one in reminders:
        circles[_key(one)].things.add((one.subject_kind, one.subject_id))
    return muted, watching
