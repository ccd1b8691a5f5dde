from django.apps import AppConfig

from common import labels


class PoliciesConfig(AppConfig):
    name = "policies"

    def ready(self) -> None:
        from policies import queries

        labels.add("policy", queries.name_policies)
        labels.add("procedure", queries.name_procedures)
