"""The addresses of reminders' pages."""

from django.urls import path

from reminders.views import mine

urlpatterns = [
    path("me/reminders/", mine.index, name="my-reminders"),
    path("me/reminders/subscriptions/", mine.attend, name="my-subscriptions"),
    path("me/reminders/subscriptions/<int:pk>/end/", mine.end, name="my-subscription-end"),
    path("me/reminders/channels/<slug:channel>/", mine.switch, name="my-channel"),
]
