"""Words are searched as they are written: people write in ten languages, and stemming knows one.

A generated column cannot be altered, so it is made anew; its content comes from the text.
"""

import django.contrib.postgres.indexes
import django.contrib.postgres.search
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("insights", "0004_feedback_sources")]

    operations = [
        migrations.RemoveIndex("feedback", "feedback_search"),
        migrations.RemoveField("feedback", "search"),
        migrations.AddField(
            "feedback",
            "search",
            models.GeneratedField(
                db_persist=True,
                expression=django.contrib.postgres.search.SearchVector("text", config="simple"),
                output_field=django.contrib.postgres.search.SearchVectorField(),
            ),
        ),
        migrations.AddIndex(
            "feedback", django.contrib.postgres.indexes.GinIndex(fields=["search"], name="feedback_search")
        ),
    ]
