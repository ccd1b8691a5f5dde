"""Policies under history; what is published, and every version of a procedure, is never changed."""

from django.db import migrations

from history.tracking import keep, track

PUBLISHED = """
CREATE FUNCTION policies_refuse_published() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% of a published policy version is refused', lower(TG_OP) USING ERRCODE = 'RC002';
END $$;

CREATE TRIGGER published BEFORE UPDATE OR DELETE ON policies_policyversion
    FOR EACH ROW WHEN (OLD.published_at IS NOT NULL) EXECUTE FUNCTION policies_refuse_published();

CREATE FUNCTION policies_refuse_published_rule() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM policies_policyversion
        WHERE published_at IS NOT NULL
            AND (TG_OP <> 'DELETE' AND id = NEW.version_id OR TG_OP <> 'INSERT' AND id = OLD.version_id)
    ) THEN
        RAISE EXCEPTION '% of a rule of a published policy version is refused', lower(TG_OP) USING ERRCODE = 'RC002';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
"""
RULES = ("policies_gaterule", "policies_approvalrule", "policies_schedulerule")
ON_RULES = "; ".join(
    f"CREATE TRIGGER published BEFORE INSERT OR UPDATE OR DELETE ON {table}"
    " FOR EACH ROW EXECUTE FUNCTION policies_refuse_published_rule()"
    for table in RULES
)
OFF_RULES = "; ".join(f"DROP TRIGGER published ON {table}" for table in RULES)


class Migration(migrations.Migration):
    dependencies = [("policies", "0001_initial"), ("history", "0002_triggers")]
    operations = [
        track("policies_procedure"),
        track("policies_procedureversion"),
        keep("policies_procedureversion"),
        track("policies_policy"),
        track("policies_policyversion"),
        track("policies_gaterule"),
        track("policies_approvalrule"),
        track("policies_schedulerule"),
        migrations.RunSQL(
            sql=PUBLISHED,
            reverse_sql="DROP TRIGGER published ON policies_policyversion;"
            " DROP FUNCTION policies_refuse_published(); DROP FUNCTION policies_refuse_published_rule()",
        ),
        migrations.RunSQL(sql=ON_RULES, reverse_sql=OFF_RULES),
    ]
