"""How far the two blind reviews of a ticket agree, kept on the first of them; as `pair_agreement.py` keeps it."""

from django.db import migrations, models

FILL = """
UPDATE quality_review review SET agreement_bp = told.share
  FROM (SELECT pair.first_id,
               round(10000.0 * count(*) FILTER (WHERE one.step = other.step) / count(*))::int AS share
          FROM quality_calibrationpair pair
          JOIN quality_criterionscore one ON one.review_id = pair.first_id AND one.step IS NOT NULL
          JOIN quality_criterionscore other ON other.review_id = pair.second_id AND other.step IS NOT NULL
          JOIN quality_criterion asked ON asked.id = one.criterion_id
          JOIN quality_criterion too ON too.id = other.criterion_id AND too.key = asked.key
         GROUP BY pair.first_id) told
 WHERE review.id = told.first_id
"""


class Migration(migrations.Migration):
    dependencies = [("quality", "0004_facts_in_one_table")]

    operations = [
        migrations.AddField("review", "agreement_bp", models.IntegerField(null=True)),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
