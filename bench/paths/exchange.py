"""G17: the import of 16,000 rows, beside COPY of the rows it leaves, through the same triggers."""

import csv
import io
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

from accounts.models import User
from bench.timing import Figure, compare
from exchange.actions.imports import import_files
from exchange.kinds.sheet import Source

COUNTS = {
    "programs": 9,
    "projects": 386,
    "milestones": 308,
    "outputs": 2_145,
    "services": 372,
    "releases": 6_477,
    "promotions": 6_276,
}
# In the order their rows refer to each other.
TABLES = (
    "accounts_team",
    "accounts_user",
    "environments_environment",
    "environments_service",
    "environments_dependency",
    "projects_program",
    "projects_project",
    "projects_milestone",
    "projects_output",
    "projects_output_services",
    "releases_release",
    "releases_externallink",
    "releases_item",
    "releases_candidate",
    "releases_artefact",
    "releases_contribution",
    "releases_promotion",
    "releases_deployment",
)


def write_files(folder: Path) -> None:
    """As many rows of each kind as nine series of a large open-source project have, referring to each other as these do."""
    first = datetime(2020, 1, 6, 9, tzinfo=UTC)
    n = COUNTS
    tables: dict[str, tuple[list[str], Iterator[list[object]]]] = {
        "environments": (["slug", "name", "stage"], iter([["candidate", "Candidates", "acceptance"], ["published", "Published", "production"]])),
        "programs": (["code", "name", "description", "starts_on"], ([f"P{i}", f"Series {i}", "", "2020-01-06"] for i in range(n["programs"]))),
        "projects": (
            ["code", "name", "program", "status", "starts_on", "ends_on"],
            ([f"J{i}", f"Project {i}", f"P{i % 9}", "active", "2020-01-06", "2020-07-01"] for i in range(n["projects"])),
        ),
        "milestones": (
            ["program", "code", "name", "kind", "starts_on"],
            ([f"P{i % 9}", f"m{i}", f"Milestone {i}", "freeze", _day(first, i)] for i in range(n["milestones"])),
        ),
        "services": (
            ["slug", "name", "kind", "owner", "tier"],
            ([f"s{i}", f"Service {i}", "service", f"team-{i % 59}", 1 + i % 4] for i in range(n["services"])),
        ),
        "outputs": (
            ["project", "code", "name", "kind", "status", "due_on", "services"],
            ([f"J{i % 386}", f"o{i}", f"Output {i}", "software", "accepted", _day(first, i), f"s{i % 372}"] for i in range(n["outputs"])),
        ),
        "releases": (
            ["name", "version", "size", "status", "commitment", "line", "services", "outputs", "reference", "artefact_url", "artefact_digest"],
            (
                [f"s{i % 372}", f"{i // 372}.{i % 5}.0", "minor", "in_production", "committed", f"line{i % 9}", f"s{i % 372}",
                 f"J{i % 2145 % 386}/o{i % 2145}", f"tracker {i}", f"group/s{i % 372}", f"git:{i:040x}"]
                for i in range(n["releases"])
            ),
        ),
        "promotions": (
            ["release", "environment", "starts_at", "ends_at", "status"],
            (
                [f"s{i % 372}@{i // 372}.{i % 5}.0", "published" if i % 7 else "candidate", *_hours(first, i), "succeeded"]
                for i in range(n["promotions"])
            ),
        ),
    }  # fmt: skip
    for name, (header, rows) in tables.items():
        with (folder / f"{name}.csv").open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(header)
            writer.writerows(rows)


def _day(first: datetime, i: int) -> str:
    return (first + timedelta(days=i % 1500)).date().isoformat()


def _hours(first: datetime, i: int) -> list[str]:
    start = first + timedelta(minutes=397 * i)
    return [f"{moment:%Y-%m-%dT%H:%M:%SZ}" for moment in (start, start + timedelta(hours=1))]


def figure() -> Figure:
    """Needs an empty, migrated database of its own behind Django's connection."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_files(folder)
        sources = [Source.at(path) for path in sorted(folder.glob("*.csv"))]
        operator = User.objects.operator()

        def product() -> None:
            _empty()
            outcome = import_files(sources, by=operator, at=datetime.now(UTC))
            if outcome.is_refused:
                raise RuntimeError(outcome.row_errors[:3])

        product()
        left = _copy_out()

        def bare() -> None:
            _empty()
            _copy_in(left, operator)

        memory = _memory(folder)
        rows = sum(COUNTS.values()) + 2
        return compare(
            "G17",
            f"import of {rows:,} rows",
            10,
            product,
            bare,
            rounds=5,
            times=1,
            note=f"the command's peak memory {memory} MB (goal 400)",
        )


def _memory(folder: Path) -> int:
    """Peak memory of the command in a process of its own, in MB; the rows are there already or not, the files are read either way."""
    _empty()
    subprocess.run(
        [sys.executable, "manage.py", "import", str(folder)], cwd=settings.BASE_DIR, check=True, stdout=subprocess.DEVNULL
    )
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024


def _empty() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        emptied = [table for table in TABLES if table != "accounts_user"]
        cursor.execute(f"TRUNCATE {', '.join(emptied)}, history_change, history_fact, history_event, history_mark CASCADE")
        cursor.execute("UPDATE history_head SET number = 0, hash = sha256('releasecal')")


def _copy_out() -> dict[str, tuple[str, str]]:
    """What the import left, table by table: the columns that are written, and the rows as COPY's text."""
    left = {}
    with connection.cursor() as cursor:
        for table in TABLES:
            if table == "accounts_user":
                continue
            cursor.execute(
                "SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute"
                " WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''",
                [table],
            )
            columns = cursor.fetchone()[0]
            buffer = io.StringIO()
            cursor.cursor.copy_expert(f"COPY {table} ({columns}) TO STDOUT", buffer)
            left[table] = (columns, buffer.getvalue())
    return left


def _copy_in(left: dict[str, tuple[str, str]], actor: User) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('releasecal.event', nextval('history_event_id_seq')::text, true)")
        event = cursor.fetchone()[0]
        for table, (columns, rows) in left.items():
            cursor.cursor.copy_expert(f"COPY {table} ({columns}) FROM STDIN", io.StringIO(rows))
        cursor.execute(
            "INSERT INTO history_event (id, at, actor_id, reason, request_id) VALUES (%s, now(), %s, '', '')", [event, actor.pk]
        )
