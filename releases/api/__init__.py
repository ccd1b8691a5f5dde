"""REST: releases and what they are made of, promotions, deployments, and what is live."""

from releases.api import (
    approvals,
    assessments,
    contents,
    evidence,
    gates,
    live,
    preparations,
    promotions,
    releases,
    running,
    verdicts,
)

urlpatterns = [
    *releases.urlpatterns,
    *contents.urlpatterns,
    *assessments.urlpatterns,
    *preparations.urlpatterns,
    *gates.urlpatterns,
    *evidence.urlpatterns,
    *promotions.urlpatterns,
    *verdicts.urlpatterns,
    *running.urlpatterns,
    *approvals.urlpatterns,
    *live.urlpatterns,
]
