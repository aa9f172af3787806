import django.core.validators
from django.db import migrations, models

from ops_dashboard.people.migrating import Together


class Migration(migrations.Migration):
    dependencies = [("quality", "0006_plans_leave_nothing_out")]

    operations = [
        Together(
            migrations.AlterField(
                "sampleplan",
                "size",
                models.PositiveIntegerField(
                    help_text="tickets a week; of each agent where strata are agents",
                    validators=[django.core.validators.MinValueValidator(1)],
                ),
            ),
            migrations.AlterField(
                "sampleplan",
                "least",
                models.PositiveIntegerField(default=0, help_text="at least so many of each stratum; one in any case"),
            ),
            migrations.RemoveConstraint("sampleplan", "plan_shares"),
            migrations.AddConstraint(
                "sampleplan",
                models.CheckConstraint(
                    condition=models.Q(risk_share__gte=1, risk_share__lte=99, double_share__lte=100), name="plan_shares"
                ),
            ),
            migrations.AddConstraint(
                "sampleplan", models.CheckConstraint(condition=models.Q(size__gte=1), name="plan_size")
            ),
        )
    ]
