"""The addresses of procedures and policies."""

from django.urls import path

from common.converters import NAME
from policies.views import policies, procedures, versions

_POLICY = f"policies/<{NAME}:slug>"

urlpatterns = [
    path("procedures/", procedures.procedures, name="procedures"),
    path("procedures/new/", procedures.new_procedure, name="new_procedure"),
    path(f"procedures/<{NAME}:slug>/", procedures.procedure, name="procedure"),
    path(f"procedures/<{NAME}:slug>/edit/", procedures.edit_procedure, name="edit_procedure"),
    path(f"procedures/<{NAME}:slug>/comparison/", procedures.compare_procedure, name="compare_procedure"),
    path("policies/", policies.policies, name="policies"),
    path("policies/new/", policies.new_policy, name="new_policy"),
    path(f"{_POLICY}/", policies.policy, name="policy"),
    path(f"{_POLICY}/edit/", policies.edit_policy, name="edit_policy"),
    path(f"{_POLICY}/retirement/", policies.retire_policy, name="retire_policy"),
    path(f"{_POLICY}/restoration/", policies.restore_policy, name="restore_policy"),
    path(f"{_POLICY}/draft/", versions.edit_draft, name="edit_draft"),
    path(f"{_POLICY}/draft/deletion/", versions.discard_draft, name="discard_draft"),
    path(f"{_POLICY}/comparison/", versions.compare_policy, name="compare_policy"),
    path(f"{_POLICY}/versions/<int:number>/", versions.version, name="policy_version"),
    path(f"{_POLICY}/versions/<int:number>/publication/", versions.publish_draft, name="publish_draft"),
]
