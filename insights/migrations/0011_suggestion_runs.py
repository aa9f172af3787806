from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("insights", "0010_run_states")]

    operations = [
        migrations.AddField("suggestionrun", "tags", models.IntegerField(default=0)),
        migrations.AddField("suggestionrun", "first_version", models.IntegerField(null=True)),
        migrations.AddField("suggestionrun", "last_version", models.IntegerField(null=True)),
        migrations.AddField("suggestionrun", "seconds", models.FloatField(null=True)),
    ]
