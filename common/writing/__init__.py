"""Writing through both doors: a shape says once what one may write of a noun; the page's form and REST read the same.

    class ProjectShape(Shape):                      # <app>/forms.py
        name = Line("Name", longest=300, help="What people call it.")
        status = Word(ProjectStatus, "Status", required=False)
        program = Named(Program, "code", "Program", required=False)

    class NewProjectShape(ProjectShape):
        code = Code("Code", help="It stands in addresses and stays.")
        first = ("code",)

    class Projects(Creates, ListView):              # <app>/api.py
        noun, filters, new = PROJECTS, ProjectFilter, NewProjectShape

        def create(self, given, *, by, at):
            return projects.create(by=by, **given)

    class Project(Changes, Removes, DetailView):
        noun, shape = PROJECTS, ProjectShape

        def change(self, thing, changes, *, by, at, seen):
            return projects.change(thing, changes, by=by, seen=seen)

        def remove(self, thing, *, by, at, seen):
            projects.delete(thing, by=by, seen=seen)

    class Cancellation(Acts, ReadView):             # the address of a verb: POST answers the changed object
        noun, new = PROJECTS, ReasonShape

        def act(self, thing, given, *, by, at, seen):
            return projects.cancel(thing, by=by, seen=seen, **given)

`Undoes` beside `Acts` answers DELETE of such an address.

A shape gives the verb's keyword arguments and nothing else: rules, locks and states are the verb's. The web door of the same
shape is `common.forming`.
"""

from common.writing.fields import (
    Amount,
    Chosen,
    Code,
    Day,
    Flag,
    Line,
    Moment,
    Named,
    Number,
    Person,
    Prose,
    Rows,
    Several,
    Upload,
    Word,
    Words,
)
from common.writing.shapes import Shape
from common.writing.views import Acts, Changes, Creates, Removes, Undoes

__all__ = [
    "Acts",
    "Amount",
    "Changes",
    "Chosen",
    "Code",
    "Creates",
    "Day",
    "Flag",
    "Line",
    "Moment",
    "Named",
    "Number",
    "Person",
    "Prose",
    "Removes",
    "Rows",
    "Several",
    "Shape",
    "Undoes",
    "Upload",
    "Word",
    "Words",
]
