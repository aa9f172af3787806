"""Whoever objects to a review is its agent, with or without a sign-in. No dispute exists before this."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0003_access_epoch"), ("quality", "0002_versions_never_change")]

    operations = [
        migrations.RemoveField(model_name="dispute", name="raised_by"),
        migrations.AddField(
            model_name="dispute",
            name="agent",
            field=models.ForeignKey(
                default=0, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.agent"
            ),
            preserve_default=False,
        ),
    ]
