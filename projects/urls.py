"""The addresses of programs, projects, milestones and outputs."""

from django.urls import path

from common.converters import NAME
from projects.views import milestones, outputs, programs, projects

urlpatterns = [
    path("programs/", programs.programs, name="programs"),
    path(f"programs/<{NAME}:code>/", programs.program, name="program"),
    path("projects/", projects.projects, name="projects"),
    path(f"projects/<{NAME}:code>/", projects.project, name="project"),
    path("milestones/", milestones.milestones, name="milestones"),
    path("milestones/<int:pk>/", milestones.milestone, name="milestone"),
    path("outputs/", outputs.outputs, name="outputs"),
    path("outputs/<int:pk>/", outputs.output, name="output"),
]
