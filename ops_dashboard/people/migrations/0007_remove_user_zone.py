"""Nothing ever read it: figures are told in the reporting zone, to everybody the same."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("people", "0006_one_membership_at_a_time")]

    operations = [migrations.RemoveField("user", "zone")]
