"""Who may open what of workforce: rows for `tests/test_access.py`."""

from datetime import UTC, date, datetime

from tests.access.rows import AdminModel, Row
from tests.cast import Cast
from workforce.models import Event, Queue

SEE_PLANS_IN_ADMIN, PLAN = ("carol", "petra"), ("petra",)

ROWS: dict[str, Row] = {}
ADMIN_MODELS: dict[str, AdminModel] = {
    "workforce/queue": (SEE_PLANS_IN_ADMIN, PLAN, PLAN, PLAN),
    "workforce/event": (SEE_PLANS_IN_ADMIN, PLAN, PLAN, PLAN),
}


def stage(cast: Cast) -> None:
    """Save the objects that the rows name."""
    Queue.objects.create(slug="phone", name="Phone", kind=Queue.Kind.LIVE)


def keys(cast: Cast) -> dict[str, object]:
    """A row of every model that the admin shows."""
    launch = Event.objects.create(
        type="launch", label="Launch", start_on=date(2026, 11, 2), known_since=datetime(2026, 10, 1, tzinfo=UTC)
    )
    return {
        "workforce/queue": Queue.objects.get(slug="phone").pk,
        "workforce/event": launch.pk,
    }
