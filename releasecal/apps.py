from importlib import import_module

from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "releasecal"
    label = "site"

    def ready(self) -> None:
        # Tasks sent from the web must find our broker, not Celery's default one.
        import_module("releasecal.celery")
