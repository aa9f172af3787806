"""The activities that every installation knows, so that nobody has to make them who only reads."""

from django.db import migrations

ADD = """
INSERT INTO workforce_activity (slug, name, kind, is_paid, is_productive, shrinkage) VALUES
    ('work', 'Work', 'work', true, true, ''),
    ('break', 'Break', 'break', true, false, 'internal'),
    ('lunch', 'Lunch', 'break', false, false, ''),
    ('meeting', 'Meeting', 'meeting', true, false, 'internal'),
    ('coaching', 'Coaching', 'meeting', true, false, 'internal'),
    ('training', 'Training', 'training', true, false, 'internal'),
    ('project', 'Project work', 'offline', true, false, 'internal'),
    ('leave', 'Leave', 'absence', true, false, 'external'),
    ('sick', 'Sick', 'absence', true, false, 'external')
ON CONFLICT DO NOTHING
"""


class Migration(migrations.Migration):
    dependencies = [("workforce", "0009_timed_weeks")]

    operations = [migrations.RunSQL(ADD, migrations.RunSQL.noop)]
