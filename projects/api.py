"""REST: programs, projects, milestones and outputs."""

from datetime import datetime
from typing import Any

from django.urls import path

from common.converters import NAME
from common.reading import DetailView, ListView, ReadView
from common.rows import Seen
from common.writing import Acts, Changes, Creates, Removes, Undoes
from projects.actions import milestones, outputs, programs, projects, restrictions
from projects.filters import MilestoneFilter, OutputFilter, ProgramFilter, ProjectFilter
from projects.forms import (
    MilestoneShape,
    NewMilestoneShape,
    NewOutputShape,
    NewProgramShape,
    NewProjectShape,
    OutputShape,
    ProgramShape,
    ProjectShape,
    ReasonShape,
    RestrictionShape,
)
from projects.queries import MILESTONES, OUTPUTS, PROGRAMS, PROJECTS


class Programs(Creates, ListView):
    """Related projects, held together across time."""

    noun, filters, new = PROGRAMS, ProgramFilter, NewProgramShape

    def create(self, given: dict[str, Any], *, by: Any, at: datetime, **names: str) -> Any:
        return programs.create(by=by, **given)


class Program(Changes, Removes, DetailView):
    """One program."""

    noun, shape = PROGRAMS, ProgramShape

    def change(self, thing: Any, changes: dict[str, Any], *, by: Any, at: datetime, seen: Seen) -> Any:
        return programs.change(thing, changes, by=by, seen=seen)

    def remove(self, thing: Any, *, by: Any, at: datetime, seen: Seen) -> None:
        programs.delete(thing, by=by, seen=seen)


class Projects(Creates, ListView):
    """The vehicles: scope, budget and a timeframe."""

    noun, filters, new = PROJECTS, ProjectFilter, NewProjectShape

    def create(self, given: dict[str, Any], *, by: Any, at: datetime, **names: str) -> Any:
        return projects.create(by=by, **given)


class Project(Changes, DetailView):
    """One project."""

    noun, shape = PROJECTS, ProjectShape

    def change(self, thing: Any, changes: dict[str, Any], *, by: Any, at: datetime, seen: Seen) -> Any:
        return projects.change(thing, changes, by=by, seen=seen)


class Milestones(Creates, ListView):
    """Named dates of programs, projects and the organisation; cancelled ones only when asked for."""

    noun, filters, new = MILESTONES, MilestoneFilter, NewMilestoneShape

    def create(self, given: dict[str, Any], *, by: Any, at: datetime, **names: str) -> Any:
        return milestones.create(by=by, **given)


class Milestone(Changes, Removes, DetailView):
    """One milestone."""

    noun, shape = MILESTONES, MilestoneShape

    def change(self, thing: Any, changes: dict[str, Any], *, by: Any, at: datetime, seen: Seen) -> Any:
        return milestones.change(thing, changes, by=by, seen=seen)

    def remove(self, thing: Any, *, by: Any, at: datetime, seen: Seen) -> None:
        milestones.delete(thing, by=by, seen=seen)


class Outputs(Creates, ListView):
    """What projects deliver."""

    noun, filters, new = OUTPUTS, OutputFilter, NewOutputShape

    def create(self, given: dict[str, Any], *, by: Any, at: datetime, **names: str) -> Any:
        return outputs.create(by=by, **given)


class Output(Changes, Removes, DetailView):
    """One output."""

    noun, shape = OUTPUTS, OutputShape

    def change(self, thing: Any, changes: dict[str, Any], *, by: Any, at: datetime, seen: Seen) -> Any:
        return outputs.change(thing, changes, by=by, seen=seen)

    def remove(self, thing: Any, *, by: Any, at: datetime, seen: Seen) -> None:
        outputs.delete(thing, by=by, seen=seen)


class ProjectCancellation(Acts, ReadView):
    """Cancelling a project."""

    noun, new = PROJECTS, ReasonShape

    def act(self, thing: Any, given: dict[str, Any], *, by: Any, at: datetime, seen: Seen) -> Any:
        return projects.cancel(thing, by=by, seen=seen, **given)


class MilestoneCancellation(Acts, ReadView):
    """Calling a date off."""

    noun, new = MILESTONES, ReasonShape

    def act(self, thing: Any, given: dict[str, Any], *, by: Any, at: datetime, seen: Seen) -> Any:
        return milestones.cancel(thing, by=by, at=at, seen=seen, **given)


class _Restriction(Acts, Undoes, ReadView):
    """Restricting to teams until an instant (POST), and opening again (DELETE)."""

    new = RestrictionShape

    def act(self, thing: Any, given: dict[str, Any], *, by: Any, at: datetime, seen: Seen) -> Any:
        return restrictions.restrict(thing, by=by, at=at, seen=seen, **{"teams": [], **given})

    def undo(self, thing: Any, *, by: Any, at: datetime, seen: Seen) -> Any:
        return restrictions.open_to_all(thing, by=by, seen=seen)


class ProgramRestriction(_Restriction):
    """Keeping a program to teams until an instant."""

    noun = PROGRAMS


class ProjectRestriction(_Restriction):
    """Keeping a project to teams until an instant."""

    noun = PROJECTS


urlpatterns = [
    path("programs/", Programs.as_view(), name="api_programs"),
    path(f"programs/<{NAME}:name>/", Program.as_view(), name="api_program"),
    path(f"programs/<{NAME}:name>/restriction/", ProgramRestriction.as_view(), name="api_program_restriction"),
    path("projects/", Projects.as_view(), name="api_projects"),
    path(f"projects/<{NAME}:name>/", Project.as_view(), name="api_project"),
    path(f"projects/<{NAME}:name>/restriction/", ProjectRestriction.as_view(), name="api_project_restriction"),
    path(f"projects/<{NAME}:name>/cancellation/", ProjectCancellation.as_view(), name="api_project_cancellation"),
    path("milestones/", Milestones.as_view(), name="api_milestones"),
    path(f"milestones/<{NAME}:name>/", Milestone.as_view(), name="api_milestone"),
    path(f"milestones/<{NAME}:name>/cancellation/", MilestoneCancellation.as_view(), name="api_milestone_cancellation"),
    path("outputs/", Outputs.as_view(), name="api_outputs"),
    path(f"outputs/<{NAME}:name>/", Output.as_view(), name="api_output"),
]
