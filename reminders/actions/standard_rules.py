"""The rules that come with an installation. `actions.rules` brings those that are not there yet."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from reminders.vocabulary import Audience, Channel, Occasion, OffsetUnit, Severity

#: By which ways what is shipped is said: a chat only to who gave the address of one.
WAYS: Final = (Channel.INBOX.value, Channel.EMAIL.value, Channel.CHAT.value)


def _rule(
    code: str, name: str, occasion: Occasion, audiences: Sequence[Audience], offsets: Sequence[int], **more: Any
) -> dict[str, Any]:
    given = {"code": code, "name": name, "occasion": occasion.value, "audiences": [each.value for each in audiences]}
    return {**given, "offsets": list(offsets), "channels": [*WAYS], **more}


_HOURS: Final = {"unit": OffsetUnit.HOURS.value}
_URGENT: Final = {"severity": Severity.URGENT.value}
_INFO: Final = {"severity": Severity.INFO.value}

_O, _A = Occasion, Audience

RULES: Final[Sequence[Mapping[str, Any]]] = (
    _rule("promotion-ahead", "Promotion ahead", _O.PROMOTION_AHEAD, [_A.RELEASE_MANAGER, _A.SUBSCRIBERS], [-5, -1]),
    # A team may own an environment into which forty things go on one night: one word the day before has to do.
    _rule("promotion-ahead-team", "Promotion into your environment", _O.PROMOTION_AHEAD, [_A.TEAM], [-1]),
    _rule("promotion-opened", "Window opened", _O.PROMOTION_OPENED, [_A.RELEASE_MANAGER], [0], **_HOURS, **_URGENT),
    _rule("promotion-missed", "Window missed", _O.PROMOTION_MISSED, [_A.RELEASE_MANAGER, _A.SUBSCRIBERS], [0], **_HOURS, **_URGENT),
    _rule(
        "release-at-risk",
        "Release at risk because of an output",
        _O.RELEASE_AT_RISK,
        [_A.RELEASE_MANAGER, _A.PROJECT_MANAGER, _A.SUBSCRIBERS],
        [-10, -5, -2],
    ),
    _rule(
        "prerequisite-slipped", "Prerequisite slipped", _O.PREREQUISITE_SLIPPED, [_A.RELEASE_MANAGER, _A.SUBSCRIBERS], [-10, -5, -2]
    ),
    _rule("approval-asked", "Approval asked for", _O.APPROVAL_WAITING, [_A.APPROVERS], [0], **_HOURS),
    _rule("approval-waiting", "Approval still waiting", _O.APPROVAL_WAITING, [_A.APPROVERS], [2, 4, 6]),
    _rule("approval-lapsing", "Approval about to lapse", _O.APPROVAL_LAPSING, [_A.RELEASE_MANAGER], [-2]),
    _rule("approval-voided", "Approval void", _O.APPROVAL_VOIDED, [_A.RELEASE_MANAGER, _A.APPROVERS], [0], **_HOURS),
    _rule("obligation-due", "Owed after an emergency", _O.OBLIGATION_DUE, [_A.OWNER, _A.RELEASE_MANAGER], [-1, 0, 1], **_URGENT),
    _rule("gate-starts", "Last day to start on a gate", _O.GATE_STARTS, [_A.OWNER], [-1], assumed_days=3),
    _rule("gate-due", "Gate due", _O.GATE_DUE, [_A.OWNER], [-2, 0]),
    _rule("gate-overdue", "Gate overdue", _O.GATE_DUE, [_A.OWNER, _A.RELEASE_MANAGER], [1, 3], **_URGENT),
    _rule("gate-overdue-long", "Gate overdue for five days", _O.GATE_DUE, [_A.LEAD], [5], **_URGENT),
    _rule("gate-decided", "Gate decided", _O.GATE_DECIDED, [_A.RELEASE_MANAGER, _A.SUBSCRIBERS], [0], **_HOURS, **_INFO),
    _rule("waiver-expiring", "Waiver expiring", _O.WAIVER_EXPIRING, [_A.OWNER, _A.RELEASE_MANAGER], [-3, -1]),
    _rule("output-due", "Output due", _O.OUTPUT_DUE, [_A.OWNER], [-5, 0]),
    _rule("output-overdue", "Output overdue", _O.OUTPUT_DUE, [_A.OWNER, _A.SUBSCRIBERS], [1, 5]),
    _rule("output-overdue-long", "Output overdue for ten days", _O.OUTPUT_DUE, [_A.LEAD], [10]),
    _rule("output-accepted", "Output accepted", _O.OUTPUT_ACCEPTED, [_A.OWNER, _A.SUBSCRIBERS], [0], **_HOURS, **_INFO),
    _rule("project-closing", "Project closing", _O.PROJECT_CLOSING, [_A.OWNER, _A.LEAD], [-20, -5]),
)
