"""Fewer indexes to write: those no question uses go, and SQLite keeps field changes in the order of their numbers."""

import django.db.models.deletion
import regard.collect.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('identify', '0002_prefix_index'),
        ('profile', '0002_prefix_index'),
    ]

    operations = [
        migrations.AlterField(
            model_name='card',
            name='display_name',
            field=models.CharField(blank=True, max_length=255),
        ),
        migrations.AlterField(
            model_name='fieldchange',
            name='person',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='field_changes', to='identify.person'),
        ),
        migrations.AlterField(
            model_name='fieldchange',
            name='seq',
            field=regard.collect.fields.SequenceField(primary_key=True, serialize=False),
        ),
    ]
