from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("insights", "0012_active_users"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="program",
            name="target_metric",
            field=models.CharField(blank=True, max_length=60),
        ),
        migrations.AddField(
            model_name="program",
            name="target_on",
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="program",
            name="target_value",
            field=models.FloatField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="program",
            name="target_where",
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddConstraint(
            model_name="program",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("target_metric", ""), _negated=True),
                    models.Q(("target_on__isnull", True), ("target_value__isnull", True), ("target_where", "")),
                    _connector="OR",
                ),
                name="target_is_of_a_metric",
            ),
        ),
    ]
