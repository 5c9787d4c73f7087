"""The audit log and the receipts refuse to be changed, whoever asks the database.

PostgreSQL refuses DELETE too. On SQLite it cannot: emptying a table is the same statement there.
"""

from django.db import migrations

TABLES = ("audit_log_entry", "audit_log_erasurereceipt")
WORDS = "the audit log is append-only"


def make(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            "CREATE FUNCTION audit_log_refuse() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{WORDS}'; END $$"
        )
        for table in TABLES:
            schema_editor.execute(
                f"CREATE TRIGGER {table}_fixed BEFORE UPDATE OR DELETE ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION audit_log_refuse()"
            )
        return
    for table in TABLES:
        schema_editor.execute(
            f"CREATE TRIGGER {table}_fixed BEFORE UPDATE ON {table} BEGIN SELECT RAISE(ABORT, '{WORDS}'); END"
        )


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for table in TABLES:
            schema_editor.execute(f"DROP TRIGGER {table}_fixed ON {table}")
        schema_editor.execute("DROP FUNCTION audit_log_refuse()")
        return
    for table in TABLES:
        schema_editor.execute(f"DROP TRIGGER {table}_fixed")


class Migration(migrations.Migration):
    dependencies = [("audit_log", "0001_initial")]
    operations = [migrations.RunPython(make, drop)]
