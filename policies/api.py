"""REST: procedures, policies and their versions."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.http import HttpResponse
from django.urls import path
from rest_framework.request import Request

from accounts.authentication import expect_confirmed
from common.converters import NAME
from common.reading import DetailView, ListView, Many, Question, ReadView, list_of, text_schema
from common.refusals import NotVisible
from common.rows import Seen
from common.writing import Acts, Changes, Creates, Removes, Undoes
from policies.actions import policies, procedures, versions
from policies.filters import PolicyFilter, ProcedureFilter, VersionFilter
from policies.forms import (
    NewPolicyShape,
    NewProcedureShape,
    PolicyShape,
    ProcedureShape,
    Publication,
    Retirement,
    VersionShape,
)
from policies.models import Policy as PolicyRow
from policies.models import PolicyVersion
from policies.queries.answers import POLICIES, PROCEDURES, VERSION_COLUMNS, VERSION_TABLES, Numbered
from policies.verdicts import unmeetable

_POLICY: Final = f"policies/<{NAME}:slug>/versions"


def _warnings(ids: Sequence[int], question: Question) -> Mapping[int, Any]:
    """What nobody could meet of each draft."""
    drafts = PolicyVersion.objects.drafts().filter(pk__in=ids).with_rules()
    return {version.pk: unmeetable(version) for version in drafts}


VERSIONS: Final = Numbered(
    "policy_version",
    "versions",
    PolicyVersion,
    by="number",
    order=("id",),
    within=(POLICIES, "policy"),
    tables=(*VERSION_TABLES, "accounts_user_groups", "accounts_membership"),
    columns=(
        *VERSION_COLUMNS,
        Many("warnings", _warnings, list_of(text_schema(description="Of a draft: which approvals nobody could give as it is."))),
    ),
)


class Procedures(Creates, ListView):
    """The standard ways to do things, each with the text of its newest version."""

    noun, filters, new = PROCEDURES, ProcedureFilter, NewProcedureShape

    def create(self, given: dict[str, Any], *, by: Any, at: datetime, **names: str) -> Any:
        return procedures.create(by=by, **given)


class Procedure(Changes, DetailView):
    """One procedure. Another text makes a new version of it."""

    noun, shape = PROCEDURES, ProcedureShape

    def change(self, thing: Any, changes: dict[str, Any], *, by: Any, at: datetime, seen: Seen) -> Any:
        return procedures.rewrite(thing, changes, by=by, seen=seen)


class Policies(Creates, ListView):
    """The sets of standards; what each asks stands in its versions."""

    noun, filters, new = POLICIES, PolicyFilter, NewPolicyShape

    def create(self, given: dict[str, Any], *, by: Any, at: datetime, **names: str) -> Any:
        return policies.create(by=by, **given)


class Policy(Changes, DetailView):
    """One policy."""

    noun, shape = POLICIES, PolicyShape

    def change(self, thing: Any, changes: dict[str, Any], *, by: Any, at: datetime, seen: Seen) -> Any:
        return policies.change(thing, changes, by=by, seen=seen)


class PolicyRetirement(Acts, Undoes, ReadView):
    """Retire a policy that asks for nothing any more."""

    noun, new = POLICIES, Retirement

    def act(self, thing: Any, given: dict[str, Any], *, by: Any, at: datetime, seen: Seen) -> Any:
        return policies.retire(thing, by=by, at=at, seen=seen, **given)

    def undo(self, thing: Any, *, by: Any, at: datetime, seen: Seen) -> Any:
        return policies.restore(thing, by=by, seen=seen)


def policy_of(slug: str, user: Any) -> PolicyRow:
    """The policy of this name; raises NotVisible."""
    found: PolicyRow | None = POLICIES.named(user, slug).first()
    if found is None:
        raise NotVisible("There is no such policy. Check its short name.")
    return found


class _OfPolicy:
    """What lies in the policy that the address names."""

    def inside(self, user: Any, names: Mapping[str, str]) -> dict[str, Any]:
        return {"policy": policy_of(names["slug"], user).pk}


class Versions(Creates, _OfPolicy, ListView):
    """The versions of a policy. POST drafts one: a copy of the newest, with what is given changed in it."""

    noun, filters, new = VERSIONS, VersionFilter, VersionShape

    def create(self, given: dict[str, Any], *, by: Any, at: datetime, **names: str) -> Any:
        return versions.draft(policy_of(names["slug"], by), given, by=by)


class Version(Changes, Removes, _OfPolicy, DetailView):
    """One version of a policy; a draft may be changed, and discarded."""

    noun, shape = VERSIONS, VersionShape

    def change(self, thing: Any, changes: dict[str, Any], *, by: Any, at: datetime, seen: Seen) -> Any:
        return versions.change(thing, changes, by=by, seen=seen)

    def remove(self, thing: Any, *, by: Any, at: datetime, seen: Seen) -> None:
        versions.discard(thing, by=by, seen=seen)


class VersionPublication(Acts, _OfPolicy, ReadView):
    """Publish a draft; whoever wrote in it does not. In a browser session after confirming that it is you."""

    noun, new = VERSIONS, Publication

    def post(self, request: Request, name: str, **names: str) -> HttpResponse:
        expect_confirmed(request)
        return super().post(request, name, **names)

    def act(self, thing: Any, given: dict[str, Any], *, by: Any, at: datetime, seen: Seen) -> Any:
        return versions.publish(thing, by=by, at=at, seen=seen)


urlpatterns = [
    path("procedures/", Procedures.as_view(), name="api_procedures"),
    path(f"procedures/<{NAME}:name>/", Procedure.as_view(), name="api_procedure"),
    path("policies/", Policies.as_view(), name="api_policies"),
    path(f"policies/<{NAME}:name>/", Policy.as_view(), name="api_policy"),
    path(f"policies/<{NAME}:name>/retirement/", PolicyRetirement.as_view(), name="api_policy_retirement"),
    path(f"{_POLICY}/", Versions.as_view(), name="api_policy_versions"),
    path(f"{_POLICY}/<{NAME}:name>/", Version.as_view(), name="api_policy_version"),
    path(f"{_POLICY}/<{NAME}:name>/publication/", VersionPublication.as_view(), name="api_policy_publication"),
]
