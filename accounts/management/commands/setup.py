"""`manage.py setup`: the first people, once."""

import secrets
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from accounts.actions import demo, people
from accounts.models import User
from accounts.vocabulary import DEMO_PASSWORD, Role

ADMINISTRATOR = "admin@demo.example"
FIRST_ROLES = (Role.ADMINISTRATOR, Role.PMO, Role.ENVIRONMENT_MANAGER, Role.RELEASE_MANAGER)


class Command(BaseCommand):
    help = "Makes the demo people, or with --no-demo one administrator, unless they are there; prints how to sign in."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--no-demo", action="store_true", help="start empty, with one administrator")

    def handle(self, *args: Any, no_demo: bool, **options: Any) -> None:
        if settings.DEMO and not no_demo:
            self._make_demo_people()
        else:
            self._make_administrator()

    def _make_demo_people(self) -> None:
        demo.make_people(by=User.objects.operator())
        self.stdout.write(f"Sign in with the password {DEMO_PASSWORD} as")
        for person in demo.PEOPLE:
            self.stdout.write(f"  {person.email:<26} {person.title}")

    def _make_administrator(self) -> None:
        if User.objects.with_address([ADMINISTRATOR]).exists():
            self.stdout.write(f"The administrator {ADMINISTRATOR} exists; its password was printed when it was made.")
            return
        password = secrets.token_urlsafe(15)
        people.add(by=User.objects.operator(), email=ADMINISTRATOR, name="Administrator", roles=FIRST_ROLES, password=password)
        self.stdout.write(f"Sign in as {ADMINISTRATOR} with the password {password} (printed only now; change it on /me/).")
