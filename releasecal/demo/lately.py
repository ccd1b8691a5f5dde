"""What was decided at Meridian in the last days, each deed by who does that: why tonight waits, what ran last night, who said yes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from accounts.actions import absences
from accounts.models import User
from environments.models import Environment
from history.deeds import deed
from releasecal.demo import audiences, desk, lines
from releasecal.demo.company import EARLY, HARBOUR, ON_CALL, PRODUCTION, email_of
from releasecal.demo.days import instant, working_days
from releasecal.demo.lines import FIXES, LINES, Line
from releasecal.demo.rows import Company
from releases.actions import assessments, gates, promotions
from releases.actions import releases as on_releases
from releases.actions.promotions.outcomes import Ended
from releases.models import Gate, Item, Promotion, Release
from releases.vocabulary import GateOutcome, ItemOutcome, Outcome, PromotionStatus

_LINES: Final = {line.slug: line for line in LINES}
_TRAIN: Final = tuple(line for line in LINES if line.is_train)
#: By line: of the Saturday train those that everybody has said yes to, and those that one person has.
_APPROVED: Final = frozenset({"fares", "club", "crew"})
_HALF_APPROVED: Final = frozenset({"shop", "app"})
#: The yes that has a condition: to which line, and what has to be seen to.
_ON_CONDITION: Final = "fares"
_CONDITION: Final = "The railcards of the old year are still taken at all counters on the first day; the port captains know."
_WAY_BACK: Final = (
    "Put the versions before back from the registry, service by service in the order of the runbook; bookings made meanwhile stay."
    " Rehearsed in the dress rehearsal, 25 minutes. Who is on call decides until half an hour before the window ends."
)
#: Whose risk was assessed by the questionnaire, with these answers by the short name of the question; the rest was said by hand.
_ASSESSED: Final = (lines.TONIGHT, lines.TWICE_TRIED, "fares", "app")
_ANSWERS: Final = {
    "who-is-hit": "Several teams, or some customers",
    "way-back": "Yes, and that was rehearsed",
    "data": "It adds to them",
    "experience": "Once or twice, or elsewhere",
    "dependents": "Yes, and they were tested with it",
}
#: So many rehearsals are asked for ahead; nobody has to approve them.
_REHEARSALS: Final = 3
_CARE_SINCE, _CARE_TAKES = timedelta(minutes=35), timedelta(hours=6)
_WAIVED_FOR_DAYS: Final = 9


@dataclass(frozen=True)
class Lately:
    """The last days of a company that has been brought with its plans: `persons` are those to sign in as, `now` is the instant (UTC)."""

    company: Company
    persons: Mapping[str, User]
    now: datetime

    def tell(self) -> None:
        """All of it; what somebody did at several times is told together, as far as nobody else has to act in between."""
        self._plan_care()
        self._name_audiences()
        self._ask()
        desk.pass_gates(self._sittings(), self.persons)
        self._waive()
        self._approve()
        self._second_night()
        self._third_try()
        self._last_night()
        self._begin_care()
        self._go_away()

    # --- what there is

    def _release(self, line: Line, number: int = 0, fix: int = 0) -> Release:
        found: Release = Release.objects.get(name=self.company.named(line.name), version=line.version(number, fix))
        return found

    def _into(self, slug: str, release: Release) -> Promotion:
        """The latest attempt of a release there."""
        found: Promotion = (
            Promotion.objects.filter(release=release, environment__slug=self.company.slug(slug))
            .with_references()
            .order_by("-attempt")[0]
        )
        return found

    def _live(self, line: str, number: int = 0, fix: int = 0) -> Promotion:
        return self._into(PRODUCTION.slug, self._release(_LINES[line], number, fix))

    def _mending(self) -> Promotion:
        return self._live(FIXES[0].line, FIXES[0].number, 1)

    def _harbour(self) -> Promotion:
        return self._into(HARBOUR.slug, self._release(_LINES["harbour"]))

    def _train(self) -> dict[str, Promotion]:
        """By line, what goes by the Saturday train."""
        return {line.slug: self._live(line.slug) for line in _TRAIN}

    def _production(self) -> Environment:
        found: Environment = Environment.objects.get(slug=self.company.slug(PRODUCTION.slug))
        return found

    def _colleague(self, name: str) -> User:
        found: User = User.objects.get(email=email_of(name))
        return found

    def _saw(self, days: int, clock: str) -> datetime:
        """A time so many working days ago."""
        return instant(working_days(self.company.today.day, -days), clock)

    # --- what was planned, asked for, shown and approved

    def _plan_care(self) -> None:
        """What is under way just now, in broad daylight, since nobody notices."""
        begins_at, manager = self.now - _CARE_SINCE, self.persons["release2"]
        promotions.plan(
            self._release(_LINES[lines.CARE], -1, 1),
            self._production(),
            starts_at=begins_at,
            ends_at=begins_at + _CARE_TAKES,
            by=manager,
            at=self._saw(4, "10:00"),
        )

    def _name_audiences(self) -> None:
        concerned = {group.release for group in audiences.GROUPS}
        found = {(slug, number, fix): self._release(_LINES[slug], number, fix) for slug, number, fix in concerned}
        audiences.prepare(found, self.company.today, by=self.persons["release"], at=self.now)

    def _ask(self) -> None:
        """Managers write down the ways back and ask for what is to go; nobody is asked about rehearsals."""
        self._ask_for_train_and_tonight(self.persons["release"])
        second, rehearsals = self.persons["release2"], list(self._rehearsals())
        vain = self._live(lines.TWICE_TRIED)
        with deed(by=second):
            promotions.request(vain, by=second, at=vain.starts_at - timedelta(days=7))
            promotions.request(self._live(lines.CARE, -1, 1), by=second, at=self._saw(4, "10:00"))
            promotions.request(self._harbour(), by=second, at=self._saw(1, "17:20"))
            for rehearsal in rehearsals:
                promotions.request(rehearsal, by=second, at=self._saw(1, "11:00"))
        mending, on_call = self._mending(), self._colleague(ON_CALL)
        promotions.request(mending, by=on_call, at=mending.starts_at - timedelta(minutes=35))

    def _ask_for_train_and_tonight(self, manager: User) -> None:
        tonight, train = self._live(lines.TONIGHT), self._train()
        going = [tonight, *(train[slug] for slug in sorted(_APPROVED | _HALF_APPROVED))]
        going += [self._live(lines.TWICE_TRIED), self._harbour(), self._mending(), self._live(lines.CARE, -1, 1)]
        with deed(by=manager):
            for slug in _ASSESSED:
                assessments.assess(self._release(_LINES[slug]), _ANSWERS, by=manager, at=self._saw(9, "13:30"))
            for promotion in going:
                on_releases.change(promotion.release, {"rollback_plan": _WAY_BACK}, by=manager, at=self._saw(9, "14:00"))
            tonight = promotions.reschedule(
                tonight,
                approved_from=tonight.starts_at,
                approved_until=tonight.ends_at + timedelta(hours=2, minutes=30),
                by=manager,
                at=self._saw(5, "09:10"),
            )
            for promotion in (tonight, *train.values()):
                promotions.request(promotion, by=manager, at=self._saw(5, "09:15"))

    def _rehearsals(self) -> Iterable[Promotion]:
        """The next ones, but for what waits for something late and what few may know of."""
        ahead = Promotion.objects.filter(status=PromotionStatus.DRAFT, starts_at__gt=self.now, release__restricted_until=None)
        ahead = ahead.exclude(release=self._release(_LINES[lines.THREATENED])).exclude(environment__stage=PRODUCTION.stage)
        found: Iterable[Promotion] = ahead.order_by("starts_at", "id")[:_REHEARSALS]
        return found

    def _sittings(self) -> list[desk.Sitting]:
        """Which gates have been passed: of tonight's release security still reads the list of components."""
        vain, ended, mending = self._live(lines.TWICE_TRIED), self._live(lines.ENDED, lines.LAST_OF_ENDED), self._mending()
        two_days = timedelta(days=2)
        return [
            desk.Sitting(ended.release, ended.starts_at - two_days, leave=["parts-known"]),
            desk.Sitting(vain.release, vain.starts_at - two_days),
            desk.Sitting(mending.release, mending.starts_at - timedelta(minutes=10), leave=["looked-back"]),
            desk.Sitting(self._live(lines.TONIGHT).release, self._saw(2, "16:20"), leave=["parts-known", "users-told"]),
            desk.Sitting(self._live(lines.CARE, -1, 1).release, self._saw(2, "13:00")),
        ]

    def _waive(self) -> None:
        """Customs went live without the list of one supplier, who has had time since; that ends in a few days."""
        ended = self._live(lines.ENDED, lines.LAST_OF_ENDED)
        gates.waive(
            Gate.objects.get(release=ended.release, rule__code="parts-known"),
            reason="The library for transit papers comes from the customs authorities, who publish no list of what is in it.",
            compensating_control="It runs by itself without access to the network, and its scan is repeated every Monday.",
            expires_at=instant(self.company.today.ahead(_WAIVED_FOR_DAYS), "00:00"),
            by=self.persons["policy"],
            at=ended.starts_at - timedelta(days=1),
        )
        promotions.bring([self.company.ended()], by=User.objects.operator(), at=self.company.today.begins_at, trust_history=True)

    def _approve(self) -> None:
        """Who has said yes to what: tonight waits for security, and the train is a mix."""
        train, vain, mending = self._train(), self._live(lines.TWICE_TRIED), self._mending()
        the_day_before = desk.Yes(vain, vain.starts_at - timedelta(days=1))
        tonight = self._live(lines.TONIGHT)
        approved = [train[slug] for slug in sorted(_APPROVED)]
        half = [train[slug] for slug in sorted(_HALF_APPROVED)]
        condition = {"text": _CONDITION, "owner": self.persons["project"], "due_on": working_days(self.company.today.day, 1)}
        yesterday = self._saw(1, "16:30")
        on_conditions = {train[_ON_CONDITION].pk: [condition]}
        given = {
            "release": [
                the_day_before,
                desk.Yes(mending, mending.starts_at - timedelta(minutes=20)),
                desk.Yes(self._harbour(), self._saw(1, "18:00")),
            ],
            "release2": [
                desk.Yes(tonight, self._saw(1, "10:05")),
                *(desk.Yes(promotion, self._saw(2, "08:40")) for promotion in approved + half),
            ],
            "security": [the_day_before, *(desk.Yes(promotion, self._saw(1, "07:50")) for promotion in approved)],
            "environment": [
                the_day_before,
                desk.Yes(self._live(lines.CARE, -1, 1), yesterday),
                desk.Yes(tonight, yesterday),
                *(desk.Yes(promotion, yesterday, on_conditions.get(promotion.pk, ())) for promotion in approved),
            ],
        }
        for who, said in given.items():
            desk.approve(said, by=self.persons[who])

    # --- what ran

    def _second_night(self) -> None:
        """What had failed once was tried again, and taken back before morning."""
        promotion = self._live(lines.TWICE_TRIED)
        begins_at, manager = promotion.starts_at, self.persons["release2"]
        running = promotions.run(promotion, by=manager, at=begins_at)
        planning, barriers = Item.objects.filter(release=promotion.release).order_by("service__slug")
        promotions.finish(
            running,
            outcome=Outcome.ROLLED_BACK,
            items={
                planning.pk: Ended(ItemOutcome.ROLLED_BACK, "Ran well; taken back together with the gates."),
                barriers.pk: Ended(ItemOutcome.FAILED, "Lorries were sent to the car deck in two ports."),
            },
            comment="Lorries were sent to the car deck; the version before is back in both ports.",
            by=manager,
            at=begins_at + timedelta(hours=3, minutes=30),
        )

    def _third_try(self) -> None:
        """Planned anew; a yes was void when the window moved, and was given again by a colleague. The ports are not content yet."""
        release, manager = self._release(_LINES[lines.TWICE_TRIED]), self.persons["release2"]
        night = instant(_LINES[lines.TWICE_TRIED].goes_live(0, self.company.today), PRODUCTION.clock)
        length, asked_at = timedelta(minutes=PRODUCTION.minutes), self._saw(1, "09:00")
        with deed(by=manager):
            promotion = promotions.plan(
                release, self._production(), starts_at=night, ends_at=night + length, by=manager, at=asked_at
            )
            promotions.request(promotion, by=manager, at=asked_at)
        desk.approve([desk.Yes(promotion, self._saw(1, "10:15"))], by=self.persons["environment"])
        later = night + timedelta(hours=1)
        promotions.reschedule(
            promotion,
            starts_at=later,
            ends_at=later + length,
            approved_from=later,
            approved_until=later + length * 2,
            by=manager,
            at=self._saw(1, "11:40"),
        )
        accepted = Gate.objects.get(release=release, rule__code="accepted")
        why = "The port of Trelleborg still sees two lanes exchanged when it tries it on Acceptance."
        gates.decide(accepted, outcome=GateOutcome.FAILED, comment=why, by=self.persons["pmo"], at=self._saw(1, "13:45"))
        comment = "An hour later suits both ports. Until then the lanes have to be right, as the gate says."
        desk.approve([desk.Yes(promotion, self._saw(1, "15:05"))], by=self._colleague(EARLY), comment=comment)

    def _last_night(self) -> None:
        """Mended on one yes in the night: the second one, and a look back, are owed."""
        promotion, on_call = self._mending(), self._colleague(ON_CALL)
        begins_at = promotion.starts_at
        running = promotions.run(promotion, by=on_call, at=begins_at)
        comment = "The certificate is in, and the first payments went through at once."
        promotions.finish(running, outcome=Outcome.SUCCEEDED, comment=comment, by=on_call, at=begins_at + timedelta(minutes=30))

    def _begin_care(self) -> None:
        promotion = self._live(lines.CARE, -1, 1)
        promotions.run(promotion, by=self.persons["release2"], at=promotion.starts_at)

    def _go_away(self) -> None:
        """Somebody who decides is away, and said who decides meanwhile."""
        away = self.persons["business"]
        since, until = instant(self.company.today.ago(1), "00:00"), instant(self.company.today.ahead(8), "00:00")
        absences.announce(away, by=away, starts_at=since, ends_at=until, delegate=self.persons["pmo"])
