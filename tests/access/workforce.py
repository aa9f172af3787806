"""Who may open what of workforce: rows for `tests/test_access.py`."""

from datetime import UTC, date, datetime

from ops_dashboard.people.models import Membership
from tests.access.rows import ABSENT, AdminModel, Row, everybody, page
from tests.cast import Cast
from workforce.models import Event, Queue

SEE_PLANS_IN_ADMIN, PLAN = ("carol", "petra"), ("petra",)

SEE_ROSTERS, ROSTER = ("alice", "bob", "carol", "dave", "petra"), ("bob", "petra")
WEEK = "?team=team-a&week=2026-03-23"

ROWS: dict[str, Row] = {
    "roster/": page("/roster/", SEE_ROSTERS),
    "roster/day/": page(
        "/roster/day/?team=team-a&agent=alice&on=2026-03-24", ("bob", "carol", "petra"), alice=ABSENT, dave=ABSENT
    ),
    "roster/publish/": page(f"/roster/publish/{WEEK}", ROSTER),
    "roster/import/": page("/roster/import/", ROSTER),
    "calendar/<str:token>.ics": everybody("/calendar/nobody-knows-it.ics", ABSENT),
} | {
    f"roster/{act}/": Row(f"/roster/{act}/", (), otherwise=405, signed_out=405)
    for act in ("edit", "undo", "copy", "revert", "calendar")
}
ADMIN_MODELS: dict[str, AdminModel] = {
    "workforce/queue": (SEE_PLANS_IN_ADMIN, PLAN, PLAN, PLAN),
    "workforce/event": (SEE_PLANS_IN_ADMIN, PLAN, PLAN, PLAN),
}


def stage(cast: Cast) -> None:
    """Save the objects that the rows name."""
    Queue.objects.create(slug="phone", name="Phone", kind=Queue.Kind.LIVE)
    Membership.objects.create(agent=cast.agents["alice"], team=cast.teams["team-a"], valid_from=date(2026, 1, 1))


def keys(cast: Cast) -> dict[str, object]:
    """A row of every model that the admin shows."""
    launch = Event.objects.create(
        type="launch", label="Launch", start_on=date(2026, 11, 2), known_since=datetime(2026, 10, 1, tzinfo=UTC)
    )
    return {
        "workforce/queue": Queue.objects.get(slug="phone").pk,
        "workforce/event": launch.pk,
    }
