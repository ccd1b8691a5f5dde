"""What releases add to the pages of policies, and what policies say on the page of a release."""

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from common import pages
from policies.models import PolicyVersion
from policies.queries import standards_kept
from releases.models import Release
from releases.queries.digests import traits_of
from releases.queries.trials import try_out


def trial_of_draft(request: HttpRequest, version: PolicyVersion) -> SafeString | None:
    """What a draft would have meant for the latest releases; of what is published the releases' own pages tell."""
    if version.is_published:
        return None
    context = {"version": version, "tried": try_out(version, request.user), "zone": pages.zone_quietly(request)}
    return render_to_string("releases/parts/policy_trial.html", context, request)


def policies_of_release(request: HttpRequest, release: Release) -> SafeString:
    """Which policies a release has to meet, and why."""
    applied = standards_kept().applying(traits_of([release])[release.pk])
    return render_to_string("releases/parts/release_policies.html", {"applied": applied, "release": release}, request)
