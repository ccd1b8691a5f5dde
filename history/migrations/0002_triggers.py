"""The functions and triggers that make history append-only, numbered at commit and chained."""

from django.db import migrations

FUNCTIONS = """
CREATE FUNCTION history_current_event() RETURNS bigint LANGUAGE plpgsql STABLE
SET search_path = public, pg_temp AS $$
DECLARE
    current text := current_setting('releasecal.event', true);
BEGIN
    IF current IS NULL OR current = '' THEN
        RAISE EXCEPTION 'a write to a domain table needs a deed' USING ERRCODE = 'RC001';
    END IF;
    IF EXISTS (SELECT FROM history_event WHERE id = current::bigint AND number IS NOT NULL) THEN
        RAISE EXCEPTION 'event % is closed', current USING ERRCODE = 'RC001';
    END IF;
    RETURN current::bigint;
END $$;

-- Personal and secret columns say "changed", and no more.
CREATE FUNCTION history_masked(value jsonb, hidden text[]) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN value IS NULL OR cardinality(hidden) = 0 THEN value
    ELSE value || coalesce((SELECT jsonb_object_agg(k, 'changed') FROM unnest(hidden) k WHERE value ? k), '{}') END
$$;

CREATE FUNCTION history_write_insert() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    hidden text[] := TG_ARGV[0]; ignored text[] := TG_ARGV[1];
BEGIN
    IF EXISTS (SELECT FROM new_rows) THEN
        INSERT INTO history_change (event_id, table_name, row_id, operation, before, after)
        SELECT e, TG_TABLE_NAME, n.id, 'insert', NULL, history_masked(to_jsonb(n) - ignored, hidden)
        FROM new_rows n, (SELECT history_current_event() AS e OFFSET 0) current ORDER BY n.id;
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION history_write_delete() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    hidden text[] := TG_ARGV[0]; ignored text[] := TG_ARGV[1];
BEGIN
    IF EXISTS (SELECT FROM old_rows) THEN
        INSERT INTO history_change (event_id, table_name, row_id, operation, before, after)
        SELECT e, TG_TABLE_NAME, o.id, 'delete', history_masked(to_jsonb(o) - ignored, hidden), NULL
        FROM old_rows o, (SELECT history_current_event() AS e OFFSET 0) current ORDER BY o.id;
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION history_write_update() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    hidden text[] := TG_ARGV[0]; ignored text[] := TG_ARGV[1]; changed bigint;
BEGIN
    WITH pairs AS (
        SELECT n.id, to_jsonb(o) - ignored AS before, to_jsonb(n) - ignored AS after
        FROM old_rows o JOIN new_rows n ON n.id = o.id
    ), differing AS (
        SELECT id, before, after, ARRAY(SELECT k FROM jsonb_object_keys(after) k WHERE after -> k IS DISTINCT FROM before -> k) AS columns
        FROM pairs WHERE before IS DISTINCT FROM after
    )
    INSERT INTO history_change (event_id, table_name, row_id, operation, before, after)
    SELECT history_current_event(), TG_TABLE_NAME, id, 'update',
        history_masked((SELECT jsonb_object_agg(k, before -> k) FROM unnest(columns) k), hidden),
        history_masked((SELECT jsonb_object_agg(k, after -> k) FROM unnest(columns) k), hidden)
    FROM differing ORDER BY id;
    RETURN NULL;
END $$;

CREATE FUNCTION history_revise() RETURNS trigger LANGUAGE plpgsql
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

CREATE FUNCTION history_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% of % is refused: history is append-only', lower(TG_OP), TG_TABLE_NAME USING ERRCODE = 'RC002';
END $$;

-- An event may be numbered, once; nothing else of it ever changes.
CREATE FUNCTION history_only_number() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.number IS NOT NULL OR NEW.number IS NULL
        OR (to_jsonb(NEW) - '{number,previous,hash}'::text[]) IS DISTINCT FROM (to_jsonb(OLD) - '{number,previous,hash}'::text[]) THEN
        RAISE EXCEPTION 'update of history_event is refused: history is append-only' USING ERRCODE = 'RC002';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION history_digest(event bigint, given bigint, prior bytea) RETURNS bytea LANGUAGE sql STABLE
SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
    SELECT sha256(
        coalesce(prior, ''::bytea)
        || (SELECT sha256(convert_to((to_jsonb(e) - '{number,previous,hash}'::text[] || jsonb_build_object('number', given))::text, 'UTF8'))
            FROM history_event e WHERE e.id = event)
        || (SELECT sha256(coalesce(string_agg(sha256(convert_to(to_jsonb(f)::text, 'UTF8')), ''::bytea ORDER BY f.id), ''::bytea))
            FROM history_fact f WHERE f.event_id = event)
        || (SELECT sha256(coalesce(string_agg(sha256(convert_to(to_jsonb(c)::text, 'UTF8')), ''::bytea ORDER BY c.id), ''::bytea))
            FROM history_change c WHERE c.event_id = event)
    )
$$;

-- Runs as the transaction commits, one transaction at a time, so that numbers follow the order of commits and have no holes.
CREATE FUNCTION history_number() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    head history_head; digest bytea;
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'events are numbered under read committed only: a snapshot would read a stale last number' USING ERRCODE = 'RC003';
    END IF;
    PERFORM pg_advisory_xact_lock(7235001);
    SELECT * INTO STRICT head FROM history_head;
    digest := history_digest(NEW.id, head.number + 1, head.hash);
    UPDATE history_event SET number = head.number + 1, previous = head.hash, hash = digest WHERE id = NEW.id;
    UPDATE history_head SET number = head.number + 1, hash = digest;
    INSERT INTO history_mark (table_name, last)
    SELECT DISTINCT table_name, head.number + 1 FROM history_change WHERE event_id = NEW.id
    ON CONFLICT (table_name) DO UPDATE SET last = EXCLUDED.last;
    RETURN NULL;
END $$;

INSERT INTO history_head (number, hash) VALUES (0, sha256('releasecal'));
CREATE UNIQUE INDEX history_one_head ON history_head ((true));

CREATE CONSTRAINT TRIGGER history_number AFTER INSERT ON history_event
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION history_number();
CREATE TRIGGER history_only_number BEFORE UPDATE ON history_event FOR EACH ROW EXECUTE FUNCTION history_only_number();
CREATE TRIGGER history_refuse_delete BEFORE DELETE ON history_event FOR EACH ROW EXECUTE FUNCTION history_refuse();
CREATE TRIGGER history_refuse BEFORE UPDATE OR DELETE ON history_fact FOR EACH ROW EXECUTE FUNCTION history_refuse();
CREATE TRIGGER history_refuse BEFORE UPDATE OR DELETE ON history_change FOR EACH ROW EXECUTE FUNCTION history_refuse();
CREATE TRIGGER history_truncate BEFORE TRUNCATE ON history_event FOR EACH STATEMENT EXECUTE FUNCTION history_refuse();
CREATE TRIGGER history_truncate BEFORE TRUNCATE ON history_fact FOR EACH STATEMENT EXECUTE FUNCTION history_refuse();
CREATE TRIGGER history_truncate BEFORE TRUNCATE ON history_change FOR EACH STATEMENT EXECUTE FUNCTION history_refuse();
-- A change feed asks "what of my rights changed last": few rows, found by the person they are about.
CREATE INDEX history_change_of_rights ON history_change ((coalesce(after, before) ->> 'user_id'), id)
    WHERE table_name IN ('accounts_membership', 'accounts_user_groups');
"""

NO_FUNCTIONS = """
DROP INDEX history_change_of_rights;
DROP TRIGGER history_truncate ON history_change; DROP TRIGGER history_truncate ON history_fact; DROP TRIGGER history_truncate ON history_event;
DROP TRIGGER history_refuse ON history_change; DROP TRIGGER history_refuse ON history_fact;
DROP TRIGGER history_refuse_delete ON history_event; DROP TRIGGER history_only_number ON history_event; DROP TRIGGER history_number ON history_event;
DROP INDEX history_one_head; DELETE FROM history_head;
DROP FUNCTION history_number(); DROP FUNCTION history_digest(bigint, bigint, bytea); DROP FUNCTION history_only_number();
DROP FUNCTION history_refuse(); DROP FUNCTION history_revise(); DROP FUNCTION history_write_update(); DROP FUNCTION history_write_delete();
DROP FUNCTION history_write_insert(); DROP FUNCTION history_masked(jsonb, text[]); DROP FUNCTION history_current_event();
"""


class Migration(migrations.Migration):
    dependencies = [("history", "0001_initial")]
    operations = [migrations.RunSQL(FUNCTIONS, NO_FUNCTIONS)]
