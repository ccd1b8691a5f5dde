"""The demo organisation as rows, as the plural verbs take them: who and what of `company`, `portfolio` and `lines`, dated from a day."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from zlib import crc32

from policies.vocabulary import Nature, Risk, Size, Urgency
from projects.vocabulary import MilestoneKind, OutputStatus, ProjectStatus
from releasecal.demo import lines
from releasecal.demo.company import (
    ACCEPTANCE,
    ENVIRONMENTS,
    FAST_LINE,
    OWNERS,
    PRODUCTION,
    ROUTES,
    STAGING,
    SYSTEMS,
    Place,
    email_of,
)
from releasecal.demo.days import Today, instant, months_before, working_day, working_days
from releasecal.demo.lines import FIXES, LINES, Line
from releasecal.demo.portfolio import ENDED_LONG_AGO, LATE, PROGRAMS, PROJECTS, SLIPPING, Output, Project
from releases.vocabulary import Commitment, Extent, PromotionStatus, ReleaseStatus

Row = dict[str, Any]

_DAY_BEFORE_FIRST_STOP: Final = -23
_PAPERS_DAYS: Final = -5
_LAST_MOMENT: Final = -2
_PROJECT_LEADS_IN, _PROJECT_RUNS_ON = timedelta(days=150), timedelta(days=30)
_EARLY_LIFE, _WATCHED = timedelta(days=21), timedelta(days=60)
_BETWEEN_TRAINS_CARS: Final = timedelta(minutes=20)
#: Every third regular train goes without a given line.
_SKIPS: Final = 3


@dataclass(frozen=True)
class Company:
    """One company of the group: the first bears the plain names, others add their country's to codes, short names and names."""

    today: Today
    country: str = ""
    letters: str = ""

    # --- names

    def code(self, plain: str) -> str:
        return f"{plain}-{self.letters}" if self.letters else plain

    def slug(self, plain: str) -> str:
        return f"{plain}-{self.letters.lower()}" if self.letters else plain

    def named(self, plain: str) -> str:
        return f"{plain} {self.country}" if self.country else plain

    def release(self, name: str, version: str) -> str:
        return f"{self.named(name)}@{version}"

    @property
    def is_lived_in(self) -> bool:
        """Whether people decide there what was decided lately. Of the group's further companies plans and history suffice."""
        return not self.letters

    # --- places and services

    def environments(self) -> list[Row]:
        return [
            {
                "slug": self.slug(place.slug),
                "name": self.named(place.name),
                "stage": place.stage,
                "lanes": place.lanes,
                "time_zone": place.zone,
                "owner": place.owner,
            }
            for place in ENVIRONMENTS
        ]

    def services(self) -> Iterator[Row]:
        for (slug, name, owner, tier), members in SYSTEMS:
            yield {"slug": self.slug(slug), "name": self.named(name), "kind": "system", "owner": owner, "tier": tier}
            for below, called, kind, needs in members:
                yield {
                    "slug": self.slug(below),
                    "name": self.named(called),
                    "kind": kind,
                    "parent": self.slug(slug),
                    "owner": OWNERS.get(below, owner),
                    "tier": min(4, tier + (kind == "component")),
                    "depends_on": [self.slug(needed) for needed in needs],
                }

    # --- the PMO's side

    def programs(self) -> list[Row]:
        return [
            {
                "code": self.code(code),
                "name": self.named(name),
                "manager": email_of(manager),
                "description": description,
                "starts_on": min(self.begin(project) for project in PROJECTS if project.program == code),
                "ends_on": max(self.end(project) for project in PROJECTS if project.program == code),
            }
            for code, (name, manager, description) in PROGRAMS.items()
        ]

    def projects(self) -> list[Row]:
        return [
            {
                "code": self.code(project.code),
                "name": self.named(project.name),
                "program": self.code(project.program),
                "manager": email_of(project.manager),
                "sponsor": email_of(project.sponsor),
                "status": self.status(project),
                "starts_on": self.begin(project),
                "ends_on": self.end(project),
                "closed_on": self._closed_on(project),
                "budget": project.budget,
                "currency": project.currency,
                "scope": project.scope,
            }
            for project in PROJECTS
        ]

    def begin(self, project: Project) -> date:
        return working_day(min(self.due_on(project, output) for output in project.outputs) - _PROJECT_LEADS_IN)

    def end(self, project: Project) -> date:
        if project.code == ENDED_LONG_AGO:
            return working_day(months_before(self.today.day, 8))
        return working_day(max(_line(output).goes_live(output.number, self.today) for output in project.outputs) + _PROJECT_RUNS_ON)

    def status(self, project: Project) -> str:
        if project.fate:
            return project.fate
        return (ProjectStatus.CLOSED if self.end(project) < self.today.day else ProjectStatus.ACTIVE).value

    def _closed_on(self, project: Project) -> date | None:
        return self.end(project) if self.status(project) == ProjectStatus.CLOSED else None

    def milestones(self) -> Iterator[Row]:
        for project in PROJECTS:
            owner = {"project": self.code(project.code)}
            yield owner | _milestone("kick-off", "Kick-off", MilestoneKind.KICKOFF, self.begin(project))
            yield owner | _milestone("handover", "Handover to operations", MilestoneKind.DEADLINE, self.end(project))
        for place, code in enumerate(PROGRAMS):
            meets = working_days(self.today.day, 2 + 3 * place)
            yield {"program": self.code(code)} | _milestone("steering", "Steering committee", MilestoneKind.EVENT, meets)
        yield self._common("train", "Saturday train", MilestoneKind.RELEASE, self.today.train)
        yield self._common("council", "Election of the works council", MilestoneKind.ELECTION, working_days(self.today.day, 24))
        for year in range(self.today.day.year - 1, self.today.day.year + 2):
            yield self._common(f"winter-{year}", "Winter timetable begins", MilestoneKind.DEADLINE, _second_sunday(year, 12))
            yield self._common(f"summer-{year}", "Summer timetable begins", MilestoneKind.DEADLINE, _second_sunday(year, 6))
            for month in (3, 6, 9, 12):
                board = working_day(date(year, month, 15))
                yield self._common(f"board-{year}-{month:02}", "Supervisory board", MilestoneKind.EVENT, board)

    def _common(self, code: str, name: str, kind: MilestoneKind, day: date) -> Row:
        return _milestone(self.slug(code), self.named(name), kind, day)

    # --- outputs

    def outputs(self) -> Iterator[Row]:
        for project in PROJECTS:
            for output in project.outputs:
                yield {
                    "project": self.code(project.code),
                    "code": output.code,
                    "name": self.named(output.name),
                    "kind": output.kind.value,
                    "services": [self.slug(_line(output).services[0])] if output.travels else [],
                    "due_on": self.due_on(project, output),
                    **self._progress(project, output),
                }

    def due_on(self, project: Project, output: Output) -> date:
        """Before the first stop of the release that carries it; papers and courses a week before users meet it.

        What is going to slip was wanted just in time.
        """
        if (project.code, output.code) == LATE:
            return self.today.ago(6)
        if (project.code, output.code) in SLIPPING:
            return working_days(_line(output).goes_live(output.number, self.today), _LAST_MOMENT)
        days = _DAY_BEFORE_FIRST_STOP if output.travels else _PAPERS_DAYS
        return working_days(_line(output).goes_live(output.number, self.today), days)

    def _progress(self, project: Project, output: Output) -> Row:
        due_on, goes_live = self.due_on(project, output), _line(output).goes_live(output.number, self.today)
        chance = _chance(project.code, output.code)
        if (project.code, output.code) in (LATE, *SLIPPING):
            return {"status": OutputStatus.IN_PROGRESS.value, "forecast_on": working_days(goes_live, 4)}
        if project.fate and output.number >= 0:
            return {"status": OutputStatus.CANCELLED.value}
        if due_on < self.today.day:
            delivered_on = working_days(due_on, 1 if chance % 5 == 0 else -1 - chance % 3)
            is_accepted = goes_live < self.today.day
            return {
                "status": (OutputStatus.ACCEPTED if is_accepted else OutputStatus.DELIVERED).value,
                "delivered_on": min(delivered_on, self.today.ago(1)),
            }
        is_begun = due_on < self.today.ahead(45)
        forecast_on = working_days(due_on, 1) if is_begun and chance % 3 == 0 else None
        return {"status": (OutputStatus.IN_PROGRESS if is_begun else OutputStatus.PLANNED).value, "forecast_on": forecast_on}

    # --- releases

    def releases(self) -> Iterator[Row]:
        for line, number in self.travelling():
            yield self._regular(line, number)
        for fix in FIXES:
            line = _LINES[fix.line]
            status = ReleaseStatus.UNDER_WAY.value if self._is_mended_by_people(fix) else None
            yield {
                **self._always(line, line.version(fix.number, 1), fix.line),
                "urgency": Urgency.BREAK_FIX.value,
                "size": Size.MINOR.value,
                "risk": Risk.MEDIUM.value,
                "extent": Extent.DELTA.value,
                "route": self.slug(FAST_LINE if line.route == "main-line" else line.route),
                "status": status or self._status_since(self.today.ago(fix.days_ago)),
                "commitment": Commitment.COMMITTED.value,
                "services": [self.slug(line.services[0])],
                "description": fix.reason,
            }
        if self.is_lived_in:
            yield self._care()
        yield {
            **self._always(_LINES["manifest"], lines.RESTRICTED_VERSION, "restricted"),
            "urgency": Urgency.BREAK_FIX.value,
            "size": Size.MINOR.value,
            "risk": Risk.HIGH.value,
            "extent": Extent.DELTA.value,
            "status": ReleaseStatus.PLANNED.value,
            "commitment": Commitment.COMMITTED.value,
            "services": [self.slug("passenger-manifest")],
            "description": lines.RESTRICTED_REASON,
        }

    def _care(self) -> Row:
        """What is under way just now. It goes to one place and by no route."""
        line = _LINES[lines.CARE]
        return {
            **self._always(line, line.version(-1, 1), "care"),
            "route": "",
            "urgency": Urgency.MAINTENANCE.value,
            "size": Size.STANDARD.value,
            "risk": Risk.LOW.value,
            "extent": Extent.DELTA.value,
            "status": ReleaseStatus.DRAFT.value,
            "commitment": Commitment.COMMITTED.value,
            "services": [self.slug(line.services[0])],
            "description": lines.CARE_REASON,
        }

    def _is_mended_by_people(self, fix: lines.Fix) -> bool:
        return self.is_lived_in and fix is FIXES[0]

    def travelling(self) -> Iterator[tuple[Line, int]]:
        """Every regular release there is: a line, and its number in it."""
        for place, line in enumerate(LINES):
            for number in line.numbers():
                if not line.is_train or number == 0 or (place + number) % _SKIPS or (line.slug, number) in _CARRIED:
                    yield line, number

    def _regular(self, line: Line, number: int) -> Row:
        carried = _CARRIED.get((line.slug, number), [])
        size, risk = (Size.STANDARD, Risk.LOW) if not carried else (Size.MINOR, Risk.MEDIUM)
        if len(carried) > 1 or (line.nature == Nature.HARDWARE and carried):
            size, risk = Size.MAJOR, Risk.HIGH
        return {
            **self._always(line, line.version(number), f"{line.slug} {number}"),
            "urgency": (Urgency.PLANNED if carried else Urgency.MAINTENANCE).value,
            "size": size.value,
            "risk": risk.value,
            "extent": Extent.FULL.value,
            "status": self._status(line, number),
            "commitment": _commitment(line, number),
            "services": [self.slug(service) for service in line.services],
            "outputs": [f"{self.code(project)}/{output.code}" for project, output in carried],
            "description": _description(line, number, carried),
        }

    def _always(self, line: Line, version: str, seed: str) -> Row:
        """What the kind of a release doesn't change."""
        artefact = f"registry.meridian.example/{self.slug(line.slug)}:{version}"
        return {
            "name": self.named(line.name),
            "version": version,
            "nature": line.nature,
            "release_manager": email_of("release" if _chance(line.slug) % 2 else "release2"),
            "route": self.slug(line.route),
            "reference": f"ServiceNow CHG{_chance(self.letters, seed, version) % 900_000 + 100_000:07}",
            "artefact_url": artefact,
            "artefact_digest": f"sha256:{hashlib.sha256(artefact.encode()).hexdigest()}",
        }

    def _status(self, line: Line, number: int) -> str:
        if number == lines.LAST:
            return ReleaseStatus.DRAFT.value
        if number == 0:
            stays = [row for row in self._stays(line, 0) if row["status"] != PromotionStatus.DRAFT]
            return (ReleaseStatus.UNDER_WAY if stays else ReleaseStatus.PLANNED).value
        return ReleaseStatus.PLANNED.value if number > 0 else self._status_since(line.goes_live(number, self.today))

    def _status_since(self, live: date) -> str:
        age = self.today.day - live
        if age <= timedelta(days=1):
            return ReleaseStatus.IN_PRODUCTION.value
        if age <= _EARLY_LIFE:
            return ReleaseStatus.EARLY_LIFE.value
        return (ReleaseStatus.IN_PRODUCTION if age <= _WATCHED else ReleaseStatus.CLOSED).value

    # --- promotions

    def promotions(self) -> Iterator[Row]:
        for line, number in self.travelling():
            if number != lines.LAST:
                yield from self._stays(line, number)
        for fix in FIXES:
            line = _LINES[fix.line]
            release = self.release(line.name, line.version(fix.number, 1))
            day = self.today.ago(fix.days_ago)
            *_, last = ROUTES[line.route][2]
            if line.route == "main-line":
                yield self._stay(release, STAGING, instant(day, "22:10"), 20)
                there = PromotionStatus.DRAFT if self._is_mended_by_people(fix) else None
                yield self._stay(release, PRODUCTION, instant(day, "23:10"), 40, status=there)
            else:
                yield self._stay(release, last[0], instant(day, "21:10", last[0].zone), 40)
        release = self.release(lines.RESTRICTED_NAME, lines.RESTRICTED_VERSION)
        yield self._stay(release, STAGING, instant(working_days(self.today.day, 1), "20:30"), 30)
        yield self._stay(release, PRODUCTION, instant(working_days(self.today.day, 3), "21:00"), 60)

    def _stays(self, line: Line, number: int) -> Iterator[Row]:
        """The promotions of a regular release along its route."""
        goes_live = line.goes_live(number, self.today)
        is_twice_tried = (line.slug, number) == (lines.TWICE_TRIED, 0)
        # What failed in production had been everywhere before.
        prepared_for = working_day(self.today.ago(11)) if is_twice_tried else goes_live
        release = self.release(line.name, line.version(number))
        for place, _ in ROUTES[line.route][2]:
            if place.stage == "production":
                if is_twice_tried:
                    yield from self._vain(release, place, prepared_for)
                    if not self.is_lived_in:
                        yield self._stay(release, place, instant(goes_live, place.clock), place.minutes, attempt=3)
                elif self.is_lived_in and (line.slug, number) == (lines.ENDED, lines.LAST_OF_ENDED):
                    # Until its gates have been decided; see `ended()`.
                    departure = _departure(line, place, goes_live)
                    yield self._stay(release, place, departure, place.minutes, status=PromotionStatus.DRAFT)
                else:
                    yield self._arrival(release, place, _departure(line, place, goes_live))
            elif (line.slug, number) == (lines.THREATENED, 0) and place in (ACCEPTANCE, STAGING):
                day = self.today.day if place is ACCEPTANCE else working_days(goes_live, -1)
                yield self._stay(release, place, instant(day, place.clock), place.minutes)
            else:
                # What goes by one train is rehearsed on three days.
                early = LINES.index(line) % 3 if line.is_train else 0
                yield from self._rehearsal(release, place, working_days(prepared_for, -place.days - early))

    def ended(self) -> Row:
        """The last promotion of a line that has come to its end, as it is once everything before it has been decided."""
        line, (*_, (place, _)) = _LINES[lines.ENDED], ROUTES[_LINES[lines.ENDED].route][2]
        release = self.release(line.name, line.version(lines.LAST_OF_ENDED))
        return self._stay(release, place, _departure(line, place, line.goes_live(lines.LAST_OF_ENDED, self.today)), place.minutes)

    def _arrival(self, release: str, place: Place, starts_at: datetime) -> Row:
        """Going live; now and then with something left to mend."""
        row = self._stay(release, place, starts_at, place.minutes)
        if row["status"] == PromotionStatus.SUCCEEDED and _chance(release) % 12 == 0:
            row["status"] = PromotionStatus.SUCCEEDED_WITH_ISSUES.value
        return row

    def _rehearsal(self, release: str, place: Place, day: date) -> Iterator[Row]:
        """A stay on the way; now and then it failed the day before."""
        row = self._stay(release, place, instant(day, place.clock, place.zone), place.minutes)
        if row["status"] == PromotionStatus.SUCCEEDED and _chance(release, place.slug) % 14 == 0:
            before = instant(working_days(day, -1), place.clock, place.zone)
            yield self._stay(release, place, before, place.minutes, status=PromotionStatus.FAILED)
            row["attempt"] = 2
        yield row

    def _vain(self, release: str, place: Place, day: date) -> Iterator[Row]:
        """Failed one night; a week later put in, and taken back before morning."""
        yield self._stay(release, place, instant(day, "22:00"), 90, status=PromotionStatus.FAILED)
        again = instant(self.second_night, "22:00")
        status = PromotionStatus.DRAFT if self.is_lived_in else PromotionStatus.ROLLED_BACK
        yield self._stay(release, place, again, 240, attempt=2, status=status)

    @property
    def second_night(self) -> date:
        """The day on whose evening the second attempt began of what was tried in vain."""
        return working_day(self.today.ago(4))

    def _stay(
        self,
        release: str,
        place: Place,
        starts_at: datetime,
        minutes: int,
        *,
        attempt: int = 1,
        status: PromotionStatus | None = None,
    ) -> Row:
        ends_at = starts_at + timedelta(minutes=minutes)
        if status is None:
            status = PromotionStatus.SUCCEEDED if ends_at <= self.today.begins_at else PromotionStatus.DRAFT
        return {
            "release": release,
            "environment": self.slug(place.slug),
            "attempt": attempt,
            "starts_at": starts_at,
            "ends_at": ends_at,
            "status": status.value,
        }


_LINES: Final = {line.slug: line for line in LINES}


def _line(output: Output) -> Line:
    return _LINES[output.line]


def _carried() -> Mapping[tuple[str, int], list[tuple[str, Output]]]:
    """The outputs each regular release carries, with the codes of their projects."""
    found: dict[tuple[str, int], list[tuple[str, Output]]] = {}
    for project in PROJECTS:
        for output in project.outputs:
            # Papers and courses join their release when it is live.
            if (output.travels or output.number < 0) and not (project.fate and output.number >= 0):
                found.setdefault((output.line, output.number), []).append((project.code, output))
    return found


_CARRIED: Final = _carried()


def _departure(line: Line, place: Place, day: date) -> datetime:
    """When the window opens in production: one after the other on the night of a train."""
    start = instant(day, "20:00" if line.is_train else place.clock, place.zone)
    return start + LINES.index(line) * _BETWEEN_TRAINS_CARS if line.is_train else start


def _commitment(line: Line, number: int) -> str:
    if number == lines.LAST:
        return Commitment.IDEA.value
    if number > 0:
        return Commitment.PLANNED.value
    return (Commitment.PROMISED if line.is_train and number == 0 else Commitment.COMMITTED).value


def _description(line: Line, number: int, carried: list[tuple[str, Output]]) -> str:
    if not carried:
        return line.upkeep
    brings = ", ".join(output.name[0].lower() + output.name[1:] for _, output in carried)
    more = lines.WHY_THREATENED if (line.slug, number) == (lines.THREATENED, 0) else line.upkeep
    return f"Brings {brings}. {more}".strip()


def _milestone(code: str, name: str, kind: MilestoneKind, day: date) -> Row:
    return {"code": code, "name": name, "kind": kind.value, "starts_on": day}


def _second_sunday(year: int, month: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(6 - first.weekday()) % 7 + 7)


def _chance(*words: str) -> int:
    """The same for the same words on every machine: what varies without meaning, such as which rehearsal failed."""
    return crc32(" ".join(words).encode())
