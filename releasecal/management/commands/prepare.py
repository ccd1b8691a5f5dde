"""`manage.py prepare`: everything between an empty database and a start, in one process."""

import hashlib
import os
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.utils import timezone

from accounts.models import User
from common.refusals import Conflict
from policies.actions import standards
from releasecal.demo import world
from reminders.actions import rules

STATIC_LOCKS = ("package-lock.json", "package.json", "requirements.txt")


class Command(BaseCommand):
    help = "Migrates, grants, collects static files that changed, sets up people, the standard set and the demo organisation; run it as the tables' owner."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--no-demo", action="store_true", help="start empty, with one administrator")

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", interactive=False, verbosity=0)
        if os.environ.get("OWNER_DATABASE_URL"):
            call_command("grant", verbosity=0)
        collect_static_files()
        call_command("setup", *(["--no-demo"] if options["no_demo"] else []), stdout=self.stdout)
        standards.install(by=User.objects.operator(), at=timezone.now())
        rules.install(by=User.objects.operator(), at=timezone.now())
        if settings.DEMO and not options["no_demo"]:
            self._load_demo()

    def _load_demo(self) -> None:
        try:
            world.build(world.today(), by=User.objects.operator())
        except Conflict as refusal:
            # Somebody's own data come first; without the company everything works as well.
            self.stdout.write(refusal.sentence)


def collect_static_files() -> None:
    """Run collectstatic unless nothing it reads has changed since it last ended well."""
    mark = settings.STATIC_ROOT / ".collected"
    digest = _digest_of_sources()
    if mark.exists() and mark.read_text() == digest:
        return
    if settings.WHITENOISE_USE_FINDERS:
        return
    call_command("collectstatic", interactive=False, verbosity=0, clear=True)
    mark.write_text(digest)


def _digest_of_sources() -> str:
    """Our own files by name, size and time; the packages' by their lock files."""
    digest = hashlib.sha256(str(settings.STORAGES["staticfiles"]).encode())
    for name in STATIC_LOCKS:
        digest.update((settings.BASE_DIR / name).read_bytes())
    for folder in settings.STATICFILES_DIRS:
        for path in sorted(folder.rglob("*")):
            status = path.stat()
            digest.update(f"{path}\n{status.st_size}\n{status.st_mtime_ns}\n".encode())
    return digest.hexdigest()
