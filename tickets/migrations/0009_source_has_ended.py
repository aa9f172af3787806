"""A source that is gone for good is not missed."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tickets", "0008_worklogs")]

    operations = [
        migrations.AddField(
            "source",
            "has_ended",
            models.BooleanField(
                "sends no more",
                default=False,
                db_default=False,
                help_text="Its silence is no news: figures wait for nothing from it.",
            ),
        ),
    ]
