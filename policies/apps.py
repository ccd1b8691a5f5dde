from django.apps import AppConfig

from common import labels


class PoliciesConfig(AppConfig):
    name = "policies"

    def ready(self) -> None:
        from policies.queries import names

        labels.add("policy", names.name_policies)
        labels.add("procedure", names.name_procedures)
