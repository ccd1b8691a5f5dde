"""Verbs on the members of package releases: add, remove, and the whole list at once.

A package holds releases and never another package, and a release is in one package at a time, so that nothing goes round in a
circle and every verdict is looked for in one place.
"""

from collections.abc import Sequence

from django.db.models import Q

from accounts.models import User
from common import labels
from common.refusals import Conflict, IllegalMove, NotAllowed, RuleBroken
from common.rows import Seen, expect_seen, revise
from history.deeds import deed, record
from releases import rules
from releases.actions.opening import expect_all_held
from releases.models import Release
from releases.vocabulary import ENDED, Extent

NOT_YOURS = "Only who may write both the package and the release, such as a release manager, may put one into the other."
FIELD = "members"


@deed
def add(package: Release, member: Release, *, by: User) -> Release:
    """Put a release into a package; gives the release. It may be there already.

    Raises NotAllowed, RuleBroken for what is no package or cannot be in one, Conflict when it is in another one or either has ended.
    """
    package, (member,) = _locked(package, [member], by)
    if _put([member], package, by):
        _tell(package, by)
    member.refresh_from_db()
    return member


@deed
def remove(package: Release, member: Release, *, by: User, seen: Seen = None) -> Release:
    """Take a release out of a package; gives the release.

    Raises NotAllowed, Stale when the member is no longer as `seen`, IllegalMove when it is not in there.
    """
    package, (member,) = _locked(package, [member], by)
    expect_seen(member, seen)
    if member.package_id != package.pk:
        raise IllegalMove(f"{member} is not a member of this package.")
    _take([member], package, by)
    _tell(package, by)
    member.refresh_from_db()
    return member


@deed
def change(package: Release, members: Sequence[Release], *, by: User, seen: Seen = None) -> Release:
    """Make `members` the whole list, of those that `by` may see; others stay. Gives the package.

    Raises Stale when the package is no longer as `seen`, and what `add` does.
    """
    present = list(Release.objects.visible_to(by).filter(package=package))
    package, locked = _locked(package, [*members, *present], by)
    expect_seen(package, seen)
    wanted = {member.pk for member in members}
    gone = [member for member in locked if member.pk not in wanted and member.package_id == package.pk]
    _take(gone, package, by)
    put = _put([member for member in locked if member.pk in wanted], package, by)
    if gone or put:
        _tell(package, by)
    package.refresh_from_db()
    return package


def _locked(package: Release, members: Sequence[Release], by: User) -> tuple[Release, list[Release]]:
    """The package and the others, locked in order of key, and with them all that travels in it, since their gates follow."""
    wanted = {package.pk, *(member.pk for member in members)}
    among = Release.objects.filter(Q(pk__in=wanted) | Q(package=package.pk))
    found = {release.pk: release for release in among.select_for_update(no_key=True).order_by("pk")}
    if not all(rules.may_write_release(by, found[pk]) for pk in sorted(wanted)):
        raise NotAllowed(NOT_YOURS)
    package = found[package.pk]
    if package.extent != Extent.PACKAGE:
        raise _broken(f"{package} is no package; change its extent to package first.")
    expect_all_held(package.pk, found)
    return package, [found[pk] for pk in sorted({member.pk for member in members})]


def _put(members: Sequence[Release], package: Release, by: User) -> bool:
    new = [member for member in members if member.package_id != package.pk]
    if new and package.status in ENDED:
        # Taking out stays possible, so that a release may travel in another one.
        raise IllegalMove(f"{package} is {package.get_status_display().lower()}; nothing more is put into it.")
    for member in new:
        _expect_fit(member, by)
        member.package = package
        member.save(update_fields=["package"])
        template = "{actor} put {subject} into the package {package}"
        record(member, "packaged", by=by, template=template, package=package)
    return bool(new)


def _take(members: Sequence[Release], package: Release, by: User) -> None:
    for member in members:
        member.package = None
        member.save(update_fields=["package"])
        template = "{actor} took {subject} out of the package {package}"
        record(member, "unpackaged", by=by, template=template, package=package)


def _tell(package: Release, by: User) -> None:
    """The list belongs to the package, though it is kept by its members."""
    revise(package)
    record(package, "changed", by=by, template="{actor} changed the members of {subject}", columns=[FIELD])


def _expect_fit(member: Release, by: User) -> None:
    if member.extent == Extent.PACKAGE:
        raise _broken(f"{member} is a package itself, and a package holds no package; name its members instead.")
    if member.status in ENDED:
        raise _taken(f"{member} is {member.get_status_display().lower()}; it can't be put into a package any more.")
    if member.package_id:
        other = ("release", member.package_id)
        raise _taken(f"{member} is in the package {labels.of([other], by)[other].text} already; take it out there first.")


def _broken(sentence: str) -> RuleBroken:
    return RuleBroken(sentence, errors={FIELD: [sentence]})


def _taken(sentence: str) -> Conflict:
    return Conflict(sentence, errors={FIELD: [sentence]})
