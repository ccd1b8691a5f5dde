"""REST: releases and what they are made of, promotions, deployments, and what is live."""

from releases.api import contents, gates, live, promotions, releases

urlpatterns = [*releases.urlpatterns, *contents.urlpatterns, *gates.urlpatterns, *promotions.urlpatterns, *live.urlpatterns]
