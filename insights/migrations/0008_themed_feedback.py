from django.db import migrations, models

FILL = """
UPDATE insights_themefact t SET source = f.source, rating = f.rating
  FROM insights_feedback f WHERE f.id = t.feedback;
UPDATE insights_feedback f SET is_themed = true
 WHERE EXISTS (SELECT 1 FROM insights_themefact t WHERE t.feedback = f.id);
"""


class Migration(migrations.Migration):
    dependencies = [("insights", "0007_feedback_media")]

    operations = [
        migrations.AddField(
            model_name="feedback",
            name="is_themed",
            field=models.BooleanField(db_default=False),
        ),
        migrations.AddField(
            model_name="themefact",
            name="source",
            field=models.SlugField(db_default="", max_length=40),
        ),
        migrations.AddField(
            model_name="themefact",
            name="rating",
            field=models.SmallIntegerField(null=True),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
