from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "releasecal"
    label = "site"
