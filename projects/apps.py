from django.apps import AppConfig

from common import labels


class ProjectsConfig(AppConfig):
    name = "projects"

    def ready(self) -> None:
        from projects import queries

        labels.add("program", queries.name_programs)
        labels.add("project", queries.name_projects)
        labels.add("milestone", queries.name_milestones)
        labels.add("output", queries.name_outputs)
