from django.db import migrations


class Migration(migrations.Migration):
    """The program's database role owns no table and may count none of them by itself. History is only ever read by its keys."""

    dependencies = [("exchange", "0002_waiting")]

    operations = [
        migrations.RunSQL(
            sql="""
            CREATE FUNCTION exchange_refresh_statistics() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
            SET search_path = public, pg_temp AS $$
            DECLARE named regclass;
            BEGIN
                FOR named IN
                    SELECT oid FROM pg_class
                    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname NOT LIKE 'history\\_%' ORDER BY oid
                LOOP
                    EXECUTE format('ANALYZE %s', named);
                END LOOP;
            END $$
            """,
            reverse_sql="DROP FUNCTION exchange_refresh_statistics()",
        )
    ]
