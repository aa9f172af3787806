"""The database itself refuses to rewrite a forecast; a run may only be removed whole."""

from django.db import migrations

REFUSE = """
CREATE FUNCTION workforce_forecast_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a forecast is never updated in place' USING ERRCODE = 'integrity_constraint_violation';
END
$$;
CREATE TRIGGER run_is_frozen BEFORE UPDATE ON workforce_forecastrun
    FOR EACH STATEMENT EXECUTE FUNCTION workforce_forecast_is_frozen();
CREATE TRIGGER point_is_frozen BEFORE UPDATE ON workforce_forecastpoint
    FOR EACH STATEMENT EXECUTE FUNCTION workforce_forecast_is_frozen();
"""
ALLOW = """
DROP TRIGGER run_is_frozen ON workforce_forecastrun;
DROP TRIGGER point_is_frozen ON workforce_forecastpoint;
DROP FUNCTION workforce_forecast_is_frozen();
"""


class Migration(migrations.Migration):
    dependencies = [("workforce", "0002_queues_and_forecasts")]

    operations = [migrations.RunSQL(REFUSE, ALLOW)]
