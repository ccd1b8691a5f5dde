from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.contrib.admin.apps import AdminConfig
from django.contrib.admin.sites import AdminSite
from django.core import checks
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, resolve_url

from accounts.vocabulary import Role
from common import labels, parts


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from accounts import queries
        from accounts.views import comments

        checks.register(check_groups)
        labels.add("user", queries.name_people)
        labels.add("team", queries.name_teams)
        labels.add("comment", queries.name_comments)
        parts.add(parts.EVERY_THING, 90, comments.of_thing)


def check_groups(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """Single sign-on maps groups to roles that exist; a wrong word stops the start, not a sign-in weeks later."""
    return [
        checks.Error(
            f"The setting OIDC_GROUPS maps {group!r} to {role!r}, which is no role; roles are {', '.join(Role.values)}.",
            id="accounts.E001",
        )
        for group, role in settings.OIDC_GROUPS.items()
        if role not in Role.values
    ]


class AdministrationConfig(AdminConfig):
    """Django's administration with our own door."""

    default_site = "accounts.apps.Administration"


class Administration(AdminSite):
    """Opened by administrators, entered through the same sign-in as everything else.

    It stands here and not in `accounts.admin`: reading that file registers with the site, which has to be there by then.
    """

    site_header = site_title = "Releasecal administration"
    index_title = "People and teams"

    def has_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_authenticated and request.user.is_administrator)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """There is one sign-in, with its second factor and its limits."""
        if request.user.is_authenticated:
            raise PermissionDenied("The administration is for administrators.")
        back = QueryDict(mutable=True)
        back["next"] = request.GET.get("next", "/admin/")
        return redirect(f"{resolve_url(settings.LOGIN_URL)}?{back.urlencode(safe='/')}")

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Only what is made for it: other libraries would show their tables, secrets included."""
        if admin_class is not None and admin_class.__module__.startswith("accounts."):
            super().register(model_or_iterable, admin_class, **options)
