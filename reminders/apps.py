from django.apps import AppConfig

from common import labels


class RemindersConfig(AppConfig):
    name = "reminders"

    def ready(self) -> None:
        from reminders import receivers  # noqa: F401 - importing connects them
        from reminders.queries import names

        labels.add("rule", names.name_rules)
