"""Who may write programs and projects and what belongs to them. Plain questions; the verbs ask them."""

from accounts.models import User
from accounts.vocabulary import Role
from projects.models import Milestone, Output, Program, Project


def may_write_program(by: User, program: Program | None) -> bool:
    """The PMO, and its manager; a new one (None) only the PMO. The operator may all."""
    return _is_pmo(by) or (by.writes_what_is_theirs and program is not None and program.manager_id == by.pk)


def may_write_project(by: User, project: Project | None) -> bool:
    """The PMO, and its manager; a new one (None) only the PMO. The operator may all."""
    return _is_pmo(by) or (by.writes_what_is_theirs and project is not None and project.manager_id == by.pk)


def may_write_milestone(by: User, program: Program | None, project: Project | None) -> bool:
    """Who may write what it belongs to; those of the organisation (neither) the PMO."""
    if program is not None:
        return may_write_program(by, program)
    return may_write_project(by, project)


def may_delete_milestone(by: User, milestone: Milestone) -> bool:
    """Who may write it."""
    return may_write_milestone(by, milestone.program, milestone.project)


def may_write_output(by: User, output: Output) -> bool:
    """Who may write its project."""
    return may_write_project(by, output.project)


def writes_something(by: User) -> bool:
    """Whether there may be a project or program in which `by` writes: the PMO, and whoever manages one."""
    if _is_pmo(by) or not by.writes_what_is_theirs:
        return _is_pmo(by)
    programs, projects = (model.objects.filter(manager=by).order_by().values("pk") for model in (Program, Project))
    return bool(programs.union(projects).exists())


def writes_in_the_name_of(by: User, manager_id: int | None) -> bool:
    """Whether what `by` writes is somebody else's to write, so that the event says in whose name it was done."""
    return manager_id is not None and manager_id != by.pk and not by.is_builtin


def _is_pmo(by: User) -> bool:
    return by.is_builtin or by.has_role(Role.PMO)
