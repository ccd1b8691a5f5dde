"""The addresses of programs, projects, milestones and outputs."""

from django.urls import path

from common.converters import NAME
from projects.views import milestones, outputs, programs, projects

urlpatterns = [
    path("programs/", programs.programs, name="programs"),
    path("programs/new/", programs.new_program, name="new_program"),
    path(f"programs/<{NAME}:code>/", programs.program, name="program"),
    path(f"programs/<{NAME}:code>/edit/", programs.edit_program, name="edit_program"),
    path(f"programs/<{NAME}:code>/deletion/", programs.delete_program, name="delete_program"),
    path(f"programs/<{NAME}:code>/restriction/", programs.restrict_program, name="restrict_program"),
    path(f"programs/<{NAME}:code>/opening/", programs.open_program, name="open_program"),
    path("projects/", projects.projects, name="projects"),
    path("projects/new/", projects.new_project, name="new_project"),
    path(f"projects/<{NAME}:code>/", projects.project, name="project"),
    path(f"projects/<{NAME}:code>/edit/", projects.edit_project, name="edit_project"),
    path(f"projects/<{NAME}:code>/cancellation/", projects.cancel_project, name="cancel_project"),
    path(f"projects/<{NAME}:code>/restriction/", projects.restrict_project, name="restrict_project"),
    path(f"projects/<{NAME}:code>/opening/", projects.open_project, name="open_project"),
    path("milestones/", milestones.milestones, name="milestones"),
    path("milestones/new/", milestones.new_milestone, name="new_milestone"),
    path("milestones/<int:pk>/", milestones.milestone, name="milestone"),
    path("milestones/<int:pk>/edit/", milestones.edit_milestone, name="edit_milestone"),
    path("milestones/<int:pk>/cancellation/", milestones.cancel_milestone, name="cancel_milestone"),
    path("milestones/<int:pk>/deletion/", milestones.delete_milestone, name="delete_milestone"),
    path("outputs/", outputs.outputs, name="outputs"),
    path("outputs/new/", outputs.new_output, name="new_output"),
    path("outputs/<int:pk>/", outputs.output, name="output"),
    path("outputs/<int:pk>/edit/", outputs.edit_output, name="edit_output"),
    path("outputs/<int:pk>/deletion/", outputs.delete_output, name="delete_output"),
]
