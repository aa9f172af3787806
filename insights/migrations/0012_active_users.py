from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("insights", "0011_suggestion_runs"),
    ]

    operations = [
        migrations.CreateModel(
            name="ActiveUsers",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("week", models.DateField(help_text="Its Monday.", unique=True)),
                ("count", models.PositiveBigIntegerField()),
                ("origin", models.CharField(blank=True, help_text="Which analytics counted them.", max_length=120)),
            ],
            options={
                "verbose_name_plural": "active users",
                "ordering": ["-week"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("week__iso_week_day", 1)), name="active_users_of_a_week_from_monday"
                    ),
                    models.CheckConstraint(condition=models.Q(("count__gte", 1)), name="active_users_are_some"),
                ],
            },
        ),
    ]
