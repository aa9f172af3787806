from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def tell_media(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    source = apps.get_model("insights", "FeedbackSource")
    source.objects.filter(slug="conversations", kind="tickets").update(medium="conversation")
    source.objects.filter(slug="ratings", kind="tickets").update(medium="survey")


class Migration(migrations.Migration):
    dependencies = [("insights", "0006_tagging_desk")]

    operations = [
        migrations.AddField(
            model_name="feedbacksource",
            name="medium",
            field=models.CharField(
                choices=[
                    ("conversation", "Conversations"),
                    ("review", "App reviews"),
                    ("survey", "Surveys"),
                    ("community", "Community"),
                    ("social", "Social media"),
                    ("other", "Other"),
                ],
                default="other",
                max_length=12,
            ),
        ),
        migrations.AddField(
            model_name="feedbackrun",
            name="error",
            field=models.CharField(blank=True, max_length=400),
        ),
        migrations.RunPython(tell_media, migrations.RunPython.noop),
    ]
