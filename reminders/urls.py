"""The addresses of reminders' pages."""

from django.urls import path

from common.converters import NAME
from reminders.views import chat, deliveries, inbox, links, mine, preferences, rules, teams, webhooks

_RULE = f"reminders/rules/<{NAME}:code>"

urlpatterns = [
    path("reminders/rules/", rules.rules_, name="reminder_rules"),
    path(f"{_RULE}/", rules.rule, name="reminder_rule"),
    path(f"{_RULE}/edit/", rules.edit_rule, name="edit_reminder_rule"),
    path(f"{_RULE}/preview/", rules.preview_rule, name="preview_reminder_rule"),
    path("reminders/deliveries/", deliveries.deliveries_, name="deliveries"),
    path("reminders/deliveries/retry/", deliveries.retry_all, name="retry_deliveries"),
    path("reminders/deliveries/release/", deliveries.release_held, name="release_held"),
    path("reminders/deliveries/drop/", deliveries.drop_held, name="drop_held"),
    path("reminders/deliveries/<int:number>/retry/", deliveries.retry_one, name="retry_delivery"),
    path("webhooks/", webhooks.webhooks_, name="webhooks"),
    path("webhooks/new/", webhooks.new, name="new_webhook"),
    path("webhooks/<int:pk>/", webhooks.webhook, name="webhook"),
    path("webhooks/<int:pk>/edit/", webhooks.edit, name="edit_webhook"),
    path("webhooks/<int:pk>/switch/", webhooks.switch, name="switch_webhook"),
    path("webhooks/<int:pk>/secret/", webhooks.renew_secret, name="renew_webhook_secret"),
    path("webhooks/<int:pk>/test/", webhooks.test, name="test_webhook"),
    path("webhooks/<int:pk>/delete/", webhooks.delete, name="delete_webhook"),
    path("webhooks/<int:pk>/messages/", webhooks.messages_, name="webhook_messages"),
    path("webhooks/<int:pk>/messages/<int:number>/redelivery/", webhooks.tell_again, name="tell_webhook_again"),
    path("reminders/links/<str:token>/", links.link, name="reminder_link"),
    path("me/inbox/", inbox.inbox, name="my-inbox"),
    path("me/inbox/reading/", inbox.read_all, name="my-inbox-read"),
    path("me/inbox/<int:pk>/open/", inbox.open_one, name="my-inbox-open"),
    path("me/inbox/<int:pk>/reading/", inbox.read, name="my-inbox-reading"),
    path("me/reminders/", mine.index, name="my-reminders"),
    path("me/reminders/subscriptions/", mine.attend, name="my-subscriptions"),
    path("me/reminders/subscriptions/<int:pk>/end/", mine.end, name="my-subscription-end"),
    path("me/reminders/teams/", teams.index, name="team-subscriptions"),
    path(f"me/reminders/teams/<{NAME}:slug>/", teams.watch, name="team-subscription"),
    path(f"me/reminders/teams/<{NAME}:slug>/<int:pk>/end/", teams.end, name="team-subscription-end"),
    path("me/reminders/quiet-hours/", preferences.edit, name="my-quiet-hours"),
    path("me/reminders/chat/", chat.edit, name="my-chat"),
    path("me/reminders/chat/test/", chat.ask_for_trial, name="my-chat-test"),
    path("me/reminders/chat/removal/", chat.remove, name="my-chat-remove"),
    path("me/reminders/channels/<slug:channel>/", mine.switch, name="my-channel"),
]
