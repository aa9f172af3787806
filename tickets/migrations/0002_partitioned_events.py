"""Events by month: an append touches one small index, and an old month can leave as a whole.

The table is made anew, for Postgres does not partition one that exists; it holds nothing yet.
"""

from django.db import migrations, models

CREATE = """
DROP TABLE tickets_ticketevent;
CREATE TABLE tickets_ticketevent (
    ticket bigint NOT NULL,
    occurred_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT statement_timestamp(),
    actor bigint,
    requester bigint,
    other_ticket bigint,
    dedupe_key uuid NOT NULL,
    seq integer NOT NULL,
    priority integer,
    team integer,
    assignee integer,
    channel integer,
    language integer,
    reason integer,
    type smallint NOT NULL,
    source smallint NOT NULL,
    actor_kind smallint NOT NULL,
    status smallint,
    is_public boolean NOT NULL,
    from_value varchar(120),
    to_value varchar(120),
    meta jsonb,
    PRIMARY KEY (ticket, dedupe_key, occurred_at)
) PARTITION BY RANGE (occurred_at);
"""


class Migration(migrations.Migration):
    dependencies = [("tickets", "0001_initial")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(CREATE, migrations.RunSQL.noop)],
            state_operations=[
                migrations.AddField("ticketevent", "requester", models.BigIntegerField(null=True)),
                migrations.AddField("ticketevent", "other_ticket", models.BigIntegerField(null=True)),
            ],
        )
    ]
