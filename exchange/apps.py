from django.apps import AppConfig

from common import parts


class ExchangeConfig(AppConfig):
    name = "exchange"

    def ready(self) -> None:
        from exchange.views.files import list_downloads

        parts.add("list", 10, list_downloads)
