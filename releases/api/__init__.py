"""REST: releases and what they are made of, promotions, deployments, and what is live."""

from releases.api import contents, live, promotions, releases

urlpatterns = [*releases.urlpatterns, *contents.urlpatterns, *promotions.urlpatterns, *live.urlpatterns]
