"""Forecasts that were asked for and have not been made yet."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("workforce", "0003_frozen_forecasts"),
    ]

    operations = [
        migrations.CreateModel(
            name="OwedForecast",
            fields=[
                (
                    "queue",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="owed_forecast",
                        serialize=False,
                        to="workforce.queue",
                    ),
                ),
                ("as_of", models.DateTimeField()),
                ("asked_by", models.CharField(max_length=150)),
                ("asked_at", models.DateTimeField()),
            ],
        ),
    ]
