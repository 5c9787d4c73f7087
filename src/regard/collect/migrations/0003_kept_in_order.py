"""SQLite: the log is kept in the order of its numbers itself, so that no index of them is written beside it."""

import regard.collect.fields
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('collect', '0002_journal_kept_plain'),
    ]

    operations = [
        migrations.AlterField(
            model_name='touchpoint',
            name='seq',
            field=regard.collect.fields.SequenceField(primary_key=True, serialize=False),
        ),
    ]
