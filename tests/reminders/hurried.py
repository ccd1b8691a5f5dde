"""The settings of workers in a hurry: the clock looks every second, leases are short, and what was refused comes back at once."""

from datetime import timedelta

from releasecal.settings import *  # noqa: F403 - settings that differ in three values
from releasecal.settings import CELERY as _CELERY

# Longer than a busy machine may let a worker stand still in the midst of one mail, which would count as a lost one.
REMINDER_LEASE = timedelta(seconds=10)
REMINDER_RETRIES = [timedelta(seconds=1)] * 40
CELERY = {
    **_CELERY,
    "beat_schedule": {"look-for-reminders": {"task": "reminders.tasks.look", "schedule": 1.0, "options": {"expires": 5}}},
}
