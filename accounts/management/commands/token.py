"""`manage.py token EMAIL`: a new API token, alone on stdout."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts import rules
from accounts.actions import tokens
from accounts.models import User
from accounts.vocabulary import Scope
from common.refusals import Refusal


class Command(BaseCommand):
    help = "Prints a new API token of a person or service account, and nothing else on stdout."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--scopes", help=f"some of {','.join(Scope.values)}; when left out, all that the owner may have")
        parser.add_argument(
            "--days", type=int, default=tokens.USUAL_DAYS, help=f"how long it lives; {tokens.USUAL_DAYS} when left out"
        )

    def handle(self, *args: Any, email: str, scopes: str | None, days: int, **options: Any) -> None:
        owner = User.objects.with_address([email]).first()
        if owner is None:
            raise CommandError(f"Nobody has the address {email}.")
        try:
            _, secret = tokens.make(
                owner,
                by=User.objects.operator(),
                name="made at the shell",
                scopes=_all_of(owner) if scopes is None else [scope.strip() for scope in scopes.split(",") if scope.strip()],
                days=days,
                at=timezone.now(),
            )
        except Refusal as refusal:
            raise CommandError(refusal.sentence) from None
        self.stdout.write(secret)


def _all_of(owner: User) -> list[str]:
    return [scope for scope in Scope.values if rules.may_have_scopes(owner, [scope])]
