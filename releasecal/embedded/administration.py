"""`manage.py`: one of Django's commands, with the servers it needs around it."""

import os
import subprocess
import sys

from releasecal.embedded import children
from releasecal.embedded.bootstrap import BASE_DIR, say
from releasecal.embedded.servers import Servers, is_migrated

# These change or own tables, which the application's own role may not.
AS_OWNER = frozenset({"migrate", "grant", "prepare", "flush", "restore", "optimizemigration", "squashmigrations"})
# These are about the code; they don't need tables.
WITHOUT_TABLES = AS_OWNER | {
    "help",
    "check",
    "makemigrations",
    "showmigrations",
    "sqlmigrate",
    "collectstatic",
    "findstatic",
    "spectacular",
}


def run(command_line: list[str]) -> None:
    """Run `command_line` (with the program's name) as manage.py does in every Django project."""
    command = command_line[1] if len(command_line) > 1 else "help"
    try:
        servers = Servers(os.environ)
        with servers as variables:
            if servers.uses and command not in WITHOUT_TABLES and not command.startswith("-"):
                _migrate_once(variables)
            if command in AS_OWNER:
                variables["DATABASE_URL"] = variables.get("OWNER_DATABASE_URL") or variables["DATABASE_URL"]
            os.environ.update(variables)
            _execute(command_line)
    except children.StartError as problem:
        sys.exit(str(problem))


def _migrate_once(variables: dict[str, str]) -> None:
    """A command in a clone that was never started finds tables all the same."""
    if is_migrated(variables["DATABASE_URL"]):
        return
    say("Migrating the new database …")
    owner = {**variables, "DATABASE_URL": variables.get("OWNER_DATABASE_URL") or variables["DATABASE_URL"]}
    for command in ("migrate", "grant"):
        subprocess.run([sys.executable, str(BASE_DIR / "manage.py"), command, "--verbosity", "0"], env=owner, check=True)


def _execute(command_line: list[str]) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "releasecal.settings")
    sys.path.insert(0, str(BASE_DIR))
    # Django is slow to import and must find the variables above.
    from django.core.management import execute_from_command_line  # noqa: PLC0415

    execute_from_command_line(command_line)
    if command_line[1:2] == ["migrate"] and os.environ.get("OWNER_DATABASE_URL"):
        execute_from_command_line([command_line[0], "grant", "--verbosity", "0"])
