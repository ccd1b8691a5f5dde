"""How often trainings and notices were moved or called off, for SEQUENCE in feeds: counted as other entries are."""

from django.db import migrations

_KEPT = "ON CONFLICT (kind, number) DO UPDATE SET sequence = schedule_move.sequence + 1, at = EXCLUDED.at"
_KIND = "CASE p.need WHEN 'notice' THEN 'communication' ELSE 'training' END"


def count(name: str, table: str, moved: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        sql=f"""
            CREATE FUNCTION schedule_count_{name}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
            SET search_path = public, pg_temp AS $$
            BEGIN
                INSERT INTO schedule_move (kind, number, sequence, at)
                SELECT {_KIND}, p.id, 1, now() FROM {moved} AND p.need <> 'nothing' ORDER BY 1, 2 {_KEPT};
                RETURN NULL;
            END $$;
            CREATE TRIGGER schedule_count AFTER UPDATE ON {table} REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
                FOR EACH STATEMENT EXECUTE FUNCTION schedule_count_{name}()
        """,  # noqa: S608 - what is put together stands here
        reverse_sql=f"DROP TRIGGER schedule_count ON {table}; DROP FUNCTION schedule_count_{name}()",
    )


class Migration(migrations.Migration):
    dependencies = [("schedule", "0002_history"), ("releases", "0012_preparations_planned")]
    operations = [
        count(
            "preparation",
            "releases_preparation",
            "old_rows o JOIN new_rows p ON p.id = o.id WHERE p.during IS DISTINCT FROM o.during",
        ),
        # A cancelled release takes what was planned for its audiences with it; what is done stays as it was.
        count(
            "release",
            "releases_release",
            "old_rows o JOIN new_rows n ON n.id = o.id AND (n.status = 'cancelled') <> (o.status = 'cancelled')"
            " JOIN releases_audience a ON a.release_id = n.id"
            " JOIN releases_preparation p ON p.audience_id = a.id WHERE p.starts_at IS NOT NULL AND p.done_at IS NULL",
        ),
    ]
