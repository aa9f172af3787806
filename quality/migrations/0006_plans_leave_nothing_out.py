"""Plans that left tickets without a chance to be drawn are mended, so that the next migration may forbid them."""

from django.db import migrations

MEND = """
UPDATE quality_sampleplan
   SET risk_share = least(greatest(risk_share, 1), 99), size = greatest(size, 1),
       is_active = is_active AND size > 0
 WHERE risk_share NOT BETWEEN 1 AND 99 OR size < 1
"""


class Migration(migrations.Migration):
    dependencies = [("quality", "0005_agreement_of_pairs")]

    operations = [migrations.RunSQL(MEND, migrations.RunSQL.noop)]
