from django.apps import AppConfig

from common import figures, labels, parts


class RemindersConfig(AppConfig):
    name = "reminders"

    def ready(self) -> None:
        from reminders import receivers  # noqa: F401 - importing connects them
        from reminders.queries import names
        from reminders.queries.inbox import unread
        from reminders.queries.webhooks import name_webhooks
        from reminders.views import mine, watching
        from reminders.vocabulary import WATCHABLE

        labels.add("rule", names.name_rules)
        labels.add("webhook", name_webhooks)
        figures.add("unread", unread)
        parts.add("me", 30, mine.of_me)
        parts.add("views", 10, watching.of_views)
        for kind in WATCHABLE:
            parts.add(kind, 80, mine.of_thing)
