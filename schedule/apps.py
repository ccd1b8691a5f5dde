from django.apps import AppConfig

from common import labels, parts


class ScheduleConfig(AppConfig):
    name = "schedule"

    def ready(self) -> None:
        from schedule.queries.names import name_views
        from schedule.views import my_feeds

        labels.add("savedview", name_views)
        parts.add("me", 20, my_feeds.of_me)
