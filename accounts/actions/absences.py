"""Verbs on absences: announce, withdraw."""

from datetime import datetime

from accounts import rules
from accounts.models import Absence, User
from common.refusals import BadInput, NotAllowed, NotVisible
from history.deeds import deed, record


@deed
def announce(user: User, *, by: User, starts_at: datetime, ends_at: datetime, delegate: User | None = None) -> Absence:
    """Say that `user` is away in [starts_at, ends_at) and who stands in. Raises NotAllowed, BadInput."""
    if not rules.may_announce_absence(by, user):
        raise NotAllowed("Only an administrator may announce other people's absences.")
    if ends_at <= starts_at:
        raise BadInput("An absence ends after it starts.", errors={"ends_at": ["It must lie after the start."]})
    if delegate is not None and delegate.pk == user.pk:
        raise BadInput("Nobody stands in for themselves.", errors={"delegate": ["Choose somebody else."]})
    if delegate is not None and (not delegate.is_active or delegate.is_service):
        raise BadInput(
            f"{delegate} cannot stand in: only people who can sign in can.", errors={"delegate": ["Choose somebody else."]}
        )
    absence = Absence.objects.create(user=user, starts_at=starts_at, ends_at=ends_at, delegate=delegate)
    record(user, "announced_absence", by=by, template="{actor} announced an absence of {subject}", absence=absence.pk)
    return absence


@deed
def withdraw(absence: Absence, *, by: User) -> None:
    """Take an announced absence back. Raises NotAllowed; NotVisible when somebody was first."""
    locked = Absence.objects.select_for_update(no_key=True, of=("self",)).select_related("user").filter(pk=absence.pk).first()
    if locked is None:
        raise NotVisible("This absence was withdrawn already.")
    absence = locked
    if not rules.may_withdraw_absence(by, absence):
        raise NotAllowed("Only an administrator may withdraw other people's absences.")
    number = absence.pk
    absence.delete()
    record(absence.user, "withdrew_absence", by=by, template="{actor} withdrew an absence of {subject}", absence=number)
