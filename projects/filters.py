"""What programs, projects, milestones and outputs are narrowed by, on their pages and in REST.

`from` (inclusive) and `to` (exclusive) are days or instants; what has only days belongs when one of its days lies between them.
"""

from datetime import datetime, timedelta

from django.db.models import Q

from accounts.models import User
from common.filters import Filters, Moment, Named, OneOf, TrueOrFalse
from environments.models import Service
from projects.models import Program, Project
from projects.vocabulary import MilestoneKind, OutputKind, OutputStatus, ProjectStatus

FROM, TO = "From this day or instant on.", "Before this day or instant."


def _ends_from(moment: datetime) -> Q:
    return Q(during__endswith__gt=moment.date())


def _starts_before(moment: datetime) -> Q:
    return Q(starts_on__lt=_day_after(moment))


def _lies_from(moment: datetime) -> Q:
    return Q(lies_on__gte=moment.date())


def _lies_before(moment: datetime) -> Q:
    return Q(lies_on__lt=_day_after(moment))


def _day_after(moment: datetime) -> object:
    """The first day that lies wholly at or after an instant."""
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return moment.date() if moment == midnight else moment.date() + timedelta(days=1)


class ProgramFilter(Filters):
    manager = Named(User, "email", "Its manager, by e-mail address.", path="manager")


class ProjectFilter(Filters):
    status = OneOf(ProjectStatus, "Where it stands.")
    program = Named(Program, "code", "The program it belongs to, by code.", path="program")
    manager = Named(User, "email", "Its manager, by e-mail address.", path="manager")
    sponsor = Named(User, "email", "Its sponsor, by e-mail address.", path="sponsor")
    service = Named(Service, "slug", "A service one of its outputs concerns, by slug.", path="outputs__services", many=True)
    from_ = Moment(_ends_from, FROM)
    to = Moment(_starts_before, TO)


class MilestoneFilter(Filters):
    kind = OneOf(MilestoneKind, "What kind of date it is.")
    program = Named(Program, "code", "The program it belongs to, by code.", path="program")
    project = Named(Project, "code", "The project it belongs to, by code.", path="project")
    from_ = Moment(_ends_from, FROM)
    to = Moment(_starts_before, TO)
    cancelled = TrueOrFalse(
        Q(cancelled_at__isnull=False), "Whether it is cancelled; without this, only those that stand are listed."
    )


class OutputFilter(Filters):
    project = Named(Project, "code", "The project that delivers it, by code.", path="project")
    program = Named(Program, "code", "The program of its project, by code.", path="project__program")
    kind = OneOf(OutputKind, "What it is.")
    status = OneOf(OutputStatus, "Where it stands.")
    service = Named(Service, "slug", "A service it concerns, by slug.", path="services", many=True)
    from_ = Moment(_lies_from, FROM)
    to = Moment(_lies_before, TO)
