"""An index by which the start of an id is found on PostgreSQL whatever the database's collation."""

from django.db import migrations


def make(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            'CREATE INDEX identifier_prefix ON identify_identifier (kind, (value COLLATE "C"))'
        )


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX identifier_prefix")


class Migration(migrations.Migration):
    dependencies = [("identify", "0001_initial")]
    operations = [migrations.RunPython(make, drop)]
