"""Every message carries the request behind it; those there are were all asked for by a decision of a journey."""

from django.db import migrations, models

import regard.collect.fields

# What a message was is told by its channel, its survey and its purpose of then.
CARRY = """
    UPDATE act_message SET
        key = 'decision:' || CAST(decision_id AS VARCHAR(20)),
        kind = CASE
            WHEN channel = 'webhook' THEN 'call'
            WHEN survey <> '' THEN 'survey'
            WHEN is_marketing THEN 'promotion'
            ELSE 'service'
        END,
        cause_kind = 'decision',
        cause_id = CAST(decision_id AS VARCHAR(20)),
        asked_by = 'journey:' || (SELECT d.journey FROM decide_decision AS d WHERE d.id = act_message.decision_id)
"""


class Migration(migrations.Migration):
    dependencies = [
        ("act", "0003_sent_lately"),
        ("decide", "0002_steering_move"),
    ]

    operations = [
        migrations.AddField("message", "key", models.CharField(max_length=200, null=True)),
        migrations.AddField("message", "kind", models.CharField(max_length=16, default="")),
        migrations.AddField("message", "cause_kind", models.CharField(max_length=20, default="")),
        migrations.AddField("message", "cause_id", models.CharField(max_length=80, default="")),
        migrations.AddField("message", "asked_by", models.CharField(max_length=80, default="")),
        migrations.AddField("message", "given", regard.collect.fields.JSONTextField(default=dict)),
        migrations.RunSQL(CARRY, migrations.RunSQL.noop),
    ]
