from django.apps import AppConfig

from common import parts


class ScheduleConfig(AppConfig):
    name = "schedule"

    def ready(self) -> None:
        from schedule.views import my_feeds

        parts.add("me", 20, my_feeds.of_me)
