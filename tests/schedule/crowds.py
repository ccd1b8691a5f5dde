"""Many promotions at once, written past history as no program may: for plans and full months."""

from typing import Any

from django.db import connection

from tests import factories


def crowd(number: int, first: str, last: str) -> None:
    """`number` promotions of two hours, spread evenly from one day to another, each of its own release."""
    environment: Any = factories.EnvironmentFactory(slug="crowded", name="Crowded")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            """INSERT INTO releases_release (name, version, urgency, size, risk, extent, nature, status, commitment, line, rollback_plan, description, template_name)
            SELECT 'Crowd ' || i, '1', 'planned', 'minor', '', 'full', 'software', 'planned', 'planned', '', '', '', '' FROM generate_series(1, %s) i""",
            [number],
        )
        cursor.execute(
            "INSERT INTO releases_candidate (release_id, number) SELECT id, 1 FROM releases_release WHERE name LIKE 'Crowd %%'"
        )
        cursor.execute(
            """INSERT INTO releases_promotion
            (release_id, candidate_id, environment_id, parts, attempt, starts_at, ends_at, status, was_recorded, is_trusted, is_emergency)
            SELECT release_id, id, %s, '{}', 1, at, at + interval '2 hours', 'draft', false, false, false FROM (
                SELECT release_id, id, timestamptz %s + (timestamptz %s - timestamptz %s) * (row_number() OVER (ORDER BY id) - 1) / %s AS at
                FROM releases_candidate) spread""",
            [environment.pk, first, last, first, number],
        )
        cursor.execute("SET LOCAL session_replication_role = origin")
        cursor.execute("ANALYZE releases_promotion")
        cursor.execute("ANALYZE releases_release")
