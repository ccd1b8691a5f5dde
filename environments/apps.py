from django.apps import AppConfig

from common import labels


class EnvironmentsConfig(AppConfig):
    name = "environments"

    def ready(self) -> None:
        from environments import queries

        labels.add("environment", queries.name_environments)
        labels.add("service", queries.name_services)
        labels.add("route", queries.name_routes)
        labels.add("booking", queries.name_bookings)
