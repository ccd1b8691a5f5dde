"""A row whose parts changed (a list kept in another table) may be revised too: asking for another revision gives the next one."""

from django.db import migrations

REVISE = """
CREATE OR REPLACE FUNCTION history_revise() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    ignored text[] := TG_ARGV[1];
    is_asked boolean := NEW.revision IS DISTINCT FROM OLD.revision;
BEGIN
    NEW.revision := OLD.revision;
    NEW.updated_at := OLD.updated_at;
    IF is_asked OR (NEW IS DISTINCT FROM OLD AND to_jsonb(NEW) - ignored IS DISTINCT FROM to_jsonb(OLD) - ignored) THEN
        NEW.revision := OLD.revision + 1;
        NEW.updated_at := now();
    END IF;
    RETURN NEW;
END $$;
"""
REVISE_BY_COLUMNS = """
CREATE OR REPLACE FUNCTION history_revise() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    ignored text[] := TG_ARGV[1];
BEGIN
    NEW.revision := OLD.revision;
    NEW.updated_at := OLD.updated_at;
    IF NEW IS DISTINCT FROM OLD AND to_jsonb(NEW) - ignored IS DISTINCT FROM to_jsonb(OLD) - ignored THEN
        NEW.revision := OLD.revision + 1;
        NEW.updated_at := now();
    END IF;
    RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("history", "0002_triggers")]
    operations = [migrations.RunSQL(REVISE, REVISE_BY_COLUMNS)]
