from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("insights", "0009_users_told")]

    operations = [
        migrations.AddField(
            model_name="feedbackrun",
            name="state",
            field=models.CharField(
                choices=[("running", "Running"), ("done", "Done"), ("failed", "Failed")],
                default="running",
                max_length=10,
            ),
        ),
        migrations.RunSQL(
            "UPDATE insights_feedbackrun SET state = CASE WHEN error <> '' THEN 'failed' ELSE 'done' END "
            "WHERE finished_at IS NOT NULL",
            reverse_sql=migrations.RunSQL.noop,
        ),
    ]
