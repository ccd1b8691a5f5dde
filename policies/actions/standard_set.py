"""What the standard set says: the procedures, and the policies for the six kinds of release. `policies.actions.standards` brings it.

Everything is decided by roles, so that it holds in any organisation from the first day; who has teams for it drafts versions that name
these.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from accounts.vocabulary import Role
from environments.vocabulary import SoakUnit, Stage
from policies.vocabulary import EvidenceKind, GateArea, Nature, Risk, Size, Urgency

Given = Mapping[str, Any]

#: Procedures: short name, name, text.
PROCEDURES: Final[Sequence[tuple[str, str, str]]] = (
    (
        "testing",
        "Testing a release",
        """What reaches people was tested as exactly the build that goes there.

1. Run the whole test suite against the **candidate** that will be promoted, not against a branch.
2. Have the run write its report as JUnit XML, and show it at the gate. Counts are read from the report; nobody types them.
3. A failed test is mended, or the test is mended; it is not left out. A test that is skipped has a reason in its report.
4. A new candidate takes a new run for whatever it changes.

Who cannot show this asks for a waiver, with what is done instead and until when.""",
    ),
    (
        "acceptance",
        "Acceptance by the business",
        """Whoever asked for a change says whether this is it.

1. Show it in the acceptance environment, with data that look like the real ones.
2. Walk through each output the release carries, and each thing that was agreed.
3. Write down who looked, what they saw, and what stays open, as the note of the gate.

What stays open is a condition with an owner and a date, or a no.""",
    ),
    (
        "scheduling",
        "Choosing a window",
        """A promotion lies where it harms least, and where it can be taken back.

1. Look at the calendar of the environment: freezes, maintenance, whose lanes are taken, what else changes the same services.
2. The window holds the change **and** its way back. Rehearse the way back once, and write down how long it took.
3. Name who is awake for it, and who is called when it goes wrong.
4. Keep the lead time of the policy, so that those who approve have days and not minutes.""",
    ),
    (
        "code-security",
        "Code and supply chain",
        """We know what is in the thing, and that nobody changed it on the way.

1. Scan the candidate's sources and dependencies; show the report (SARIF). A result of level *error* is mended before production.
2. Make a list of the components (CycloneDX or SPDX) from the build itself, and show it.
3. Name the definitive copy of each artefact, with its digest. What runs in production is what was tested, bit by bit.
4. The version to return to can still be fetched.""",
    ),
    (
        "training",
        "Training the people who use it",
        """Nobody meets a new way of working for the first time on a Monday morning.

1. Name the audiences: which group, how many, where, in which language.
2. Say for each what it needs: nothing, a notice, a briefing, or training.
3. Plan the sessions before the window, and say when they were held. Who missed one is told where to make it up.""",
    ),
    (
        "communication",
        "Telling who is affected",
        """People are told before it happens, in words that are theirs.

1. Write the release notes for each audience from what the release changes for *them*.
2. Send the notice in good time: what changes, when, what they have to do, whom to ask.
3. Tell the service desk first: it gets the questions.
4. After the window say that it is done, or that it was taken back.""",
    ),
    (
        "customer-preparation",
        "Preparing customers",
        """Customers whose own systems or people depend on the change get ready in time.

1. List who has to do something: change an interface, install something, plan people.
2. Agree on the date with each, and keep what was agreed.
3. Have somebody on their side say that they are ready. Silence is not readiness.""",
    ),
    (
        "break-fix",
        "Mending something that is broken",
        """Mend first what hurts people, then meet the standards that waited.

1. Say what is broken, for whom, since when, and what the smallest mending is.
2. One approver suffices to begin. Everything else that the policy asks is owed afterwards, with a date.
3. Watch it after the change; take it back when it makes things worse. Taking back is never refused.
4. Within a week: tests that would have found it, and what is done so that it does not come again.""",
    ),
    (
        "maintenance",
        "Regular maintenance",
        """What is cared for regularly breaks less often.

1. Work in the maintenance window of the service; nobody has to be asked about a time that is known to all.
2. A fresh backup was made, and somebody has restored one of its kind.
3. Follow the written steps. What turns out different is written into them.
4. Say at the end what was done, and what was left for the next time.""",
    ),
    (
        "hardware",
        "Bringing hardware into service",
        """A device is a release too: it has a version, a place, a way back.

1. The place is ready: power, cooling, network, access, and who may touch it.
2. It ran under load for the agreed time, and what was measured is written down.
3. It is recorded: serial number, vendor version, where it stands, who owns it, until when it is supported.
4. What it replaces stays ready to take over until the release is closed.""",
    ),
)

_PRODUCTION: Final = {"stage": Stage.PRODUCTION.value}
_BY_RELEASE_MANAGER: Final = {"owner_role": Role.RELEASE_MANAGER.value, "waived_by_role": Role.POLICY_OWNER.value}
_BY_ENVIRONMENT_MANAGER: Final = {"owner_role": Role.ENVIRONMENT_MANAGER.value, "waived_by_role": Role.POLICY_OWNER.value}
_BY_PMO: Final = {"owner_role": Role.PMO.value, "waived_by_role": Role.POLICY_OWNER.value}


def _gate(code: str, name: str, area: GateArea, procedure: str, ask: str, **more: Any) -> dict[str, Any]:
    return {"code": code, "name": name, "area": area.value, "procedure": procedure, "ask": ask, **_PRODUCTION, **more}


TESTS: Final = _gate(
    "tests-passed",
    "Tests passed",
    GateArea.TESTING,
    "testing",
    "Did the whole test suite pass against this candidate?",
    evidence=EvidenceKind.JUNIT.value,
    threshold={"least_tests": 1, "most_failed": 0},
    due_days=2,
    **_BY_RELEASE_MANAGER,
)
ACCEPTED: Final = _gate(
    "accepted",
    "Accepted by the business",
    GateArea.ACCEPTANCE,
    "acceptance",
    "Have those who asked for it said that this is it?",
    evidence=EvidenceKind.NOTE.value,
    due_days=3,
    **_BY_PMO,
)
WINDOW: Final = _gate(
    "window-chosen",
    "Window chosen, way back rehearsed",
    GateArea.SCHEDULING,
    "scheduling",
    "Does the window hold the change and its way back, and is somebody awake for both?",
    checklist=["The way back was rehearsed", "It fits into the window", "Somebody is named to call"],
    due_days=3,
    **_BY_RELEASE_MANAGER,
)
SCANNED: Final = _gate(
    "code-scanned",
    "Code scanned",
    GateArea.CODE_SECURITY,
    "code-security",
    "Is the candidate free of findings that have to be mended?",
    evidence=EvidenceKind.SARIF.value,
    threshold={"most_errors": 0},
    due_days=3,
    **_BY_RELEASE_MANAGER,
)
COMPONENTS: Final = _gate(
    "components-listed",
    "Components listed",
    GateArea.CODE_SECURITY,
    "code-security",
    "Do we know what is in it?",
    evidence=EvidenceKind.SBOM.value,
    threshold={"least_components": 1},
    due_days=3,
    **_BY_RELEASE_MANAGER,
)
TRAINED: Final = _gate(
    "people-trained",
    "People trained",
    GateArea.TRAINING,
    "training",
    "Was everybody briefed or trained who needs it?",
    evidence=EvidenceKind.PREPARATIONS.value,
    due_days=2,
    **_BY_PMO,
)
TOLD: Final = _gate(
    "users-told",
    "Users told",
    GateArea.COMMUNICATION,
    "communication",
    "Was everybody told who will notice it?",
    evidence=EvidenceKind.PREPARATIONS.value,
    due_days=2,
    **_BY_PMO,
)
CUSTOMERS: Final = _gate(
    "customers-ready",
    "Customers ready",
    GateArea.CUSTOMER_PREPARATION,
    "customer-preparation",
    "Are the customers ready whose own systems or people depend on it?",
    evidence=EvidenceKind.PREPARATIONS.value,
    due_days=5,
    **_BY_PMO,
)


def _approval(code: str, name: str, role: Role, **more: Any) -> dict[str, Any]:
    return {"code": code, "name": name, "role": role.value, **_PRODUCTION, **more}


RELEASE_MANAGER: Final = _approval("release-manager", "A release manager", Role.RELEASE_MANAGER, holds_days=14)
ENVIRONMENT_MANAGER: Final = _approval("environment-manager", "An environment manager", Role.ENVIRONMENT_MANAGER, holds_days=14)
PMO: Final = _approval("pmo", "The PMO", Role.PMO, holds_days=14)


def _schedule(name: str, **more: Any) -> dict[str, Any]:
    return {"code": "window", "name": name, **_PRODUCTION, **more}


def _question(code: str, name: str, low: str, medium: str, high: str) -> dict[str, Any]:
    levels = zip((low, medium, high), Risk.values, strict=True)
    return {"code": code, "name": name, "answers": [{"answer": answer, "risk": risk} for answer, risk in levels]}


#: Asked of whatever is not known beforehand: neither standard nor regular maintenance.
QUESTIONS: Final = [
    _question(
        "who-is-hit",
        "Who is hit when it goes wrong?",
        "One team, and work goes on",
        "Several teams, or some customers",
        "Most customers, or money, safety or the law",
    ),
    _question(
        "way-back",
        "Can it be taken back within its window?",
        "Yes, and that was rehearsed",
        "Yes, but nobody has tried it",
        "No, or only with loss of data",
    ),
    _question(
        "data",
        "What does it do to data that are there?",
        "Nothing",
        "It adds to them",
        "It changes, moves or removes some",
    ),
    _question(
        "experience",
        "Has something like it gone well here before?",
        "Often",
        "Once or twice, or elsewhere",
        "Never, or it went wrong the last time",
    ),
    _question(
        "dependents",
        "Do other services depend on what it changes?",
        "No",
        "Yes, and they were tested with it",
        "Yes, and they were not",
    ),
]

_PLANNED: Final = [Urgency.PLANNED.value]

#: Policies: short name, name, description, and what their first version says.
POLICIES: Final[Sequence[tuple[str, str, str, Given]]] = (
    (
        "standard-change",
        "Standard change",
        "What is done often, is known to go well, and was approved once for all: it is tested and fits into its window.",
        {
            "urgencies": _PLANNED,
            "sizes": [Size.STANDARD.value],
            "gate_rules": [{**TESTS, "due_days": 1}],
            "schedule_rules": [_schedule("A working day ahead", lead_days=1)],
        },
    ),
    (
        "minor",
        "Minor release",
        "A planned release that changes little: tested, scanned, accepted, told, and approved by two.",
        {
            "urgencies": _PLANNED,
            "sizes": [Size.MINOR.value],
            "gate_rules": [TESTS, ACCEPTED, WINDOW, SCANNED, TOLD],
            "approval_rules": [RELEASE_MANAGER, ENVIRONMENT_MANAGER],
            "schedule_rules": [_schedule("Two working days ahead", lead_days=2)],
            "risk_questions": QUESTIONS,
        },
    ),
    (
        "major",
        "Major release",
        "A planned release that changes how people work: all seven areas, three approvals, a week ahead, a day of soak.",
        {
            "urgencies": _PLANNED,
            "sizes": [Size.MAJOR.value],
            "gate_rules": [
                {**TESTS, "threshold": {"least_tests": 10, "most_failed": 0}},
                {**ACCEPTED, "due_days": 5},
                {**WINDOW, "due_days": 5},
                SCANNED,
                COMPONENTS,
                {**TRAINED, "due_days": 3},
                {**TOLD, "due_days": 5},
                CUSTOMERS,
            ],
            "approval_rules": [RELEASE_MANAGER, ENVIRONMENT_MANAGER, PMO],
            "schedule_rules": [
                _schedule("Five working days ahead, a day of soak", lead_days=5, soak_hours=24, soak_unit=SoakUnit.ELAPSED.value)
            ],
            "risk_questions": QUESTIONS,
        },
    ),
    (
        "break-fix",
        "Break-fix",
        "Something is broken and is mended now: one approver to begin, the rest is owed afterwards.",
        {
            "urgencies": [Urgency.BREAK_FIX.value],
            "gate_rules": [
                {**TESTS, "procedure": "break-fix", "due_days": 0, "follow_days": 2},
                {**TOLD, "due_days": 0, "follow_days": 1},
                {**SCANNED, "due_days": 0, "follow_days": 5},
                _gate(
                    "looked-back",
                    "Looked back at",
                    GateArea.ACCEPTANCE,
                    "break-fix",
                    "What broke, why was it not found before, and what is done so that it does not come again?",
                    evidence=EvidenceKind.NOTE.value,
                    follow_days=5,
                    **_BY_ENVIRONMENT_MANAGER,
                ),
            ],
            "approval_rules": [{**RELEASE_MANAGER, "emergency_people": 1, "holds_days": 2}],
            "schedule_rules": [_schedule("At once", respects_freezes=False)],
            "risk_questions": QUESTIONS,
        },
    ),
    (
        "regular-maintenance",
        "Regular maintenance",
        "The care that comes round again: in its window, after a backup, by written steps.",
        {
            "urgencies": [Urgency.MAINTENANCE.value],
            "gate_rules": [
                _gate(
                    "maintenance-prepared",
                    "Maintenance prepared",
                    GateArea.SCHEDULING,
                    "maintenance",
                    "Is there a fresh backup, and are the steps written?",
                    checklist=["A fresh backup was made", "One of its kind was restored", "The steps are written"],
                    due_days=1,
                    **_BY_ENVIRONMENT_MANAGER,
                ),
                {**TOLD, "due_days": 2},
            ],
            "approval_rules": [ENVIRONMENT_MANAGER],
            "schedule_rules": [_schedule("In the maintenance window", lead_days=2, windows_only=True)],
        },
    ),
    (
        "hardware",
        "Hardware",
        "Besides what its size asks for: the place is ready, the device ran under load, and people can work with it.",
        {
            "natures": [Nature.HARDWARE.value, Nature.BOTH.value],
            "gate_rules": [
                _gate(
                    "site-ready",
                    "Site ready",
                    GateArea.ACCEPTANCE,
                    "hardware",
                    "Is the place ready, and is the device recorded?",
                    checklist=[
                        "Power, cooling and network are there",
                        "Access is arranged",
                        "Serial number and owner are recorded",
                    ],
                    due_days=5,
                    **_BY_ENVIRONMENT_MANAGER,
                ),
                _gate(
                    "ran-under-load",
                    "Ran under load",
                    GateArea.TESTING,
                    "hardware",
                    "Did it run under load for the agreed time?",
                    evidence=EvidenceKind.NOTE.value,
                    due_days=3,
                    **_BY_ENVIRONMENT_MANAGER,
                ),
                {**TRAINED, "code": "operators-trained", "name": "Operators trained"},
            ],
            "approval_rules": [ENVIRONMENT_MANAGER],
            "schedule_rules": [_schedule("Five working days ahead", lead_days=5)],
            "risk_questions": QUESTIONS,
        },
    ),
)
