"""A rule that is written while its version is being published waits, and is then refused: it would stand in what nobody published."""

from django.db import migrations

FUNCTION = """
CREATE OR REPLACE FUNCTION policies_refuse_published_rule() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    {first}IF EXISTS (
        SELECT FROM policies_policyversion
        WHERE published_at IS NOT NULL
            AND (TG_OP <> 'DELETE' AND id = NEW.version_id OR TG_OP <> 'INSERT' AND id = OLD.version_id)
    ) THEN
        RAISE EXCEPTION '% of a rule of a published policy version is refused', lower(TG_OP) USING ERRCODE = 'RC002';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
"""
WAIT = """PERFORM FROM policies_policyversion
    WHERE TG_OP <> 'DELETE' AND id = NEW.version_id OR TG_OP <> 'INSERT' AND id = OLD.version_id
    FOR SHARE;
    """


class Migration(migrations.Migration):
    dependencies = [("policies", "0002_history")]
    operations = [migrations.RunSQL(sql=FUNCTION.format(first=WAIT), reverse_sql=FUNCTION.format(first=""))]
