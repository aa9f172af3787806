"""The database itself refuses to change a version of a scorecard, or what a reviewer has submitted."""

from django.db import migrations

REFUSE = """
CREATE FUNCTION quality_never_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% never changes', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END
$$;
CREATE TRIGGER version_never_changes BEFORE UPDATE ON quality_scorecardversion
    FOR EACH ROW EXECUTE FUNCTION quality_never_changes();
CREATE TRIGGER group_never_changes BEFORE UPDATE ON quality_criteriongroup
    FOR EACH ROW EXECUTE FUNCTION quality_never_changes();
CREATE TRIGGER criterion_never_changes BEFORE UPDATE ON quality_criterion
    FOR EACH ROW EXECUTE FUNCTION quality_never_changes();
CREATE TRIGGER given_never_changes
    BEFORE UPDATE ON quality_review
    FOR EACH ROW WHEN (
        OLD.state = 'submitted' AND (
            OLD.given_score_bp IS DISTINCT FROM NEW.given_score_bp
            OR OLD.given_before_critical_bp IS DISTINCT FROM NEW.given_before_critical_bp
            OR OLD.given_critical_failed IS DISTINCT FROM NEW.given_critical_failed
            OR OLD.reviewer_id IS DISTINCT FROM NEW.reviewer_id
        )
    ) EXECUTE FUNCTION quality_never_changes();
"""
ALLOW = """
DROP TRIGGER given_never_changes ON quality_review;
DROP TRIGGER criterion_never_changes ON quality_criterion;
DROP TRIGGER group_never_changes ON quality_criteriongroup;
DROP TRIGGER version_never_changes ON quality_scorecardversion;
DROP FUNCTION quality_never_changes();
"""


class Migration(migrations.Migration):
    dependencies = [("quality", "0001_initial")]

    operations = [migrations.RunSQL(REFUSE, ALLOW)]
