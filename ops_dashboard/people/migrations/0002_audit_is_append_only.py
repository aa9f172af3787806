"""The database itself refuses to change or remove an audit entry."""

from django.db import migrations

REFUSE = """
CREATE FUNCTION people_audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit entries are append-only' USING ERRCODE = 'integrity_constraint_violation';
END
$$;
CREATE TRIGGER audit_is_append_only BEFORE UPDATE OR DELETE ON people_auditentry
    FOR EACH ROW EXECUTE FUNCTION people_audit_is_append_only();
"""
ALLOW = """
DROP TRIGGER audit_is_append_only ON people_auditentry;
DROP FUNCTION people_audit_is_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial")]

    operations = [migrations.RunSQL(REFUSE, ALLOW)]
