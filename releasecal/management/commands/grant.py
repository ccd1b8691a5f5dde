"""`manage.py grant`: give the application's database role what it needs and no more."""

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection, transaction
from psycopg2 import sql

GRANTS = Path(__file__).resolve().parent.parent.parent / "embedded" / "grants.sql"


class Command(BaseCommand):
    help = "Grants the application's database role its rights on the migrated tables; run it as their owner."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--role", default=os.environ.get("APPLICATION_ROLE", "releasecal_app"), help="the role's name")

    def handle(self, *args: Any, **options: Any) -> None:
        grant(options["role"])
        if options["verbosity"] > 0:
            self.stdout.write(f"{options['role']} may read and write rows, and add to history.")


def grant(role: str) -> None:
    """Run grants.sql for `role`, all of it or nothing."""
    statements = sql.SQL(GRANTS.read_text()).format(application=sql.Identifier(role))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statements.as_string(cursor.connection))
