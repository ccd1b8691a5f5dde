"""How each verb is asked for, on its page and over REST."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final, NamedTuple

from django.utils import timezone

from releases.vocabulary import PromotionStatus, ReleaseStatus
from tests.moves.world import GATES, WAIVERS, World

_REASON: Final = {"reason": "Because"}
_LATER: Final = "2031-03-04T21:00", "2031-03-04T22:00"


class Ask(NamedTuple):
    """A page and its form; a REST address below the root, its method and body."""

    page: str
    form: Mapping[str, Any]
    address: str
    method: str = "POST"
    body: Mapping[str, Any] | None = None


def _promotion(page: str, address: str, body: Mapping[str, Any] | None = None, method: str = "POST", **form: Any) -> Any:
    def ask(world: World, state: str) -> Ask:
        number = world.promotions[state].pk
        return Ask(f"/promotions/{number}/{page}/", form or body or {}, f"promotions/{number}/{address}", method, body)

    return ask


def _said(decision: str) -> Any:
    def ask(world: World, state: str) -> Ask:
        number = world.promotions[state].pk
        body = {"decision": decision, "digest": world.digests[state], "comment": "So"}
        page = f"/promotions/{number}/approvals/new/"
        return Ask(page, {**body, "conditions-rows": "0"}, f"promotions/{number}/approvals/", "POST", body)

    return ask


def _outcome(outcome: str) -> Any:
    return _promotion("outcome", "outcome/", {"outcome": outcome})


def _rolled_back() -> Any:
    return _promotion("roll-back", "outcome/", {"outcome": "rolled_back", "comment": "It broke"}, reason="It broke")


def _gate(page: str, address: str, body: Mapping[str, Any] | None = None, method: str = "POST") -> Any:
    def ask(world: World, state: str) -> Ask:
        gate = world.gates[state]
        return Ask(f"{gate.get_absolute_url()}{page}/", body or {}, f"gates/{gate.pk}/{address}/", method, body)

    return ask


def _waive(world: World, state: str) -> Ask:
    gate, until = world.gates[state], (timezone.now() + timedelta(days=30)).strftime("%Y-%m-%dT%H:%M")
    body = {**_REASON, "compensating_control": "Somebody watches"}
    form, sent = {**body, "expires_at": until}, {**body, "expires_at": f"{until}:00Z"}
    return Ask(f"{gate.get_absolute_url()}waivers/new/", form, f"gates/{gate.pk}/waivers/", "POST", sent)


def _end_waiver(world: World, state: str) -> Ask:
    waiver = world.waivers[state]
    gate = waiver.gate
    page = f"{gate.get_absolute_url()}waivers/{waiver.pk}/ending/"
    return Ask(page, {}, f"gates/{gate.pk}/waivers/{waiver.pk}/", "DELETE")


def _move_on(target: str) -> Any:
    def ask(world: World, state: str) -> Ask:
        key, body = world.releases[state].key, {"status": target}
        return Ask(f"/releases/{key}/status/", body, f"releases/{key}/", "PATCH", body)

    return ask


def _cancel_release(world: World, state: str) -> Ask:
    key = world.releases[state].key
    return Ask(f"/releases/{key}/cancellation/", _REASON, f"releases/{key}/cancellation/", "POST", _REASON)


_MOVED: Final = {"starts_at": _LATER[0], "ends_at": _LATER[1]}
_P, _G, _W, _R = tuple(PromotionStatus.values), GATES, WAIVERS, tuple(ReleaseStatus.values)
#: By table and verb: the states it is asked in, and how.
VERBS: Final[Mapping[str, Mapping[str, tuple[tuple[str, ...], Callable[[World, str], Ask]]]]] = {
    "promotions": {
        "request": (_P, _promotion("request", "request/")),
        "withdraw": (_P, _promotion("withdrawal", "request/", None, "DELETE", **_REASON)),
        "reschedule": (
            _P,
            _promotion(
                "move",
                "",
                {name: f"{value}:00Z" for name, value in _MOVED.items()},
                "PATCH",
                **_MOVED,
                confirmed="yes",
            ),
        ),
        "cancel": (_P, _promotion("cancellation", "cancellation/", _REASON)),
        "run": (_P, _promotion("run", "run/", {})),
        "pause": (_P, _promotion("pause", "pause/", _REASON)),
        "resume": (_P, _promotion("resumption", "pause/", None, "DELETE")),
        "succeed": (_P, _outcome("succeeded")),
        "succeed_with_issues": (_P, _outcome("succeeded_with_issues")),
        "fail": (_P, _outcome("failed")),
        "roll_back": (_P, _rolled_back()),
    },
    "approvals": {
        "approve": (_P, _said("approve")),
        "reject": (_P, _said("reject")),
        "take_back": (_P, _promotion("approvals/taking-back", "approvals/", None, "DELETE")),
    },
    "gates": {
        "pass": (_G, _gate("decision", "decision", {"outcome": "passed"})),
        "fail": (_G, _gate("decision", "decision", {"outcome": "failed", "comment": "Slow"})),
        "reopen": (_G, _gate("reopening", "decision", None, "DELETE")),
        "waive": (_G, _waive),
        "end_waiver": (_W, _end_waiver),
    },
    "releases": {
        # Saying over REST what it is already changes nothing, and is no move.
        **{
            f"to_{status}": (tuple(state for state in _R if state != status), _move_on(status))
            for status in ("early_life", "closed", "retired")
        },
        "cancel": (_R, _cancel_release),
    },
}
#: Who stands in the columns of each table.
COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "promotions": ("other_roles", "auditor", "release_manager", "manager", "environment_owner", "approver", "program"),
    "approvals": (
        *("other_roles", "auditor", "release_manager", "manager", "environment_owner"),
        *("approver", "has_approved", "delegate", "author", "program"),
    ),
    "gates": (
        *("other_roles", "auditor", "release_manager", "manager"),
        *("gate_owner", "delegate", "waiver", "has_shown", "program"),
    ),
    "releases": ("other_roles", "auditor", "release_manager", "manager", "environment_owner", "program"),
}
