"""What one may write of programs, projects, milestones and outputs, on pages and over REST: shape only."""

from typing import Final

from accounts.models import Team
from common.writing import Amount, Code, Day, Line, Moment, Named, Person, Prose, Several, Shape, Word
from environments.models import Service
from projects.models import Program, Project
from projects.vocabulary import MilestoneKind, OutputKind, OutputStatus, ProjectStatus

STAYS: Final = "It stands in addresses and files, and stays as it is."


class ProgramShape(Shape):
    name = Line("Name", longest=300, help="What people call it.")
    manager = Person("Manager", required=False, help="Who leads it and may change it: an e-mail address.")
    starts_on = Day("Starts on", required=False)
    ends_on = Day("Ends on", required=False, help="The last day.")
    description = Prose("Description", help="What holds its projects together.")


class NewProgramShape(ProgramShape):
    code = Code("Code", help=f"Short, such as BANK. {STAYS}")
    first = ("code",)


class ProjectShape(Shape):
    name = Line("Name", longest=300, help="What people call it.")
    program = Named(Program, "code", "Program", required=False, help="The code of the program it belongs to.")
    manager = Person("Manager", required=False, help="Who leads it and may change it: an e-mail address.")
    sponsor = Person("Sponsor", required=False, help="Who pays for it and wants it: an e-mail address.")
    status = Word(ProjectStatus, "Status", required=False, initial=ProjectStatus.PROPOSED)
    starts_on = Day("Starts on", required=False)
    ends_on = Day("Ends on", required=False, help="The last day as planned.")
    closed_on = Day("Closed on", required=False, help="The day it really ended. What it delivered lives on.")
    budget = Amount("Budget", required=False)
    currency = Line("Currency", longest=3, required=False, help="Three capital letters, such as EUR.")
    scope = Prose("Scope", help="What it delivers, and what it does not.")


class NewProjectShape(ProjectShape):
    code = Code("Code", help=f"Short, such as PAY. {STAYS}")
    first = ("code",)


class MilestoneShape(Shape):
    name = Line("Name", longest=300, help="What happens on that day.")
    kind = Word(MilestoneKind, "Kind", required=False, initial=MilestoneKind.MILESTONE)
    starts_on = Day("On")
    ends_on = Day("Until", required=False, help="The last day, where it lasts longer than one.")
    description = Prose("Description")


class NewMilestoneShape(MilestoneShape):
    code = Code("Code", help=f"Short, such as pilot. {STAYS}")
    project = Named(Project, "code", "Project", required=False, help="The code of its project.")
    program = Named(
        Program, "code", "Program", required=False, help="Or of its program. With neither it is a date of the organisation."
    )
    first = ("project", "program", "code")


class OutputShape(Shape):
    name = Line("Name", longest=300, help="What will be there when it is done.")
    kind = Word(OutputKind, "Kind", required=False, initial=OutputKind.SOFTWARE)
    status = Word(OutputStatus, "Status", required=False, initial=OutputStatus.PLANNED)
    due_on = Day("Due on", required=False, help="When it was promised.")
    forecast_on = Day("Forecast on", required=False, help="When it is expected now.")
    delivered_on = Day("Delivered on", required=False)
    services = Several(Service, "slug", "Services", help="The slugs of the services it concerns, with commas between them.")


class NewOutputShape(OutputShape):
    project = Named(Project, "code", "Project", help="The code of the project that delivers it.")
    code = Code("Code", help=f"Short, such as ledger. {STAYS}")
    first = ("project", "code")


class ReasonShape(Shape):
    reason = Prose("Reason", required=True, longest=2_000, help="Everybody who follows it reads this.")


class RestrictionShape(Shape):
    until = Moment("Until", help="From then on everybody sees it; at most two years ahead.")
    teams = Several(
        Team, "slug", "Teams", help="The slugs of the teams that see it besides its managers, with commas between them."
    )
