"""Indexes by which the start of a name is found on PostgreSQL whatever the database's collation."""

from django.db import migrations

COLUMNS = ("search", "search_last")


def make(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for column in COLUMNS:
            schema_editor.execute(
                f'CREATE INDEX card_{column}_prefix ON profile_card (({column} COLLATE "C"), person_id)'
            )


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for column in COLUMNS:
            schema_editor.execute(f"DROP INDEX card_{column}_prefix")


class Migration(migrations.Migration):
    dependencies = [("profile", "0001_initial")]
    operations = [migrations.RunPython(make, drop)]
