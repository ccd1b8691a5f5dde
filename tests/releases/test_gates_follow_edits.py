"""After any sequence of edits, gates are what a slow and obvious model says: asked by the rules in force, with the decisions that still hold.

Items, size, policies, the stage of where it goes, planning, moving and cancelling, in any order; people decide in between.
"""

import os
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

import pytest

from accounts.vocabulary import Role
from environments.actions import environments
from policies.models import PolicyVersion
from releases.actions import gates, items, promotions, releases
from releases.models import Gate
from tests.factories import EnvironmentFactory, ItemFactory, ReleaseFactory, ServiceFactory, UserFactory
from tests.standards import next_version, standard

pytestmark = pytest.mark.django_db
NOW: Final = datetime(2026, 11, 2, 9, tzinfo=UTC)
WEDNESDAY: Final = datetime(2026, 11, 25, 20, tzinfo=UTC)
STEPS: Final = 400 if os.environ.get("LONG_MOVES") else 40
STAGES: Final = ("production", "acceptance")
ASKS: Final = ("Is it good?", "Is it good enough?")
#: Each policy has one rule before each stage; what it is about, and of which releases it asks it.
AREAS: Final = {"everybody": "testing", "major": "training", "critical": "code_security"}


class Key(NamedTuple):
    """What is asked: by the rule of a policy, before a stage, in these words."""

    policy: str
    stage: str
    ask: str


@dataclass
class Model:
    """What there is, without a database: traits of the release, rules in force, and what was decided of each thing that was ever asked."""

    size: str = "major"
    stage: str = "production"
    is_planned: bool = False
    asks: dict[str, str] = field(default_factory=lambda: dict.fromkeys(AREAS, ASKS[0]))
    #: By service, its tier and what version of it the release carries.
    carried: dict[str, tuple[int, str]] = field(default_factory=dict)
    asked: set[Key] = field(default_factory=set)
    decided: dict[Key, tuple[str, dict[str, tuple[int, str]]]] = field(default_factory=dict)

    def follow(self) -> None:
        """Where it goes, exactly what the rules in force ask of it; elsewhere everything stays as it was."""
        if self.is_planned:
            selects = {
                "everybody": True,
                "major": self.size == "major",
                "critical": any(tier == 1 for tier, _ in self.carried.values()),
            }
            self.asked = {key for key in self.asked if key.stage != self.stage}
            self.asked |= {Key(policy, self.stage, self.asks[policy]) for policy in AREAS if selects[policy]}

    def state(self, key: Key) -> str:
        outcome, then = self.decided.get(key, ("open", {}))
        is_built = AREAS[key.policy] in ("testing", "code_security")
        if is_built and any(then.get(service) != what for service, what in self.carried.items()):
            return "open"
        return outcome


@dataclass
class Product:
    """The same things in the product, moved by its verbs."""

    by: Any
    release: Any
    environment: Any
    versions: dict[str, PolicyVersion]
    ledger: Any
    critical: Any
    promotion: Any = None

    def gate(self, key: Key) -> Gate:
        own = Gate.objects.with_rules().filter(release=self.release, rule__version__policy__slug=key.policy)
        found: Gate = own.get(stage=key.stage, ask=key.ask)
        return found


@pytest.fixture(autouse=True)
def now(time_machine: Any) -> None:
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def there(db: None) -> tuple[Model, Product]:
    """A major release of one service, of which nothing is planned."""
    rita: Any = UserFactory(roles=[Role.RELEASE_MANAGER, Role.ENVIRONMENT_MANAGER])
    selects: dict[str, dict[str, Any]] = {"everybody": {}, "major": {"sizes": ["major"]}, "critical": {"tiers": [1]}}
    versions = {
        slug: standard(
            gates=[{"name": f"{slug} {stage}", "stage": stage, "area": area, "ask": ASKS[0]} for stage in STAGES],
            slug=slug,
            **selects[slug],
        )
        for slug, area in AREAS.items()
    }
    release: Any = ReleaseFactory(size="major", status="draft")
    ledger, critical = ServiceFactory(slug="ledger", tier=3), ServiceFactory(slug="critical", tier=1)
    ItemFactory(release=release, service=ledger, version="1")
    model = Model(carried={"ledger": (3, "1")})
    return model, Product(rita, release, EnvironmentFactory(), versions, ledger, critical)


# --- what may happen: each step does the same to both


def plan_or_cancel(model: Model, product: Product, dice: random.Random) -> None:
    if model.is_planned:
        promotions.cancel(product.promotion, reason="Off", by=product.by, at=NOW)
    else:
        times = {"starts_at": WEDNESDAY, "ends_at": WEDNESDAY + timedelta(hours=1)}
        product.promotion = promotions.plan(product.release, product.environment, by=product.by, at=NOW, **times)  # type: ignore[arg-type]
    model.is_planned = not model.is_planned


def move(model: Model, product: Product, dice: random.Random) -> None:
    if model.is_planned:
        start = WEDNESDAY + timedelta(days=dice.randrange(9))
        promotions.reschedule(product.promotion, starts_at=start, ends_at=start + timedelta(hours=1), by=product.by, at=NOW)


def build(model: Model, product: Product, dice: random.Random) -> None:
    version = str(dice.randrange(3))
    items.change(product.release.items.get(service=product.ledger), {"version": version}, by=product.by)
    model.carried["ledger"] = (3, version)


def add_or_remove(model: Model, product: Product, dice: random.Random) -> None:
    if "critical" in model.carried:
        items.remove(product.release.items.get(service=product.critical), by=product.by)
        del model.carried["critical"]
        # Another item of the same service is another item.
        for key, (outcome, then) in model.decided.items():
            model.decided[key] = outcome, {service: what for service, what in then.items() if service != "critical"}
    else:
        items.add(product.release, service=product.critical, version="1", by=product.by)
        model.carried["critical"] = (1, "1")


def resize(model: Model, product: Product, dice: random.Random) -> None:
    model.size = dice.choice(["major", "minor"])
    product.release = releases.change(product.release, {"size": model.size}, by=product.by, at=NOW)


def publish(model: Model, product: Product, dice: random.Random) -> None:
    policy, ask = dice.choice(list(AREAS)), dice.choice(ASKS)
    product.versions[policy] = next_version(product.versions[policy], ask=ask, due_days=dice.randrange(5))
    model.asks[policy] = ask


def stage(model: Model, product: Product, dice: random.Random) -> None:
    model.stage = dice.choice(STAGES)
    product.environment = environments.change(product.environment, {"stage": model.stage}, by=product.by, at=NOW)


def decide(model: Model, product: Product, dice: random.Random) -> None:
    if not model.asked:
        return
    key = dice.choice(sorted(model.asked))
    latest = model.decided.get(key, ("open", {}))[0]
    wish = dice.choice(["passed", "passed", "failed", "open"])
    if wish == "open" and latest != "open":
        gates.reopen(product.gate(key), by=product.by, at=NOW)
    elif wish not in ("open", model.state(key)):
        gates.decide(product.gate(key), outcome=wish, comment="So", by=product.by, at=NOW)
    else:
        return
    model.decided[key] = wish, dict(model.carried)


_STEPS: Final[tuple[Callable[[Model, Product, random.Random], None], ...]] = (
    *(plan_or_cancel, move, build, add_or_remove, resize, publish, stage),
    *(decide, decide, decide),
)


def differences(model: Model, product: Product) -> Iterator[str]:
    rows = Gate.objects.filter(release=product.release).with_rules()
    found = [(Key(gate.rule.version.policy.slug, gate.stage, gate.ask), gate) for gate in rows]
    if len({key for key, _ in found}) != len(found):
        yield "the same is asked by two gates"
    if (asked := {key for key, gate in found if gate.is_asked}) != model.asked:
        yield f"asked {sorted(asked)}, expected {sorted(model.asked)}"
    for key, gate in found:
        if key in model.asked and gate.state != model.state(key):
            yield f"{key} is {gate.state}, expected {model.state(key)}"
        has_day = key.stage == model.stage and model.is_planned
        if key in model.asked and (gate.due_on is not None) != has_day:
            yield f"{key} is due on {gate.due_on}"


@pytest.mark.parametrize("seed", [1, 2])
def test_gates_are_what_the_rules_in_force_ask_with_what_was_decided_of_them(seed: int, there: tuple[Model, Product]):
    model, product = there
    dice = random.Random(seed)
    done: list[str] = []
    for step in [plan_or_cancel, *(dice.choice(_STEPS) for _ in range(STEPS))]:
        step(model, product, dice)
        model.follow()
        done.append(step.__name__)
        assert list(differences(model, product)) == [], done
