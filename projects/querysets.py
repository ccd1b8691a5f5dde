"""The phrases of projects' nouns. Doors start with `.visible_to(user)`; what belongs to a restricted thing is restricted with it.

Restricted things are few: their ids are asked first, by a partial index, so that the queries of everybody else stay plain.
"""

from typing import Any, Self

from django.apps import apps
from django.db import models
from django.db.models import Count, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from accounts.querysets import RestrictableQuerySet
from common.searching import with_words
from projects.vocabulary import DONE, ProjectStatus


class ProgramQuerySet(RestrictableQuerySet[Any]):
    def managed_by(self, user: Any) -> Q:
        """Its manager, and the owner teams of the services its outputs concern, see it though it is restricted."""
        return Q(manager=user.pk) | Q(projects__outputs__services__owner__in=user.team_ids)

    def with_people(self) -> Self:
        return self.select_related("manager")

    def with_project_counts(self, user: Any) -> Self:
        """Each with `project_count` and `active_count`, of those `user` may see."""
        seen = (
            apps.get_model("projects", "Project")
            .objects.visible_to(user)
            .filter(program=OuterRef("pk"))
            .order_by()
            .values("program")
        )
        return self.annotate(
            project_count=Coalesce(Subquery(seen.annotate(n=Count("pk")).values("n")), 0),
            active_count=Coalesce(Subquery(seen.filter(status=ProjectStatus.ACTIVE).annotate(n=Count("pk")).values("n")), 0),
        )

    def as_choices(self) -> list[tuple[str, str]]:
        """Code and name of each, for a filter."""
        return list(self.order_by("code").values_list("code", "name"))

    def matching(self, words: str) -> Self:
        return with_words(self, words, "code", "name", "description")


class ProjectQuerySet(RestrictableQuerySet[Any]):
    def managed_by(self, user: Any) -> Q:
        return Q(manager=user.pk) | Q(program__manager=user.pk) | Q(outputs__services__owner__in=user.team_ids)

    def with_people(self) -> Self:
        return self.select_related("manager", "sponsor")

    def with_output_counts(self) -> Self:
        """Each with `output_count`, and `done_count`: how many of these are delivered or accepted."""
        outputs = apps.get_model("projects", "Output").objects.filter(project=OuterRef("pk")).order_by().values("project")
        return self.annotate(
            output_count=Coalesce(Subquery(outputs.annotate(n=Count("pk")).values("n")), 0),
            done_count=Coalesce(Subquery(outputs.filter(status__in=DONE).annotate(n=Count("pk")).values("n")), 0),
        )

    def of_program(self, program: Any) -> Self:
        return self.filter(program=program)

    def hidden_from(self, user: Any) -> list[int]:
        """Restricted ones, and those of hidden programs but for their own managers."""
        hidden = super().hidden_from(user)
        programs = _hidden("Program", user)
        if programs:
            hidden += self.model.objects.filter(program__in=programs).exclude(manager=user.pk).values_list("pk", flat=True)
        return hidden

    def matching(self, words: str) -> Self:
        return with_words(self, words, "code", "name", "scope")


class BelongingQuerySet(models.QuerySet[Any]):
    """What belongs to a project and is seen with it."""

    def visible_to(self, user: Any) -> Self:
        if not user.is_authenticated:
            return self.none()
        hidden = _hidden("Project", user)
        # NOT IN with a null would be null: what belongs to no project at all is said apart.
        return self.exclude(project__isnull=False, project_id__in=hidden) if hidden else self


class MilestoneQuerySet(BelongingQuerySet):
    def visible_to(self, user: Any) -> Self:
        found = super().visible_to(user)
        hidden = _hidden("Program", user) if user.is_authenticated else []
        return found.exclude(program__isnull=False, program_id__in=hidden) if hidden else found

    def standing(self) -> Self:
        """Without the cancelled ones."""
        return self.filter(cancelled_at=None)

    def matching(self, words: str) -> Self:
        return with_words(self, words, "code", "name", "description")


class OutputQuerySet(BelongingQuerySet):
    def with_project(self) -> Self:
        return self.select_related("project__manager")

    def with_services(self) -> Self:
        return self.prefetch_related("services")

    def by_date(self) -> Self:
        """As they lie on the calendar; those without any date last."""
        return self.order_by(F("lies_on").asc(nulls_last=True), "code")

    def matching(self, words: str) -> Self:
        return with_words(self, words, "code", "name", "project__code")


def _hidden(model: str, user: Any) -> list[int]:
    hidden: list[int] = apps.get_model("projects", model).objects.hidden_from(user)
    return hidden
