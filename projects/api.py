"""REST: programs, projects, milestones and outputs."""

from django.urls import path

from common.converters import NAME
from common.reading import DetailView, ListView
from projects.filters import MilestoneFilter, OutputFilter, ProgramFilter, ProjectFilter
from projects.queries import MILESTONES, OUTPUTS, PROGRAMS, PROJECTS


class Programs(ListView):
    """Related projects, held together across time."""

    noun, filters = PROGRAMS, ProgramFilter


class Program(DetailView):
    """One program."""

    noun = PROGRAMS


class Projects(ListView):
    """The vehicles: scope, budget and a timeframe."""

    noun, filters = PROJECTS, ProjectFilter


class Project(DetailView):
    """One project."""

    noun = PROJECTS


class Milestones(ListView):
    """Named dates of programs, projects and the organisation; cancelled ones only when asked for."""

    noun, filters = MILESTONES, MilestoneFilter


class Milestone(DetailView):
    """One milestone."""

    noun = MILESTONES


class Outputs(ListView):
    """What projects deliver."""

    noun, filters = OUTPUTS, OutputFilter


class Output(DetailView):
    """One output."""

    noun = OUTPUTS


urlpatterns = [
    path("programs/", Programs.as_view(), name="api_programs"),
    path(f"programs/<{NAME}:name>/", Program.as_view(), name="api_program"),
    path("projects/", Projects.as_view(), name="api_projects"),
    path(f"projects/<{NAME}:name>/", Project.as_view(), name="api_project"),
    path("milestones/", Milestones.as_view(), name="api_milestones"),
    path(f"milestones/<{NAME}:name>/", Milestone.as_view(), name="api_milestone"),
    path("outputs/", Outputs.as_view(), name="api_outputs"),
    path(f"outputs/<{NAME}:name>/", Output.as_view(), name="api_output"),
]
