"""The specimen's addresses; tests use them as ROOT_URLCONF."""

from django.urls import include, path

from tests.browser.specimen import pages

urlpatterns = [
    path("", pages.month),
    path("agenda/", pages.agenda),
    path("pieces/", pages.pieces),
    path("empty/", pages.empty),
    path("refused/", pages.refused),
    path("narrow/", pages.narrow),
    path("broken/", pages.broken),
    path("card/", pages.card),
    path("accounts/", include("allauth.urls")),
]
