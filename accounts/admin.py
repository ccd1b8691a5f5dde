"""Django's administration: people and teams, for administrators only. Each save is a deed (`accounts.middleware`)."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.actions import people
from accounts.models import Membership, Team, User
from accounts.vocabulary import Role
from common.refusals import Refusal


class PersonForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    roles = forms.ModelMultipleChoiceField(queryset=Group.objects.filter(name__in=Role.values), required=False)

    class Meta:
        model = User
        # Whether one can sign in is changed by the verbs below: they keep the last administrator.
        fields = ["email", "name", "kind", "time_zone", "region"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["roles"].initial = self.instance.groups.all()


class PersonAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    form = PersonForm
    list_display = ["name", "email", "kind", "is_active"]
    list_filter = ["kind", "is_active", "groups"]
    search_fields = ["name", "email"]
    actions = ["activate", "deactivate", "remove_second_factor"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """People are deactivated, never deleted."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and not (obj is not None and obj.is_builtin)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        people.set_roles(form.instance, [Role(group.name) for group in form.cleaned_data["roles"]], by=_administrator(request))

    @admin.action(description="Let the chosen people sign in")
    def activate(self, request: HttpRequest, chosen: QuerySet[User]) -> None:
        self._each(request, chosen, people.activate)

    @admin.action(description="End the access of the chosen people")
    def deactivate(self, request: HttpRequest, chosen: QuerySet[User]) -> None:
        self._each(request, chosen, people.deactivate)

    @admin.action(description="Remove the second factor of the chosen people")
    def remove_second_factor(self, request: HttpRequest, chosen: QuerySet[User]) -> None:
        self._each(request, chosen, people.remove_second_factor)

    def _each(self, request: HttpRequest, chosen: QuerySet[User], verb: Any) -> None:
        for person in chosen:
            try:
                verb(person, by=_administrator(request))
            except Refusal as refusal:
                self.message_user(request, f"{person}: {refusal.sentence}", messages.ERROR)


class MembershipInline(admin.TabularInline):  # type: ignore[type-arg]  # not generic at run time
    model = Membership
    extra = 0
    autocomplete_fields = ["user"]


class TeamAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    list_display = ["slug", "name", "parent", "lead"]
    search_fields = ["slug", "name"]
    autocomplete_fields = ["parent", "lead"]
    inlines = [MembershipInline]


def _administrator(request: HttpRequest) -> User:
    user = request.user
    if not isinstance(user, User):
        raise TypeError("the administration opens for signed-in administrators only")
    return user


admin.site.register(User, PersonAdmin)
admin.site.register(Team, TeamAdmin)
