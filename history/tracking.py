"""The triggers that write changes, and those that keep decisions: made here, installed by the migrations of their tables.

Statement triggers with transition tables: the same rows a row trigger would see, at a fraction of the cost for an import of
thousands. They run with the rights of the owner, so that the application's role needs no right to write changes by hand.
"""

from collections.abc import Sequence

from django.db import migrations


def track(table: str, *, hide: Sequence[str] = (), ignore: Sequence[str] = (), revision: bool = True) -> migrations.RunSQL:
    """The migration operation that puts `table` under history.

    `hide`: personal or secret columns, which appear in changes as "changed" only (names and addresses of people live in
    `accounts` alone). `ignore`: columns that are machinery (last used, last signed in): writing only these needs no deed and
    leaves no change. `revision=False` for tables of other libraries, which have no `revision` and `updated_at`.
    """
    arguments = f"'{{{','.join(hide)}}}', '{{{','.join([*ignore, *(['revision', 'updated_at'] if revision else [])])}}}'"
    install = [
        f"CREATE TRIGGER history_insert AFTER INSERT ON {table} REFERENCING NEW TABLE AS new_rows"
        f" FOR EACH STATEMENT EXECUTE FUNCTION history_write_insert({arguments})",
        f"CREATE TRIGGER history_update AFTER UPDATE ON {table} REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows"
        f" FOR EACH STATEMENT EXECUTE FUNCTION history_write_update({arguments})",
        f"CREATE TRIGGER history_delete AFTER DELETE ON {table} REFERENCING OLD TABLE AS old_rows"
        f" FOR EACH STATEMENT EXECUTE FUNCTION history_write_delete({arguments})",
        f"CREATE TRIGGER history_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION history_refuse()",
    ]
    names = ["history_insert", "history_update", "history_delete", "history_truncate"]
    if revision:
        install.append(
            f"CREATE TRIGGER history_revision BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION history_revise({arguments})"
        )
        names.append("history_revision")
    return migrations.RunSQL(
        sql="; ".join(install),
        reverse_sql="; ".join(f"DROP TRIGGER {name} ON {table}" for name in names),
    )


def keep(table: str) -> migrations.RunSQL:
    """The migration operation for a table whose rows are decisions: written once, never updated, deleted or truncated."""
    return migrations.RunSQL(
        sql=f"CREATE TRIGGER kept BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION history_refuse()",
        reverse_sql=f"DROP TRIGGER kept ON {table}",
    )
