"""The words of reminders: what can be said, to whom, by which way, and what becomes of it."""

from datetime import timedelta
from typing import Final

from django.db import models


class Occasion(models.TextChoices):
    """What can be said. Each is one class in `occasions/`."""

    PROMOTION_AHEAD = "promotion_ahead", "promotion ahead"
    PROMOTION_OPENED = "promotion_opened", "promotion window opened"
    PROMOTION_MISSED = "promotion_missed", "promotion missed"
    RELEASE_AT_RISK = "release_at_risk", "promotion at risk because of an output"
    PREREQUISITE_SLIPPED = "prerequisite_slipped", "prerequisite slipped"
    APPROVAL_WAITING = "approval_waiting", "approval waiting"
    APPROVAL_LAPSING = "approval_lapsing", "approval about to lapse"
    APPROVAL_VOIDED = "approval_voided", "approval voided"
    OBLIGATION_DUE = "obligation_due", "something owed after an emergency"
    GATE_STARTS = "gate_starts", "last day to start on a gate"
    GATE_DUE = "gate_due", "gate due"
    GATE_DECIDED = "gate_decided", "gate decided"
    WAIVER_EXPIRING = "waiver_expiring", "waiver expiring"
    OUTPUT_DUE = "output_due", "output due"
    OUTPUT_ACCEPTED = "output_accepted", "output accepted"
    PROJECT_CLOSING = "project_closing", "project closing with outputs not live"


class OffsetUnit(models.TextChoices):
    WORKING_DAYS = "working_days", "working days"
    HOURS = "hours"


class Audience(models.TextChoices):
    """Who hears of it. `lead` is the next level up: who leads the team that owns it, else the manager of the program."""

    OWNER = "owner", "whoever it is for"
    RELEASE_MANAGER = "release_manager", "the release manager"
    PROJECT_MANAGER = "project_manager", "the project managers"
    APPROVERS = "approvers", "the approvers still missing"
    SUBSCRIBERS = "subscribers"
    TEAM = "team", "the owner team of the environment"
    LEAD = "lead", "the next level up"


class Severity(models.TextChoices):
    """`urgent` reaches those too who muted the subject."""

    INFO = "info"
    NORMAL = "normal"
    URGENT = "urgent"


class Channel(models.TextChoices):
    """By which way. The inbox is read here; each other has its folder in `channels/`."""

    INBOX = "inbox", "inbox"
    EMAIL = "email", "e-mail"
    CHAT = "chat", "chat"


class ReminderState(models.TextChoices):
    """`held`: it may have been said before a backup was restored, and waits for an operator."""

    PLANNED = "planned"
    HELD = "held"
    ADDRESSED = "addressed"
    CANCELLED = "cancelled"


class DeliveryState(models.TextChoices):
    PLANNED = "planned"
    LEASED = "leased"
    HANDING_OVER = "handing_over", "handing over"
    SENT = "sent"
    FAILED = "failed"
    DEAD = "dead"
    SKIPPED = "skipped"
    HELD = "held"
    GATHERED = "gathered"


class Pace(models.TextChoices):
    """How often somebody wants to get what is not urgent."""

    AT_ONCE = "at_once", "at once"
    DAILY = "daily", "together, once a day"
    WEEKLY = "weekly", "together, once a week"


class Attention(models.TextChoices):
    """What somebody asked of a thing: to hear of it, or to be spared."""

    WATCH = "watch"
    MUTE = "mute"


#: The ways by which something is handed over to others; people switch them off, and only them.
CARRIED: Final = (Channel.EMAIL, Channel.CHAT)

#: What waits to be sent, at once or again.
WAITING: Final = (DeliveryState.PLANNED, DeliveryState.FAILED)
#: What a worker has in hand.
IN_HAND: Final = (DeliveryState.LEASED, DeliveryState.HANDING_OVER)
#: What comes to nothing more by itself.
SETTLED: Final = (DeliveryState.SENT, DeliveryState.SKIPPED, DeliveryState.DEAD)

#: Why a delivery is skipped by a way that its recipient switched off.
SWITCHED_OFF: Final = "they switched this off"
#: Why a delivery is skipped of whose moment its recipient said that they know.
ACKNOWLEDGED: Final = "they know of it"
#: Why a delivery is skipped `LOOKED_BACK` after it was due.
TOO_LATE: Final = "too late to be said"

#: What one can watch, by kind.
WATCHABLE: Final = ("release", "project", "output", "service", "environment", "program", "savedview")

#: So far ahead reminders are planned; the full pass comes round much more often.
HORIZON: Final = timedelta(days=7)
#: So long after its due moment something is still said that could not be said in time.
LOOKED_BACK: Final = timedelta(days=7)
#: What lies back so long when it is read happened somewhere else, such as in an import; nobody is told any more.
NEWS_FOR: Final = timedelta(days=3)
#: What was due so shortly before it was planned is still said; said later than this, several reminders of one subject become one.
LATE: Final = timedelta(minutes=15)
#: The farthest offsets of a rule.
MOST_DAYS: Final = 60
MOST_HOURS: Final = 24 * 60
#: So many decisions of one kind of gate make a history.
ENOUGH_HISTORY: Final = 5
