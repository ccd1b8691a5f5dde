from importlib import import_module

from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "releasecal"
    label = "site"

    def ready(self) -> None:
        # Tasks sent from the web must find our broker, not Celery's default one.
        import_module("releasecal.celery")

        from common import parts
        from releasecal import tour

        parts.add("calendar.top", 10, tour.strip)
