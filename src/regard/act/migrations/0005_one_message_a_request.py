"""A request is one message: its key is unique. A decision stands behind it only where a journey asked."""

import django.db.models.deletion
from django.db import migrations, models

KINDS = [
    ("promotion", "Promotion"),
    ("survey", "Survey"),
    ("service", "Service"),
    ("reply", "Reply"),
    ("statement", "Statement"),
    ("call", "Call"),
    ("marketing_call", "Marketing Call"),
]


class Migration(migrations.Migration):
    dependencies = [("act", "0004_message_request")]

    operations = [
        migrations.AlterField("message", "key", models.CharField(max_length=200, unique=True)),
        migrations.AlterField("message", "kind", models.CharField(max_length=16, choices=KINDS)),
        migrations.AlterField("message", "cause_kind", models.CharField(max_length=20)),
        migrations.AlterField("message", "cause_id", models.CharField(max_length=80)),
        migrations.AlterField("message", "asked_by", models.CharField(max_length=80)),
        migrations.AlterField("message", "template", models.CharField(max_length=60, blank=True)),
        migrations.AlterField(
            "message",
            "decision",
            models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="message",
                to="decide.decision",
            ),
        ),
        migrations.AddIndex(
            "message",
            models.Index(fields=["cause_kind", "cause_id"], name="message_of_cause"),
        ),
    ]
