"""PostgreSQL: journal entries live for a moment and are read whole, so packing them would only cost time."""

from django.db import migrations


def keep_plain(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE collect_journal ALTER COLUMN body SET STORAGE EXTERNAL")


class Migration(migrations.Migration):

    dependencies = [("collect", "0001_initial")]

    operations = [migrations.RunPython(keep_plain, migrations.RunPython.noop)]
