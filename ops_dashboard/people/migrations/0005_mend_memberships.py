"""Memberships that overlap end where the next one begins. Not taken back: what was longer overlapped."""

from typing import ClassVar

from django.db import migrations

from ops_dashboard.people.dated import mended_sql


class Migration(migrations.Migration):
    dependencies: ClassVar = [("people", "0004_api_tokens")]

    operations: ClassVar = [
        migrations.RunSQL(mended_sql("people_membership", "agent_id", "team_id"), migrations.RunSQL.noop)
    ]
