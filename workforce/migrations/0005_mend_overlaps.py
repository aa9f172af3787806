"""What overlaps ends where the next of its subject begins. Not taken back: what was longer overlapped."""

from typing import ClassVar

from django.db import migrations

from ops_dashboard.people.dated import mended_sql

SUBJECTS = {
    "workforce_agentskill": ("agent_id", "skill_id"),
    "workforce_contract": ("agent_id",),
    "workforce_rate": ("team_id", "vendor_id", "contract_type_id"),
}


class Migration(migrations.Migration):
    dependencies: ClassVar = [("workforce", "0004_owed_forecasts")]

    operations: ClassVar = [
        migrations.RunSQL(mended_sql(table, *columns), migrations.RunSQL.noop) for table, columns in SUBJECTS.items()
    ]
