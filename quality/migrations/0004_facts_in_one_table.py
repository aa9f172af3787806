"""Reviews and disputes carry what their facts are cut and weighted by, so that no table is joined to read them."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from ops_dashboard.people.migrating import Together

FILL_REVIEWS = """
UPDATE quality_review review SET scorecard_id = version.scorecard_id, solved_at = sampled.solved_at, weight = sampled.weight,
    is_seen = EXISTS (SELECT FROM quality_acknowledgement told WHERE told.review_id = review.id),
    is_disputed = EXISTS (SELECT FROM quality_dispute told WHERE told.review_id = review.id)
  FROM quality_sampledticket sampled, quality_scorecardversion version
 WHERE sampled.id = review.sampled_id AND version.id = review.version_id
"""
FILL_DISPUTES = """
UPDATE quality_dispute dispute SET team_id = review.team_id, reviewer_id = review.reviewer_id,
    scorecard_id = review.scorecard_id
  FROM quality_review review WHERE review.id = dispute.review_id
"""


def link(to, *, null, **options):
    return models.ForeignKey(**options, null=null, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=to)


class Migration(migrations.Migration):
    dependencies = [("people", "0003_access_epoch"), ("quality", "0003_disputes_are_by_agents")]

    operations = [
        Together(
            migrations.AddField("review", "scorecard", link("quality.scorecard", null=True)),
            migrations.AddField("review", "solved_at", models.DateTimeField(null=True)),
            migrations.AddField("review", "weight", models.FloatField(null=True)),
            migrations.AddField("review", "is_seen", models.BooleanField(default=False)),
            migrations.AddField("review", "is_disputed", models.BooleanField(default=False)),
            migrations.AddField("dispute", "team", link("people.team", null=True, db_index=False)),
            migrations.AddField("dispute", "reviewer", link(settings.AUTH_USER_MODEL, null=True)),
            migrations.AddField("dispute", "scorecard", link("quality.scorecard", null=True)),
        ),
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.RunSQL([FILL_REVIEWS, FILL_DISPUTES], migrations.RunSQL.noop),
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        Together(
            migrations.AlterField("review", "team", link("people.team", null=False, db_index=False)),
            migrations.AlterField("review", "scorecard", link("quality.scorecard", null=False)),
            migrations.AlterField("review", "solved_at", models.DateTimeField()),
            migrations.AlterField("review", "weight", models.FloatField()),
            migrations.AlterField("dispute", "team", link("people.team", null=False, db_index=False)),
            migrations.AlterField("dispute", "reviewer", link(settings.AUTH_USER_MODEL, null=False)),
            migrations.AlterField("dispute", "scorecard", link("quality.scorecard", null=False)),
            migrations.RemoveIndex("review", "review_by_publication"),
            migrations.AddIndex(
                "review",
                models.Index(
                    fields=["team", "published_at"],
                    name="review_by_publication",
                    condition=models.Q(seat__lt=2, published_at__isnull=False),
                ),
            ),
            migrations.AddIndex(
                "review",
                models.Index(
                    fields=["solved_at", "team"],
                    name="review_by_solve",
                    condition=models.Q(seat=1, published_at__isnull=False),
                ),
            ),
            migrations.AddIndex("dispute", models.Index(fields=["team", "decided_at"], name="dispute_by_decision")),
        ),
    ]
