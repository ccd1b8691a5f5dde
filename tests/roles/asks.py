"""What each row of the matrix asks: the address, and a body that somebody who may do it would send.

`{project}` and the like stand for the things of a set (see `world`). An ask without one is asked once. A row is named by method and
route, placeholders written `<>`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from policies.queries import Question
from releases.forms.assessments import field_of
from tests.roles.world import ABSENT, OTHERS, QUESTION, RESTRICTED, Names

#: What a restriction of a program, project or release hides.
RESTRICTABLE: Final = {
    *("program", "project", "output", "unused_output", "milestone", "comment", "subject"),
    *("release", "draft", "package", "member", "gone_live", "promotion", "item", "candidate"),
    *("contribution", "offered", "prerequisite", "deployment"),
    *("audience", "preparation", "done"),
    *("gated", "gate", "decided_gate", "gate_decision", "waived_gate", "waiver", "evidence"),
    *("assessed", "assessment"),
    *("asked", "asked_package", "approval", "ready", "running", "paused", "failed"),
}
#: What belongs to nobody alone.
OWNERLESS: Final = {
    "route",
    "unused_route",
    "policy",
    "unused_policy",
    "retired_policy",
    "policy_draft",
    "procedure",
    "reminder_rule",
    "webhook",
    "webhook_message",
}
_NAMED: Final = re.compile(r"\{(\w+)\}")

Body = dict[str, Any]


@dataclass(frozen=True)
class Ask:
    """One request; `address` and the texts in `body` with the names of things in braces; `file` is sent along."""

    address: str
    body: Body = field(default_factory=dict)
    file: str = ""

    def cases(self) -> tuple[str, ...]:
        """Whose things it is asked about."""
        named = set(_NAMED.findall(self.address)) | set(_names_in(self.body))
        if not named:
            return ("",)
        own = () if named <= OWNERLESS else ("own",)
        return (*own, OTHERS, *((RESTRICTED,) if named & RESTRICTABLE else ()), ABSENT)

    def of(self, names: Names) -> tuple[str, Body]:
        """The address and the body about one set of things."""
        return self.address.format(**names), _filled(self.body, names)


def _names_in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield from _NAMED.findall(value)
    elif isinstance(value, dict):
        for each in value.values():
            yield from _names_in(each)
    elif isinstance(value, list):
        for each in value:
            yield from _names_in(each)


def _filled(value: Any, names: Names) -> Any:
    if isinstance(value, str):
        alone = _NAMED.fullmatch(value)
        return names[alone[1]] if alone else value.format(**names)  # an id stays a number
    if isinstance(value, dict):
        return {key: _filled(each, names) for key, each in value.items()}
    return [_filled(each, names) for each in value] if isinstance(value, list) else value


REASON: Final[Body] = {"reason": "The vendor withdrew it"}
YES: Final[Body] = {"decision": "approve", "digest": "{asked_digest}"}
RESTRICTION: Final[Body] = {"until": "2027-06-01T00:00"}
RESTRICTED_BY_PROGRAM: Final[Body] = {"until": "2027-06-01T00:00:00Z"}
NEW_RELEASE: Final[Body] = {"name": "Brand new", "version": "1.0.0"}
MOVED: Final[Body] = {"starts_at": "2031-06-01T10:00:00Z", "ends_at": "2031-06-01T12:00:00Z"}
MOVED_ON_PAGE: Final[Body] = {"starts_at": "2031-06-01T10:00", "ends_at": "2031-06-01T12:00"}
BOOKED: Final[Body] = {"environment": "{environment}", "starts_at": "2031-05-01T10:00:00Z", "ends_at": "2031-05-01T12:00:00Z"}
BOOKED_ON_PAGE: Final[Body] = {**BOOKED, "starts_at": "2031-05-01T10:00", "ends_at": "2031-05-01T12:00"}

FILE: Final = "code,name,scope\nbrand-new,Brand new,All of it\n"

_IN_A_MONTH: Final = (datetime.now(UTC) + timedelta(days=30)).strftime("%Y-%m-%dT%H:%M")
NOTE: Final[Body] = {"kind": "note", "note": "Looked at by hand"}
PASSED: Final[Body] = {"outcome": "passed"}
WAIVED: Final[Body] = {"reason": "Late", "compensating_control": "Somebody watches", "expires_at": f"{_IN_A_MONTH}:00Z"}
_ANSWERS: Final = {each["answer"]: each["risk"] for each in QUESTION["answers"]}
_WAY_BACK: Final = field_of(Question(QUESTION["code"], QUESTION["name"], _ANSWERS, ()))

CHAT: Final[Body] = {"address": "mmosts://chat.example.org/3ccdd113474722377935511fc8"}

WEBHOOK: Final[Body] = {"name": "Another", "target": "https://ci.example.org/hook", "kinds": "release.*"}

#: A rule as its page sends it, but for when it speaks.
RULE: Final[Body] = {
    "name": "Closing",
    "is_on": "on",
    "unit": "working_days",
    "audiences": "owner",
    "severity": "normal",
    "channels": "email",
    "assumed_days": "5",
}

PAGES: Final[dict[str, Ask]] = {
    "GET ": Ask("/"),
    "GET schedule/card/<>-<>/": Ask("/schedule/card/promotion-{promotion}/"),
    # saved views and feeds
    "GET views/": Ask("/views/"),
    "GET views/new/": Ask("/views/new/"),
    "POST views/new/": Ask("/views/new/", {"name": "Mine"}),
    "GET views/<>/edit/": Ask("/views/{view}/edit/"),
    "POST views/<>/edit/": Ask("/views/{view}/edit/", {"name": "Renamed"}),
    "GET views/<>/removal/": Ask("/views/{view}/removal/"),
    "POST views/<>/removal/": Ask("/views/{view}/removal/"),
    "GET feeds/new/": Ask("/feeds/new/"),
    "POST feeds/new/": Ask("/feeds/new/", {"name": "Mine"}),
    "GET feeds/<>/revocation/": Ask("/feeds/{feed}/revocation/"),
    "POST feeds/<>/revocation/": Ask("/feeds/{feed}/revocation/"),
    # programs, projects and what belongs to them
    "GET programs/": Ask("/programs/"),
    "GET programs/new/": Ask("/programs/new/"),
    "POST programs/new/": Ask("/programs/new/", {"code": "brand-new", "name": "Brand new"}),
    "GET programs/<>/": Ask("/programs/{program}/"),
    "GET programs/<>/edit/": Ask("/programs/{program}/edit/"),
    "POST programs/<>/edit/": Ask("/programs/{program}/edit/", {"name": "Renamed"}),
    "GET programs/<>/deletion/": Ask("/programs/{program}/deletion/"),
    "POST programs/<>/deletion/": Ask("/programs/{unused_program}/deletion/"),
    "GET programs/<>/restriction/": Ask("/programs/{program}/restriction/"),
    "POST programs/<>/restriction/": Ask("/programs/{program}/restriction/", RESTRICTION),
    "GET programs/<>/opening/": Ask("/programs/{program}/opening/"),
    "POST programs/<>/opening/": Ask("/programs/{program}/opening/"),
    "GET projects/": Ask("/projects/"),
    "GET projects/new/": Ask("/projects/new/"),
    "POST projects/new/": Ask("/projects/new/", {"code": "brand-new", "name": "Brand new"}),
    "GET projects/<>/": Ask("/projects/{project}/"),
    "GET projects/<>/edit/": Ask("/projects/{project}/edit/"),
    "POST projects/<>/edit/": Ask("/projects/{project}/edit/", {"name": "Renamed", "status": "active"}),
    "GET projects/<>/cancellation/": Ask("/projects/{project}/cancellation/"),
    "POST projects/<>/cancellation/": Ask("/projects/{project}/cancellation/", REASON),
    "GET projects/<>/restriction/": Ask("/projects/{project}/restriction/"),
    "POST projects/<>/restriction/": Ask("/projects/{project}/restriction/", RESTRICTION),
    "GET projects/<>/opening/": Ask("/projects/{project}/opening/"),
    "POST projects/<>/opening/": Ask("/projects/{project}/opening/"),
    "GET milestones/": Ask("/milestones/"),
    "GET milestones/new/": Ask("/milestones/new/?project={project}"),
    "POST milestones/new/": Ask(
        "/milestones/new/", {"project": "{project}", "code": "brand-new", "name": "Brand new", "starts_on": "2031-05-01"}
    ),
    "GET milestones/<>/": Ask("/milestones/{milestone}/"),
    "GET milestones/<>/edit/": Ask("/milestones/{milestone}/edit/"),
    "POST milestones/<>/edit/": Ask("/milestones/{milestone}/edit/", {"name": "Renamed", "starts_on": "2031-05-01"}),
    "GET milestones/<>/cancellation/": Ask("/milestones/{milestone}/cancellation/"),
    "POST milestones/<>/cancellation/": Ask("/milestones/{milestone}/cancellation/", REASON),
    "GET milestones/<>/deletion/": Ask("/milestones/{milestone}/deletion/"),
    "POST milestones/<>/deletion/": Ask("/milestones/{milestone}/deletion/"),
    "GET outputs/": Ask("/outputs/"),
    "GET outputs/new/": Ask("/outputs/new/?project={project}"),
    "POST outputs/new/": Ask("/outputs/new/", {"project": "{project}", "code": "brand-new", "name": "Brand new"}),
    "GET outputs/<>/": Ask("/outputs/{output}/"),
    "GET outputs/<>/edit/": Ask("/outputs/{output}/edit/"),
    "POST outputs/<>/edit/": Ask("/outputs/{output}/edit/", {"name": "Renamed"}),
    "GET outputs/<>/deletion/": Ask("/outputs/{unused_output}/deletion/"),
    "POST outputs/<>/deletion/": Ask("/outputs/{unused_output}/deletion/"),
    # environments, services, routes, bookings
    "GET environments/": Ask("/environments/"),
    "GET environments/new/": Ask("/environments/new/"),
    "POST environments/new/": Ask("/environments/new/", {"slug": "brand-new", "name": "Brand new", "stage": "test"}),
    "GET environments/<>/": Ask("/environments/{environment}/"),
    "GET environments/<>/edit/": Ask("/environments/{environment}/edit/"),
    "POST environments/<>/edit/": Ask("/environments/{environment}/edit/", {"name": "Renamed", "stage": "test"}),
    "GET environments/<>/deletion/": Ask("/environments/{environment}/deletion/"),
    "POST environments/<>/deletion/": Ask("/environments/{unused_environment}/deletion/"),
    "GET services/": Ask("/services/"),
    "GET services/new/": Ask("/services/new/"),
    "POST services/new/": Ask("/services/new/", {"slug": "brand-new", "name": "Brand new"}),
    "GET services/<>/": Ask("/services/{service}/"),
    "GET services/<>/edit/": Ask("/services/{service}/edit/"),
    "POST services/<>/edit/": Ask("/services/{service}/edit/", {"name": "Renamed"}),
    "GET services/<>/deletion/": Ask("/services/{service}/deletion/"),
    "POST services/<>/deletion/": Ask("/services/{unused_service}/deletion/"),
    "GET routes/": Ask("/routes/"),
    "GET routes/new/": Ask("/routes/new/"),
    "POST routes/new/": Ask("/routes/new/", {"slug": "brand-new", "name": "Brand new"}),
    "GET routes/<>/": Ask("/routes/{route}/"),
    "GET routes/<>/edit/": Ask("/routes/{route}/edit/"),
    "POST routes/<>/edit/": Ask("/routes/{route}/edit/", {"name": "Renamed"}),
    "GET routes/<>/deletion/": Ask("/routes/{unused_route}/deletion/"),
    "POST routes/<>/deletion/": Ask("/routes/{unused_route}/deletion/"),
    "GET bookings/new/": Ask("/bookings/new/?environment={environment}"),
    "POST bookings/new/": Ask("/bookings/new/", BOOKED_ON_PAGE),
    "GET bookings/<>/": Ask("/bookings/{booking}/"),
    "GET bookings/<>/edit/": Ask("/bookings/{booking}/edit/"),
    "POST bookings/<>/edit/": Ask("/bookings/{booking}/edit/", BOOKED_ON_PAGE),
    "GET bookings/<>/cancellation/": Ask("/bookings/{booking}/cancellation/"),
    "POST bookings/<>/cancellation/": Ask("/bookings/{booking}/cancellation/"),
    # the standards
    "GET procedures/": Ask("/procedures/"),
    "GET procedures/new/": Ask("/procedures/new/"),
    "POST procedures/new/": Ask("/procedures/new/", {"slug": "brand-new", "name": "Brand new", "body": "Do it."}),
    "GET procedures/<>/": Ask("/procedures/{procedure}/"),
    "GET procedures/<>/edit/": Ask("/procedures/{procedure}/edit/"),
    "POST procedures/<>/edit/": Ask("/procedures/{procedure}/edit/", {"name": "Renamed", "body": "Do it."}),
    "GET procedures/<>/comparison/": Ask("/procedures/{procedure}/comparison/"),
    "GET policies/": Ask("/policies/"),
    "GET policies/new/": Ask("/policies/new/"),
    "POST policies/new/": Ask("/policies/new/", {"slug": "brand-new", "name": "Brand new"}),
    "GET policies/<>/": Ask("/policies/{policy}/"),
    "GET policies/<>/edit/": Ask("/policies/{policy}/edit/"),
    "POST policies/<>/edit/": Ask("/policies/{policy}/edit/", {"name": "Renamed"}),
    "GET policies/<>/retirement/": Ask("/policies/{policy}/retirement/"),
    "POST policies/<>/retirement/": Ask("/policies/{unused_policy}/retirement/", REASON),
    "GET policies/<>/restoration/": Ask("/policies/{policy}/restoration/"),
    "POST policies/<>/restoration/": Ask("/policies/{retired_policy}/restoration/"),
    "GET policies/<>/draft/": Ask("/policies/{policy}/draft/"),
    "POST policies/<>/draft/": Ask("/policies/{policy}/draft/", {"note": "Something else"}),
    "GET policies/<>/draft/deletion/": Ask("/policies/{policy}/draft/deletion/"),
    "POST policies/<>/draft/deletion/": Ask("/policies/{policy}/draft/deletion/"),
    "GET policies/<>/comparison/": Ask("/policies/{policy}/comparison/"),
    "GET policies/<>/versions/<>/": Ask("/policies/{policy}/versions/{policy_draft}/"),
    "GET policies/<>/versions/<>/publication/": Ask("/policies/{policy}/versions/{policy_draft}/publication/"),
    "POST policies/<>/versions/<>/publication/": Ask("/policies/{policy}/versions/{policy_draft}/publication/"),
    # releases and promotions
    "GET releases/": Ask("/releases/"),
    "GET releases/<>/": Ask("/releases/{release}/"),
    "GET releases/new/": Ask("/releases/new/"),
    "POST releases/new/": Ask("/releases/new/", NEW_RELEASE),
    "GET releases/<>/edit/": Ask("/releases/{release}/edit/"),
    "POST releases/<>/edit/": Ask("/releases/{draft}/edit/", NEW_RELEASE),
    "GET releases/<>/copy/": Ask("/releases/{release}/copy/"),
    "POST releases/<>/copy/": Ask("/releases/{release}/copy/", {"version": "9.9.9"}),
    "GET releases/<>/assessment/": Ask("/releases/{assessed}/assessment/"),
    "POST releases/<>/assessment/": Ask("/releases/{assessed}/assessment/", {_WAY_BACK: "No"}),
    "GET releases/<>/status/": Ask("/releases/{gone_live}/status/"),
    "POST releases/<>/status/": Ask("/releases/{gone_live}/status/", {"status": "closed"}),
    "GET releases/<>/members/": Ask("/releases/{package}/members/"),
    "POST releases/<>/members/": Ask("/releases/{package}/members/", {"members": "{draft}"}),
    "GET releases/<>/restriction/": Ask("/releases/{release}/restriction/"),
    "POST releases/<>/restriction/": Ask("/releases/{release}/restriction/", RESTRICTION),
    "GET releases/<>/opening/": Ask("/releases/{release}/opening/"),
    "POST releases/<>/opening/": Ask("/releases/{release}/opening/"),
    "GET releases/<>/cancellation/": Ask("/releases/{release}/cancellation/"),
    "POST releases/<>/cancellation/": Ask("/releases/{release}/cancellation/", REASON),
    "GET releases/<>/plan/": Ask("/releases/{release}/plan/"),
    "POST releases/<>/plan/": Ask("/releases/{release}/plan/"),
    "GET releases/<>/items/new/": Ask("/releases/{release}/items/new/"),
    "POST releases/<>/items/new/": Ask("/releases/{draft}/items/new/", {"service": "{service}"}),
    "GET releases/<>/items/<>/edit/": Ask("/releases/{release}/items/{item}/edit/"),
    "POST releases/<>/items/<>/edit/": Ask("/releases/{release}/items/{item}/edit/", {"version": "2.0.0"}),
    "GET releases/<>/items/<>/removal/": Ask("/releases/{release}/items/{item}/removal/"),
    "POST releases/<>/items/<>/removal/": Ask("/releases/{release}/items/{item}/removal/"),
    "GET releases/<>/candidates/new/": Ask("/releases/{release}/candidates/new/"),
    "POST releases/<>/candidates/new/": Ask("/releases/{release}/candidates/new/"),
    "GET releases/<>/contributions/new/": Ask("/releases/{release}/contributions/new/"),
    "POST releases/<>/contributions/new/": Ask("/releases/{draft}/contributions/new/", {"output": "{unused_output}"}),
    "GET releases/<>/contributions/<>/edit/": Ask("/releases/{release}/contributions/{contribution}/edit/"),
    "POST releases/<>/contributions/<>/edit/": Ask("/releases/{release}/contributions/{contribution}/edit/", {"strength": "soft"}),
    "GET releases/<>/contributions/<>/decision/": Ask("/releases/{release}/contributions/{offered}/decision/"),
    "POST releases/<>/contributions/<>/decision/": Ask(
        "/releases/{release}/contributions/{offered}/decision/", {"outcome": "accepted"}
    ),
    "GET releases/<>/contributions/<>/withdrawal/": Ask("/releases/{release}/contributions/{offered}/withdrawal/"),
    "POST releases/<>/contributions/<>/withdrawal/": Ask("/releases/{release}/contributions/{offered}/withdrawal/"),
    "GET releases/<>/prerequisites/new/": Ask("/releases/{release}/prerequisites/new/"),
    "POST releases/<>/prerequisites/new/": Ask("/releases/{release}/prerequisites/new/", {"needs": "{needed}"}),
    "GET releases/<>/prerequisites/<>/removal/": Ask("/releases/{release}/prerequisites/{prerequisite}/removal/"),
    "POST releases/<>/prerequisites/<>/removal/": Ask("/releases/{release}/prerequisites/{prerequisite}/removal/"),
    "GET outputs/<>/offer/": Ask("/outputs/{unused_output}/offer/"),
    "POST outputs/<>/offer/": Ask("/outputs/{unused_output}/offer/", {"release": "{draft}"}),
    "GET promotions/": Ask("/promotions/"),
    "GET promotions/new/": Ask("/promotions/new/?release={draft}"),
    "POST promotions/new/": Ask(
        "/promotions/new/?release={draft}", {"release": "{draft}", "environment": "{unused_environment}", **MOVED_ON_PAGE}
    ),
    "GET promotions/<>/": Ask("/promotions/{promotion}/"),
    "GET promotions/<>/move/": Ask("/promotions/{promotion}/move/"),
    "POST promotions/<>/move/": Ask("/promotions/{promotion}/move/", {**MOVED_ON_PAGE, "confirmed": "yes"}),
    "GET promotions/<>/cancellation/": Ask("/promotions/{promotion}/cancellation/"),
    "POST promotions/<>/cancellation/": Ask("/promotions/{promotion}/cancellation/", REASON),
    # comments, search
    "GET comments/": Ask("/comments/?subject={subject}"),
    "GET comments/people/": Ask("/comments/people/"),
    "GET comments/new/": Ask("/comments/new/?subject={subject}"),
    "POST comments/new/": Ask("/comments/new/?subject={subject}", {"text": "Something new"}),
    "GET comments/<>/": Ask("/comments/{comment}/"),
    "GET comments/<>/edit/": Ask("/comments/{comment}/edit/"),
    "POST comments/<>/edit/": Ask("/comments/{comment}/edit/", {"text": "Said otherwise"}),
    "GET comments/<>/taking-back/": Ask("/comments/{comment}/taking-back/"),
    "POST comments/<>/taking-back/": Ask("/comments/{comment}/taking-back/"),
    "GET search/": Ask("/search/?q=release"),
    "GET start/": Ask("/start/"),
    "GET promotions/<>/request/": Ask("/promotions/{promotion}/request/"),
    "POST promotions/<>/request/": Ask("/promotions/{promotion}/request/"),
    "GET promotions/<>/withdrawal/": Ask("/promotions/{asked}/withdrawal/"),
    "POST promotions/<>/withdrawal/": Ask("/promotions/{asked}/withdrawal/", REASON),
    "GET approvals/": Ask("/approvals/"),
    "POST approvals/": Ask("/approvals/", {"decision": "approve", "promotions": ["{asked}:{asked_digest}"]}),
    "GET promotions/<>/approvals/new/": Ask("/promotions/{asked}/approvals/new/"),
    "POST promotions/<>/approvals/new/": Ask("/promotions/{asked}/approvals/new/", {**YES, "conditions-rows": "0"}),
    "GET promotions/<>/approvals/taking-back/": Ask("/promotions/{asked}/approvals/taking-back/"),
    "POST promotions/<>/approvals/taking-back/": Ask("/promotions/{asked}/approvals/taking-back/"),
    "GET promotions/<>/run/": Ask("/promotions/{ready}/run/"),
    "POST promotions/<>/run/": Ask("/promotions/{ready}/run/"),
    "GET promotions/<>/pause/": Ask("/promotions/{running}/pause/"),
    "POST promotions/<>/pause/": Ask("/promotions/{running}/pause/", REASON),
    "GET promotions/<>/resumption/": Ask("/promotions/{paused}/resumption/"),
    "POST promotions/<>/resumption/": Ask("/promotions/{paused}/resumption/"),
    "GET promotions/<>/outcome/": Ask("/promotions/{running}/outcome/"),
    "POST promotions/<>/outcome/": Ask("/promotions/{running}/outcome/", {"outcome": "failed"}),
    "GET promotions/<>/roll-back/": Ask("/promotions/{failed}/roll-back/"),
    "POST promotions/<>/roll-back/": Ask("/promotions/{failed}/roll-back/", REASON),
    "GET releases/<>/approvals/new/": Ask("/releases/{asked_package}/approvals/new/"),
    "POST releases/<>/approvals/new/": Ask(
        "/releases/{asked_package}/approvals/new/", {"decision": "approve", "promotions": ["{asked}:{asked_digest}"]}
    ),
    # audiences and what they need
    "GET releases/<>/audiences/new/": Ask("/releases/{gated}/audiences/new/"),
    "POST releases/<>/audiences/new/": Ask("/releases/{gated}/audiences/new/", {"name": "Drivers"}),
    "GET releases/<>/audiences/<>/": Ask("/releases/{gated}/audiences/{audience}/"),
    "GET releases/<>/audiences/<>/edit/": Ask("/releases/{gated}/audiences/{audience}/edit/"),
    "POST releases/<>/audiences/<>/edit/": Ask("/releases/{gated}/audiences/{audience}/edit/", {"name": "Renamed"}),
    "GET releases/<>/audiences/<>/removal/": Ask("/releases/{gated}/audiences/{audience}/removal/"),
    "POST releases/<>/audiences/<>/removal/": Ask("/releases/{gated}/audiences/{audience}/removal/"),
    "GET releases/<>/audiences/<>/draft/": Ask("/releases/{gated}/audiences/{audience}/draft/"),
    "POST releases/<>/audiences/<>/draft/": Ask("/releases/{gated}/audiences/{audience}/draft/"),
    "GET releases/<>/audiences/<>/preparations/new/": Ask("/releases/{gated}/audiences/{audience}/preparations/new/"),
    "POST releases/<>/audiences/<>/preparations/new/": Ask(
        "/releases/{gated}/audiences/{audience}/preparations/new/", {"need": "notice"}
    ),
    "GET releases/<>/preparations/<>/edit/": Ask("/releases/{gated}/preparations/{preparation}/edit/"),
    "POST releases/<>/preparations/<>/edit/": Ask("/releases/{gated}/preparations/{preparation}/edit/", {"need": "briefing"}),
    "GET releases/<>/preparations/<>/removal/": Ask("/releases/{gated}/preparations/{preparation}/removal/"),
    "POST releases/<>/preparations/<>/removal/": Ask("/releases/{gated}/preparations/{preparation}/removal/"),
    "GET releases/<>/preparations/<>/completion/": Ask("/releases/{gated}/preparations/{preparation}/completion/"),
    "POST releases/<>/preparations/<>/completion/": Ask("/releases/{gated}/preparations/{preparation}/completion/"),
    "GET releases/<>/preparations/<>/reopening/": Ask("/releases/{gated}/preparations/{done}/reopening/"),
    "POST releases/<>/preparations/<>/reopening/": Ask("/releases/{gated}/preparations/{done}/reopening/"),
    # gates
    "GET releases/<>/gates/<>/": Ask("/releases/{gated}/gates/{gate}/"),
    "GET releases/<>/gates/<>/ticks/": Ask("/releases/{gated}/gates/{gate}/ticks/"),
    "POST releases/<>/gates/<>/ticks/": Ask("/releases/{gated}/gates/{gate}/ticks/", {"ticked": ["Done"]}),
    "GET releases/<>/gates/<>/decision/": Ask("/releases/{gated}/gates/{gate}/decision/"),
    "POST releases/<>/gates/<>/decision/": Ask("/releases/{gated}/gates/{gate}/decision/", PASSED),
    "GET releases/<>/gates/<>/reopening/": Ask("/releases/{gated}/gates/{decided_gate}/reopening/"),
    "POST releases/<>/gates/<>/reopening/": Ask("/releases/{gated}/gates/{decided_gate}/reopening/"),
    "GET releases/<>/gates/<>/evidence/new/": Ask("/releases/{gated}/gates/{gate}/evidence/new/"),
    "POST releases/<>/gates/<>/evidence/new/": Ask("/releases/{gated}/gates/{gate}/evidence/new/", NOTE),
    "GET evidence/<>/file": Ask("/evidence/{evidence}/file"),
    "GET releases/<>/gates/<>/waivers/new/": Ask("/releases/{gated}/gates/{gate}/waivers/new/"),
    "POST releases/<>/gates/<>/waivers/new/": Ask(
        "/releases/{gated}/gates/{gate}/waivers/new/", {**WAIVED, "expires_at": _IN_A_MONTH}
    ),
    "GET releases/<>/gates/<>/waivers/<>/ending/": Ask("/releases/{gated}/gates/{waived_gate}/waivers/{waiver}/ending/"),
    "POST releases/<>/gates/<>/waivers/<>/ending/": Ask("/releases/{gated}/gates/{waived_gate}/waivers/{waiver}/ending/"),
    "GET live/": Ask("/live/"),
    # files
    "GET reminders/rules/": Ask("/reminders/rules/"),
    "GET reminders/rules/<>/": Ask("/reminders/rules/{reminder_rule}/"),
    "GET reminders/rules/<>/edit/": Ask("/reminders/rules/{reminder_rule}/edit/"),
    "POST reminders/rules/<>/edit/": Ask("/reminders/rules/{reminder_rule}/edit/", RULE | {"offsets": "-9, -2"}),
    "GET reminders/deliveries/": Ask("/reminders/deliveries/"),
    "GET reminders/deliveries/retry/": Ask("/reminders/deliveries/retry/"),
    "POST reminders/deliveries/retry/": Ask("/reminders/deliveries/retry/"),
    "GET reminders/deliveries/release/": Ask("/reminders/deliveries/release/"),
    "POST reminders/deliveries/release/": Ask("/reminders/deliveries/release/"),
    "GET reminders/deliveries/drop/": Ask("/reminders/deliveries/drop/"),
    "POST reminders/deliveries/drop/": Ask("/reminders/deliveries/drop/"),
    "GET reminders/deliveries/<>/retry/": Ask("/reminders/deliveries/{delivery}/retry/"),
    "POST reminders/deliveries/<>/retry/": Ask("/reminders/deliveries/{delivery}/retry/"),
    "GET webhooks/": Ask("/webhooks/"),
    "GET webhooks/new/": Ask("/webhooks/new/"),
    "POST webhooks/new/": Ask("/webhooks/new/", WEBHOOK),
    "GET webhooks/<>/": Ask("/webhooks/{webhook}/"),
    "GET webhooks/<>/edit/": Ask("/webhooks/{webhook}/edit/"),
    "POST webhooks/<>/edit/": Ask("/webhooks/{webhook}/edit/", WEBHOOK),
    "GET webhooks/<>/switch/": Ask("/webhooks/{webhook}/switch/"),
    "POST webhooks/<>/switch/": Ask("/webhooks/{webhook}/switch/"),
    "GET webhooks/<>/secret/": Ask("/webhooks/{webhook}/secret/"),
    "POST webhooks/<>/secret/": Ask("/webhooks/{webhook}/secret/"),
    "GET webhooks/<>/test/": Ask("/webhooks/{webhook}/test/"),
    "POST webhooks/<>/test/": Ask("/webhooks/{webhook}/test/"),
    "GET webhooks/<>/delete/": Ask("/webhooks/{webhook}/delete/"),
    "POST webhooks/<>/delete/": Ask("/webhooks/{webhook}/delete/"),
    "GET webhooks/<>/messages/": Ask("/webhooks/{webhook}/messages/"),
    "GET webhooks/<>/messages/<>/redelivery/": Ask("/webhooks/{webhook}/messages/{webhook_message}/redelivery/"),
    "POST webhooks/<>/messages/<>/redelivery/": Ask("/webhooks/{webhook}/messages/{webhook_message}/redelivery/"),
    "GET imports/": Ask("/imports/"),
    "POST imports/": Ask("/imports/", file=FILE),
    "GET imports/<>/": Ask("/imports/{import}/"),
    "POST imports/<>/confirmation/": Ask("/imports/{import}/confirmation/"),
    "GET imports/templates/<>.<>": Ask("/imports/templates/projects.csv"),
    "GET exports/<>.<>": Ask("/exports/projects.csv"),
    # oneself
    "GET me/": Ask("/me/"),
    "POST me/preferences/": Ask("/me/preferences/", {"time_zone": "Europe/Berlin"}),
    "GET me/inbox/": Ask("/me/inbox/"),
    "POST me/inbox/reading/": Ask("/me/inbox/reading/"),
    "GET me/inbox/<>/open/": Ask("/me/inbox/{entry}/open/"),
    "POST me/inbox/<>/reading/": Ask("/me/inbox/{entry}/reading/"),
    "GET me/reminders/": Ask("/me/reminders/"),
    "GET me/reminders/quiet-hours/": Ask("/me/reminders/quiet-hours/"),
    "POST me/reminders/quiet-hours/": Ask("/me/reminders/quiet-hours/", {"quiet_weekends": "on"}),
    "POST me/reminders/subscriptions/": Ask("/me/reminders/subscriptions/", {"subject": "{subject}", "attention": "watch"}),
    "POST me/reminders/subscriptions/<>/end/": Ask("/me/reminders/subscriptions/{subscription}/end/"),
    "GET me/reminders/teams/": Ask("/me/reminders/teams/"),
    "GET me/reminders/teams/<>/": Ask("/me/reminders/teams/{team}/"),
    "POST me/reminders/teams/<>/": Ask("/me/reminders/teams/{team}/", {"subject": "{subject}"}),
    "POST me/reminders/teams/<>/<>/end/": Ask("/me/reminders/teams/{team}/{team_subscription}/end/"),
    "POST me/reminders/channels/<>/": Ask("/me/reminders/channels/email/"),
    "GET me/reminders/chat/": Ask("/me/reminders/chat/"),
    "POST me/reminders/chat/": Ask("/me/reminders/chat/", CHAT),
    "GET me/reminders/chat/removal/": Ask("/me/reminders/chat/removal/"),
    "POST me/reminders/chat/removal/": Ask("/me/reminders/chat/removal/"),
    "POST me/reminders/chat/test/": Ask("/me/reminders/chat/test/"),
    "POST me/tokens/": Ask("/me/tokens/", {"name": "Mine", "scopes": ["read"], "days": "1"}),
    "POST me/absences/": Ask("/me/absences/", {"starts_at": "2031-05-01T10:00", "ends_at": "2031-05-02T10:00"}),
    "POST me/absences/<>/withdrawal/": Ask("/me/absences/{absence}/withdrawal/"),
    "POST me/tokens/<>/revocation/": Ask("/me/tokens/{token}/revocation/"),
    "POST me/sessions/<>/end/": Ask("/me/sessions/{session}/end/"),
}

REST: Final[dict[str, Ask]] = {
    "GET ": Ask(""),
    "GET openapi.json": Ask("openapi.json"),
    "GET docs/": Ask("docs/"),
    "GET me/": Ask("me/"),
    "GET me/chat-address/": Ask("me/chat-address/"),
    "PUT me/chat-address/": Ask("me/chat-address/", CHAT),
    "DELETE me/chat-address/": Ask("me/chat-address/"),
    "POST me/chat-address/test/": Ask("me/chat-address/test/"),
    "GET changes/": Ask("changes/"),
    "GET schedule/": Ask("schedule/"),
    "GET programs/": Ask("programs/"),
    "POST programs/": Ask("programs/", {"code": "brand-new", "name": "Brand new"}),
    "GET programs/<>/": Ask("programs/{program}/"),
    "PATCH programs/<>/": Ask("programs/{program}/", {"name": "Renamed"}),
    "DELETE programs/<>/": Ask("programs/{unused_program}/"),
    "POST programs/<>/restriction/": Ask("programs/{program}/restriction/", RESTRICTED_BY_PROGRAM),
    "DELETE programs/<>/restriction/": Ask("programs/{program}/restriction/"),
    "GET projects/": Ask("projects/"),
    "POST projects/": Ask("projects/", {"code": "brand-new", "name": "Brand new"}),
    "GET projects/<>/": Ask("projects/{project}/"),
    "PATCH projects/<>/": Ask("projects/{project}/", {"name": "Renamed"}),
    "POST projects/<>/cancellation/": Ask("projects/{project}/cancellation/", REASON),
    "POST projects/<>/restriction/": Ask("projects/{project}/restriction/", RESTRICTED_BY_PROGRAM),
    "DELETE projects/<>/restriction/": Ask("projects/{project}/restriction/"),
    "GET milestones/": Ask("milestones/"),
    "POST milestones/": Ask(
        "milestones/", {"project": "{project}", "code": "brand-new", "name": "Brand new", "starts_on": "2031-05-01"}
    ),
    "GET milestones/<>/": Ask("milestones/{milestone}/"),
    "PATCH milestones/<>/": Ask("milestones/{milestone}/", {"name": "Renamed"}),
    "DELETE milestones/<>/": Ask("milestones/{milestone}/"),
    "POST milestones/<>/cancellation/": Ask("milestones/{milestone}/cancellation/", REASON),
    "GET outputs/": Ask("outputs/"),
    "POST outputs/": Ask("outputs/", {"project": "{project}", "code": "brand-new", "name": "Brand new"}),
    "GET outputs/<>/": Ask("outputs/{output}/"),
    "PATCH outputs/<>/": Ask("outputs/{output}/", {"name": "Renamed"}),
    "DELETE outputs/<>/": Ask("outputs/{unused_output}/"),
    "GET environments/": Ask("environments/"),
    "POST environments/": Ask("environments/", {"slug": "brand-new", "name": "Brand new", "stage": "test"}),
    "GET environments/<>/": Ask("environments/{environment}/"),
    "PATCH environments/<>/": Ask("environments/{environment}/", {"name": "Renamed"}),
    "DELETE environments/<>/": Ask("environments/{unused_environment}/"),
    "GET services/": Ask("services/"),
    "POST services/": Ask("services/", {"slug": "brand-new", "name": "Brand new"}),
    "GET services/<>/": Ask("services/{service}/"),
    "PATCH services/<>/": Ask("services/{service}/", {"name": "Renamed"}),
    "DELETE services/<>/": Ask("services/{unused_service}/"),
    "GET routes/": Ask("routes/"),
    "POST routes/": Ask("routes/", {"slug": "brand-new", "name": "Brand new"}),
    "GET routes/<>/": Ask("routes/{route}/"),
    "PATCH routes/<>/": Ask("routes/{route}/", {"name": "Renamed"}),
    "DELETE routes/<>/": Ask("routes/{unused_route}/"),
    "GET bookings/": Ask("bookings/"),
    "POST bookings/": Ask("bookings/", BOOKED),
    "GET bookings/<>/": Ask("bookings/{booking}/"),
    "PATCH bookings/<>/": Ask("bookings/{booking}/", {"purpose": "Something else"}),
    "DELETE bookings/<>/": Ask("bookings/{booking}/"),
    "GET procedures/": Ask("procedures/"),
    "POST procedures/": Ask("procedures/", {"slug": "brand-new", "name": "Brand new", "body": "Do it."}),
    "GET procedures/<>/": Ask("procedures/{procedure}/"),
    "PATCH procedures/<>/": Ask("procedures/{procedure}/", {"name": "Renamed"}),
    "GET policies/": Ask("policies/"),
    "POST policies/": Ask("policies/", {"slug": "brand-new", "name": "Brand new"}),
    "GET policies/<>/": Ask("policies/{policy}/"),
    "PATCH policies/<>/": Ask("policies/{policy}/", {"name": "Renamed"}),
    "POST policies/<>/retirement/": Ask("policies/{unused_policy}/retirement/", REASON),
    "DELETE policies/<>/retirement/": Ask("policies/{retired_policy}/retirement/"),
    "GET policies/<>/versions/": Ask("policies/{policy}/versions/"),
    "POST policies/<>/versions/": Ask("policies/{unused_policy}/versions/", {"note": "The first"}),
    "GET policies/<>/versions/<>/": Ask("policies/{policy}/versions/{policy_draft}/"),
    "PATCH policies/<>/versions/<>/": Ask("policies/{policy}/versions/{policy_draft}/", {"note": "Something else"}),
    "DELETE policies/<>/versions/<>/": Ask("policies/{policy}/versions/{policy_draft}/"),
    "POST policies/<>/versions/<>/publication/": Ask("policies/{policy}/versions/{policy_draft}/publication/"),
    "GET releases/": Ask("releases/"),
    "GET releases/<>/": Ask("releases/{release}/"),
    "GET releases/<>/members/": Ask("releases/{release}/members/"),
    "GET releases/<>/events/": Ask("releases/{release}/events/"),
    "POST releases/": Ask("releases/", NEW_RELEASE),
    "PATCH releases/<>/": Ask("releases/{release}/", {"description": "In other words"}),
    "POST releases/<>/cancellation/": Ask("releases/{release}/cancellation/", REASON),
    "POST releases/<>/copies/": Ask("releases/{release}/copies/", {"version": "9.9.9"}),
    "POST releases/<>/restriction/": Ask("releases/{release}/restriction/", RESTRICTED_BY_PROGRAM),
    "DELETE releases/<>/restriction/": Ask("releases/{release}/restriction/"),
    "POST releases/<>/members/": Ask("releases/{package}/members/", {"release": "{draft}"}),
    "GET releases/<>/members/<>/": Ask("releases/{package}/members/{member}/"),
    "DELETE releases/<>/members/<>/": Ask("releases/{package}/members/{member}/"),
    "POST releases/<>/items/": Ask("releases/{draft}/items/", {"service": "{service}"}),
    "PATCH releases/<>/items/<>/": Ask("releases/{release}/items/{item}/", {"version": "2.0.0"}),
    "DELETE releases/<>/items/<>/": Ask("releases/{release}/items/{item}/"),
    "POST releases/<>/candidates/": Ask("releases/{release}/candidates/", {}),
    "POST releases/<>/contributions/": Ask("releases/{draft}/contributions/", {"output": "{project}/unused"}),
    "PATCH releases/<>/contributions/<>/": Ask("releases/{release}/contributions/{contribution}/", {"strength": "soft"}),
    "DELETE releases/<>/contributions/<>/": Ask("releases/{release}/contributions/{offered}/"),
    "POST releases/<>/contributions/<>/decision/": Ask(
        "releases/{release}/contributions/{offered}/decision/", {"outcome": "accepted"}
    ),
    "POST releases/<>/prerequisites/": Ask("releases/{release}/prerequisites/", {"needs": "{needed}"}),
    "DELETE releases/<>/prerequisites/<>/": Ask("releases/{release}/prerequisites/{prerequisite}/"),
    "POST releases/<>/promotions/": Ask("releases/{draft}/promotions/", {"environment": "{unused_environment}", **MOVED}),
    "POST promotions/": Ask("promotions/", {"release": "{draft}", "environment": "{unused_environment}", **MOVED}),
    "PATCH promotions/<>/": Ask("promotions/{promotion}/", MOVED),
    "POST promotions/<>/cancellation/": Ask("promotions/{promotion}/cancellation/", REASON),
    "GET releases/<>/items/": Ask("releases/{release}/items/"),
    "GET releases/<>/items/<>/": Ask("releases/{release}/items/{item}/"),
    "GET releases/<>/candidates/": Ask("releases/{release}/candidates/"),
    "GET releases/<>/candidates/<>/": Ask("releases/{release}/candidates/{candidate}/"),
    "GET releases/<>/contributions/": Ask("releases/{release}/contributions/"),
    "GET releases/<>/contributions/<>/": Ask("releases/{release}/contributions/{contribution}/"),
    "GET releases/<>/prerequisites/": Ask("releases/{release}/prerequisites/"),
    "GET releases/<>/prerequisites/<>/": Ask("releases/{release}/prerequisites/{prerequisite}/"),
    "GET releases/<>/promotions/": Ask("releases/{release}/promotions/"),
    "GET promotions/": Ask("promotions/"),
    "GET promotions/<>/": Ask("promotions/{promotion}/"),
    "POST promotions/<>/request/": Ask("promotions/{promotion}/request/"),
    "DELETE promotions/<>/request/": Ask("promotions/{asked}/request/"),
    "GET approvals/": Ask("approvals/"),
    "GET releases/<>/approvals/": Ask("releases/{asked_package}/approvals/"),
    "POST releases/<>/approvals/": Ask(
        "releases/{asked_package}/approvals/",
        {"decision": "approve", "promotions": [{"promotion": "{asked}", "digest": "{asked_digest}"}]},
    ),
    "GET promotions/<>/approvals/": Ask("promotions/{asked}/approvals/"),
    "POST promotions/<>/approvals/": Ask("promotions/{asked}/approvals/", YES),
    "DELETE promotions/<>/approvals/": Ask("promotions/{asked}/approvals/"),
    "GET promotions/<>/approvals/<>/": Ask("promotions/{asked}/approvals/{approval}/"),
    "POST promotions/<>/run/": Ask("promotions/{ready}/run/", {}),
    "POST promotions/<>/pause/": Ask("promotions/{running}/pause/", REASON),
    "DELETE promotions/<>/pause/": Ask("promotions/{paused}/pause/"),
    "POST promotions/<>/outcome/": Ask("promotions/{running}/outcome/", {"outcome": "failed"}),
    "GET releases/<>/questionnaire/": Ask("releases/{assessed}/questionnaire/"),
    "GET releases/<>/assessments/": Ask("releases/{assessed}/assessments/"),
    "GET releases/<>/assessments/<>/": Ask("releases/{assessed}/assessments/{assessment}/"),
    "POST releases/<>/assessments/": Ask(
        "releases/{assessed}/assessments/", {"answers": [{"question": "way-back", "answer": "No"}]}
    ),
    # audiences and what they need
    "GET releases/<>/audiences/": Ask("releases/{gated}/audiences/"),
    "POST releases/<>/audiences/": Ask("releases/{gated}/audiences/", {"name": "Drivers"}),
    "GET releases/<>/audiences/<>/": Ask("releases/{gated}/audiences/{audience}/"),
    "PATCH releases/<>/audiences/<>/": Ask("releases/{gated}/audiences/{audience}/", {"site": "Leipzig"}),
    "DELETE releases/<>/audiences/<>/": Ask("releases/{gated}/audiences/{audience}/"),
    "POST releases/<>/audiences/<>/draft/": Ask("releases/{gated}/audiences/{audience}/draft/", {}),
    "GET releases/<>/preparations/": Ask("releases/{gated}/preparations/"),
    "POST releases/<>/preparations/": Ask("releases/{gated}/preparations/", {"audience": "{audience}", "need": "notice"}),
    "GET releases/<>/preparations/<>/": Ask("releases/{gated}/preparations/{preparation}/"),
    "PATCH releases/<>/preparations/<>/": Ask("releases/{gated}/preparations/{preparation}/", {"about": "Refunds"}),
    "DELETE releases/<>/preparations/<>/": Ask("releases/{gated}/preparations/{preparation}/"),
    "POST releases/<>/preparations/<>/completion/": Ask("releases/{gated}/preparations/{preparation}/completion/", {}),
    "DELETE releases/<>/preparations/<>/completion/": Ask("releases/{gated}/preparations/{done}/completion/"),
    # gates
    "GET releases/<>/gates/": Ask("releases/{gated}/gates/"),
    "GET gates/": Ask("gates/"),
    "GET gates/<>/": Ask("gates/{gate}/"),
    "PATCH gates/<>/": Ask("gates/{gate}/", {"ticked": ["Done"]}),
    "POST gates/<>/decision/": Ask("gates/{gate}/decision/", PASSED),
    "DELETE gates/<>/decision/": Ask("gates/{decided_gate}/decision/"),
    "GET gates/<>/decisions/": Ask("gates/{decided_gate}/decisions/"),
    "GET gates/<>/decisions/<>/": Ask("gates/{decided_gate}/decisions/{gate_decision}/"),
    "GET gates/<>/evidence/": Ask("gates/{gate}/evidence/"),
    "POST gates/<>/evidence/": Ask("gates/{gate}/evidence/", NOTE),
    "GET gates/<>/evidence/<>/": Ask("gates/{gate}/evidence/{evidence}/"),
    "GET gates/<>/waivers/": Ask("gates/{waived_gate}/waivers/"),
    "POST gates/<>/waivers/": Ask("gates/{gate}/waivers/", WAIVED),
    "GET gates/<>/waivers/<>/": Ask("gates/{waived_gate}/waivers/{waiver}/"),
    "DELETE gates/<>/waivers/<>/": Ask("gates/{waived_gate}/waivers/{waiver}/"),
    "GET deployments/": Ask("deployments/"),
    "GET deployments/<>/": Ask("deployments/{deployment}/"),
    "GET promotions/<>/verdict/": Ask("promotions/{promotion}/verdict/"),
    "POST verdicts/": Ask("verdicts/", {"release": "{release}", "environment": "{environment}"}),
    "GET live/": Ask("live/"),
    "GET feeds/": Ask("feeds/"),
    "POST feeds/": Ask("feeds/", {"name": "Mine"}),
    "GET feeds/<>/": Ask("feeds/{feed}/"),
    "PATCH feeds/<>/": Ask("feeds/{feed}/", {"name": "Renamed"}),
    "DELETE feeds/<>/": Ask("feeds/{feed}/"),
    "GET me/reminder-preferences/": Ask("me/reminder-preferences/"),
    "PATCH me/reminder-preferences/": Ask("me/reminder-preferences/", {"quiet_weekends": True}),
    "GET inbox/": Ask("inbox/"),
    "POST inbox/reading/": Ask("inbox/reading/", {}),
    "GET inbox/<>/": Ask("inbox/{entry}/"),
    "POST inbox/<>/reading/": Ask("inbox/{entry}/reading/", {}),
    "DELETE inbox/<>/reading/": Ask("inbox/{entry}/reading/"),
    "GET subscriptions/": Ask("subscriptions/"),
    "POST subscriptions/": Ask("subscriptions/", {"subject": "{subject}", "attention": "mute"}),
    "GET subscriptions/<>/": Ask("subscriptions/{subscription}/"),
    "DELETE subscriptions/<>/": Ask("subscriptions/{subscription}/"),
    "GET comments/": Ask("comments/?subject={subject}"),
    "POST comments/": Ask("comments/", {"subject": "{subject}", "text": "Something new"}),
    "GET comments/<>/": Ask("comments/{comment}/"),
    "PATCH comments/<>/": Ask("comments/{comment}/", {"text": "Said otherwise"}),
    "DELETE comments/<>/": Ask("comments/{comment}/"),
    "GET search/": Ask("search/?q=release"),
    "GET tokens/": Ask("tokens/"),
    "POST tokens/": Ask("tokens/", {"name": "Mine", "scopes": ["read"], "days": 1}),
    "GET tokens/<>/": Ask("tokens/{token}/"),
    "DELETE tokens/<>/": Ask("tokens/{token}/"),
    "GET reminder-rules/": Ask("reminder-rules/"),
    "GET reminder-rules/<>/": Ask("reminder-rules/{reminder_rule}/"),
    "PATCH reminder-rules/<>/": Ask("reminder-rules/{reminder_rule}/", {"offsets": [-9, -2]}),
    "GET webhooks/": Ask("webhooks/"),
    "POST webhooks/": Ask("webhooks/", WEBHOOK | {"kinds": ["release.*"]}),
    "GET webhooks/kinds/": Ask("webhooks/kinds/"),
    "GET webhooks/<>/": Ask("webhooks/{webhook}/"),
    "PATCH webhooks/<>/": Ask("webhooks/{webhook}/", {"name": "Renamed"}),
    "DELETE webhooks/<>/": Ask("webhooks/{webhook}/"),
    "POST webhooks/<>/secret/": Ask("webhooks/{webhook}/secret/"),
    "POST webhooks/<>/test/": Ask("webhooks/{webhook}/test/"),
    "GET webhooks/<>/messages/": Ask("webhooks/{webhook}/messages/"),
    "GET webhooks/<>/messages/<>/": Ask("webhooks/{webhook}/messages/{webhook_message}/"),
    "POST webhooks/<>/messages/<>/redelivery/": Ask("webhooks/{webhook}/messages/{webhook_message}/redelivery/"),
    "GET deliveries/": Ask("deliveries/"),
    "GET deliveries/backlog/": Ask("deliveries/backlog/"),
    "POST deliveries/backlog/": Ask("deliveries/backlog/", {"decision": "retry"}),
    "GET deliveries/<>/": Ask("deliveries/{delivery}/"),
    "POST deliveries/<>/acknowledgement/": Ask("deliveries/{delivery}/acknowledgement/", {}),
    "POST deliveries/<>/snooze/": Ask("deliveries/{delivery}/snooze/", {}),
    "POST deliveries/<>/retry/": Ask("deliveries/{delivery}/retry/"),
    "GET imports/": Ask("imports/"),
    "POST imports/": Ask("imports/?dry_run=true", file=FILE),
    "GET imports/<>/": Ask("imports/{import}/"),
}
