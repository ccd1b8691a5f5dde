"""The addresses of the calendar."""

from django.urls import path, re_path

from schedule.feeds import feed
from schedule.views import my_feeds, saved_views
from schedule.views.calendar import front
from schedule.views.card import card
from schedule.views.shared import shared

urlpatterns = [
    path("", front, name="calendar"),
    path("schedule/card/<slug:kind>-<int:number>/", card, name="schedule-card"),
    path("views/", saved_views.index, name="saved-views"),
    path("views/new/", saved_views.keep, name="saved-view-new"),
    path("views/<int:pk>/edit/", saved_views.change, name="saved-view-edit"),
    path("views/<int:pk>/removal/", saved_views.drop, name="saved-view-removal"),
    path("feeds/new/", my_feeds.make, name="feed-new"),
    path("feeds/<int:pk>/revocation/", my_feeds.revoke, name="feed-revocation"),
    re_path(r"^feeds/(?P<secret>[a-z2-7]{32})\.ics$", feed, name="feed"),
    re_path(r"^shared/(?P<secret>[a-z2-7]{32})/$", shared, name="shared-calendar"),
]
