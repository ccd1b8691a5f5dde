"""Saved views and feeds under history; and the triggers that count how often entries were moved, for SEQUENCE in feeds."""

from django.db import migrations

from history.tracking import track

#: Kind, table, and what of a row makes its entry another one: when it is, and whether it is called off.
COUNTED = [
    ("promotion", "releases_promotion", ["{0}.starts_at", "{0}.ends_at", "{0}.status = 'cancelled'"]),
    ("output", "projects_output", ["{0}.lies_on", "{0}.status = 'cancelled'"]),
    ("milestone", "projects_milestone", ["{0}.during", "{0}.cancelled_at IS NOT NULL"]),
    ("booking", "environments_booking", ["{0}.during"]),
    ("project", "projects_project", ["{0}.during", "{0}.status = 'cancelled'"]),
]


def count(kind: str, table: str, columns: list[str]) -> migrations.RunSQL:
    """Counted statement by statement, not row by row: an import moves thousands."""
    before, after = (", ".join(column.format(side) for column in columns) for side in ("o", "n"))
    return migrations.RunSQL(
        sql=f"""
            CREATE FUNCTION schedule_count_{kind}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
            SET search_path = public, pg_temp AS $$
            BEGIN
                INSERT INTO schedule_move (kind, number, sequence, at)
                SELECT '{kind}', n.id, 1, now() FROM old_rows o JOIN new_rows n ON n.id = o.id
                WHERE ROW({before}) IS DISTINCT FROM ROW({after}) ORDER BY n.id
                ON CONFLICT (kind, number) DO UPDATE SET sequence = schedule_move.sequence + 1, at = EXCLUDED.at;
                RETURN NULL;
            END $$;
            CREATE TRIGGER schedule_count AFTER UPDATE ON {table} REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
                FOR EACH STATEMENT EXECUTE FUNCTION schedule_count_{kind}()
        """,  # noqa: S608 - what is put together stands above
        reverse_sql=f"DROP TRIGGER schedule_count ON {table}; DROP FUNCTION schedule_count_{kind}()",
    )


class Migration(migrations.Migration):
    dependencies = [
        ("schedule", "0001_initial"),
        ("history", "0002_triggers"),
        ("environments", "0003_bookings"),
        ("projects", "0002_history"),
        ("releases", "0002_history"),
    ]
    operations = [
        track("schedule_savedview", hide=["name"]),
        track("schedule_feed", hide=["name", "digest"], ignore=["last_used_at"]),
        *(count(*each) for each in COUNTED),
    ]
