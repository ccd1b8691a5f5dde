"""Verbs on teams: bring, add, change, join, leave."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError

from accounts import rules
from accounts.models import Membership, Team, User
from accounts.vocabulary import validate_region
from common.refusals import BadInput, Conflict, NotAllowed, RuleBroken
from common.slugs import validate as validate_slug
from history.deeds import Said, deed, record, record_all

CHANGEABLE = frozenset({"name", "parent", "lead", "region"})


@deed
def bring(slugs: Iterable[str], *, by: User) -> dict[str, Team]:
    """The teams with these slugs; whichever is missing is made, empty and named like its slug. For imports.

    Raises BadInput for what is no slug.
    """
    wanted = set(slugs)
    for slug in wanted:
        _check(validate_slug, "slug", slug)
    known = {team.slug: team for team in Team.objects.filter(slug__in=wanted)}
    made = Team.objects.bulk_create([Team(slug=slug, name=_name_from(slug)) for slug in sorted(wanted - known.keys())])
    record_all([Said("brought", "team", team.pk, "{actor} brought in the team {subject}, empty") for team in made], by=by)
    return known | {team.slug: team for team in made}


@deed
def add(
    *,
    by: User,
    slug: str,
    name: str,
    lead: User | None = None,
    parent: Team | None = None,
    region: str = "",
    members: Iterable[User] = (),
) -> Team:
    """A new team with its members. Raises NotAllowed, Conflict when the slug is taken, BadInput."""
    if not rules.may_manage_teams(by):
        raise NotAllowed("Only an administrator may add teams.")
    _check(validate_slug, "slug", slug)
    if Team.objects.filter(slug=slug).exists():
        raise Conflict(f"There is already a team with the slug {slug}.", errors={"slug": ["This slug is taken."]})
    if region:
        _check(validate_region, "region", region)
    team = Team.objects.create(slug=slug, name=name, lead=lead, parent=parent, region=region)
    record(team, "added", by=by, template="{actor} added the team {subject}")
    for user in members:
        join(team, user, by=by)
    return team


@deed
def change(team: Team, changes: Mapping[str, Any], *, by: User) -> Team:
    """Change name, parent, lead or region. Raises NotAllowed, BadInput, RuleBroken for a parent that is below it."""
    if not rules.may_manage_teams(by):
        raise NotAllowed("Only an administrator may change teams.")
    if changes.keys() - CHANGEABLE:
        raise BadInput(f"A team has no {sorted(changes.keys() - CHANGEABLE)[0]} to change.")
    # All of them: two changes at once could close a circle that neither sees alone.
    teams = {row.pk: row for row in Team.objects.select_for_update(no_key=True).order_by("pk")}
    team = teams[team.pk]
    before = {name: getattr(team, name) for name in changes}
    if before == dict(changes):
        return team
    if changes.get("region"):
        _check(validate_region, "region", changes["region"])
    for name, value in changes.items():
        setattr(team, name, value)
    if team.would_circle(team.parent):
        raise RuleBroken(f"{team.parent} is itself below {team}; a team cannot be above its own parent.")
    team.save(update_fields=list(changes))
    record(team, "changed", by=by, template="{actor} changed the team {subject}")
    return team


@deed
def join(team: Team, user: User, *, by: User) -> Membership:
    """Make `user` a member; being one already changes nothing. Raises NotAllowed."""
    if not rules.may_manage_teams(by):
        raise NotAllowed("Only an administrator may change who belongs to a team.")
    membership, is_new = Membership.objects.get_or_create(team=team, user=user)
    if is_new:
        record(team, "gained_member", by=by, template="{actor} put {member} into the team {subject}", member=user)
    user.__dict__.pop("team_ids", None)
    return membership


@deed
def leave(team: Team, user: User, *, by: User) -> None:
    """End `user`'s membership; not being a member changes nothing. Raises NotAllowed."""
    if not rules.may_manage_teams(by):
        raise NotAllowed("Only an administrator may change who belongs to a team.")
    gone, _ = Membership.objects.filter(team=team, user=user).delete()
    if gone:
        record(team, "lost_member", by=by, template="{actor} took {member} out of the team {subject}", member=user)
    user.__dict__.pop("team_ids", None)


def _check(validate: Any, field: str, value: str) -> None:
    try:
        validate(value)
    except ValidationError as error:
        raise BadInput(error.messages[0], errors={field: error.messages}) from None
    if len(value) > 100:
        raise BadInput(f"The {field} has more than 100 characters.", errors={field: ["At most 100 characters."]})


def _name_from(slug: str) -> str:
    return slug.replace("-", " ").replace("_", " ").strip().capitalize() or slug
