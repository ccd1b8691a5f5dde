from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig

from common import labels


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from accounts import queries

        labels.add("user", queries.name_people)
        labels.add("team", queries.name_teams)


class AdministrationConfig(AdminConfig):
    """Django's administration with our own door."""

    default_site = "accounts.admin.Administration"
