"""The addresses of the calendar."""

from django.urls import path

from schedule.views.calendar import calendar
from schedule.views.card import card

urlpatterns = [
    path("", calendar, name="calendar"),
    path("schedule/card/<slug:kind>-<int:number>/", card, name="schedule-card"),
]
