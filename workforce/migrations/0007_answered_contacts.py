"""What teams got done for queues, by interval."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("workforce", "0006_one_at_a_time"),
    ]

    operations = [
        migrations.CreateModel(
            name="Answered",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "queue", "team", "start_at", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("team", models.IntegerField()),
                ("start_at", models.DateTimeField()),
                ("contacts", models.IntegerField()),
                ("queue", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="workforce.queue")),
            ],
            options={
                "indexes": [models.Index(fields=["team", "start_at"], name="answered_by_moment")],
            },
        ),
    ]
