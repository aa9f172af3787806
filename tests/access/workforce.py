"""Who may open what of workforce: rows for `tests/test_access.py`."""

from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import urlencode

from django.db.models import Model

from ops_dashboard.people.models import Membership
from tests.access.rows import ABSENT, AdminModel, Row, act, api, everybody, page
from tests.cast import Cast
from workforce.activities import ensured
from workforce.models import (
    AgentSkill,
    Contract,
    ContractType,
    Event,
    ForecastRun,
    Queue,
    Rate,
    ShiftTemplate,
    Skill,
    TimeOff,
)

SEE_PLANS, SEE_PLANS_IN_ADMIN, PLAN = ("bob", "carol", "erin", "petra"), ("carol", "petra"), ("petra",)

SEE_ROSTERS, ROSTER = ("alice", "bob", "carol", "dave", "petra"), ("bob", "petra")
WEEK = {"team": "team-a", "week": "2026-03-23"}

ROWS: dict[str, Row] = {
    "today/": page("/today/", SEE_PLANS),
    "roster/": page("/roster/", SEE_ROSTERS),
    "roster/day/": page(
        "/roster/day/?team=team-a&agent=alice&on=2026-03-24", ("bob", "carol", "petra"), alice=ABSENT, dave=ABSENT
    ),
    "roster/publish/": page(f"/roster/publish/?{urlencode(WEEK)}", ROSTER),
    "roster/import/": page("/roster/import/", ROSTER),
    "calendar/<str:token>.ics": everybody("/calendar/nobody-knows-it.ics", ABSENT),
    "roster/edit/": act(
        "/roster/edit/", ROSTER,
        {"act": "add", "team": "team-a", "agent": "alice", "on": "2026-03-24", "start": "09:00", "end": "17:00"},
    ),
    "roster/publish/ publish": act("/roster/publish/", ROSTER, WEEK),
    "roster/undo/": act("/roster/undo/", ROSTER, WEEK),
    "roster/copy/": act("/roster/copy/", ROSTER, WEEK),
    "roster/revert/": act("/roster/revert/", ROSTER, WEEK),
    "roster/calendar/": act(
        "/roster/calendar/", ("alice", "dave"), {"act": "close"}, bob=ABSENT, carol=ABSENT, petra=ABSENT
    ),
}  # fmt: skip
FORECAST_ROWS: dict[str, Row] = {
    "forecast/": page("/forecast/", SEE_PLANS),
    "forecast/events/<int:pk>/": page("/forecast/events/900001/", PLAN),
    "forecast/queues/<slug:slug>/": page("/forecast/queues/phone/", PLAN),
    "staffing/": page("/staffing/", SEE_PLANS),
    "api/v1/forecasts/": api("/api/v1/forecasts/", SEE_PLANS),
    "api/v1/forecasts/<slug:slug>/": api("/api/v1/forecasts/phone/", SEE_PLANS),
    "forecast/events/add/": act(
        "/forecast/events/add/", PLAN, {"label": "Sale", "type": "sale", "start_on": "2026-11-02"}
    ),
    "forecast/events/<int:pk>/remove/": act("/forecast/events/900001/remove/", PLAN),
    "forecast/events/<int:pk>/restore/": act("/forecast/events/900001/restore/", PLAN),
    "forecast/queues/<slug:slug>/again/": act("/forecast/queues/phone/again/", PLAN),
}
ROWS |= FORECAST_ROWS
SEE_COSTS, READ_PEOPLE = ("carol", "erin", "petra"), ("bob", "carol", "petra")
PEOPLE_ROWS: dict[str, Row] = {
    "people/": page("/people/", READ_PEOPLE),
    "people/<slug:slug>/": page("/people/alice/", READ_PEOPLE, alice=ABSENT, dave=ABSENT),
    "people/<slug:slug>/<slug:kind>/<int:pk>/": page("/people/alice/skills/900002/", PLAN),
    "rates/": page("/rates/", SEE_COSTS),
    "rates/<int:pk>/": page("/rates/900003/", PLAN),
    "people/<slug:slug>/<slug:kind>/": act(
        "/people/alice/skills/", PLAN, {"skill": "900004", "level": "3", "valid_from": "2026-02-01"}
    ),
    "people/<slug:slug>/<slug:kind>/<int:pk>/remove/": act("/people/alice/skills/900002/remove/", PLAN),
    "rates/add/": act(
        "/rates/add/", PLAN,
        {"subject": "team:team-a", "minor_an_hour": "12.40", "currency": "USD", "basis": "paid"}
        | {"valid_from": "2026-02-01"},
    ),
    "rates/<int:pk>/remove/": act("/rates/900003/remove/", PLAN),
}  # fmt: skip
ROWS |= PEOPLE_ROWS
ROWS |= {
    "organisation/": page("/organisation/", READ_PEOPLE),
    "organisation/people/": act(
        "/organisation/people/", PLAN, {"name": "Grace", "team": "team-a", "valid_from": "2026-02-01"}
    ),
    "organisation/<slug:kind>/": act("/organisation/skills/", PLAN, {"name": "French"}),
    "organisation/<slug:kind>/ activities": act(
        "/organisation/activities/", PLAN, {"name": "Huddle", "kind": "meeting", "is_paid": "on"}
    ),
    "organisation/<slug:kind>/ templates": act(
        "/organisation/templates/", PLAN,
        {"name": "Late", "starts": "14:00", "ends": "22:00", "parts": "18:00-18:30 lunch", "is_active": "on"},
    ),
    "organisation/<slug:kind>/<int:pk>/": page("/organisation/skills/900004/", PLAN),
    "organisation/<slug:kind>/<int:pk>/remove/": act("/organisation/skills/900004/remove/", PLAN),
    "time-off/": page("/time-off/", READ_PEOPLE),
    "time-off/add/": act(
        "/time-off/add/", ROSTER,
        {"agent": "alice", "activity": "leave", "first_day": "2026-04-06", "last_day": "2026-04-07"},
    ),
    "time-off/<int:pk>/<slug:act>/": act("/time-off/900005/cancel/", ROSTER),
}  # fmt: skip
ROWS["productivity/"] = page("/productivity/", SEE_PLANS)
ADMIN_MODELS: dict[str, AdminModel] = {
    f"workforce/{model}": (SEE_PLANS_IN_ADMIN, PLAN, PLAN, PLAN)
    for model in ("queue", "event", "skill", "agentskill", "contracttype", "contract", "rate", "shifttemplate")
}


def stage(cast: Cast) -> None:
    """Save the objects that the rows name."""
    phone = Queue.objects.create(slug="phone", name="Phone", kind=Queue.Kind.LIVE)
    monday = datetime(2026, 11, 2, tzinfo=UTC)
    Event.objects.create(id=900_001, type="sale", label="Sale", start_on=monday.date(), known_since=monday)
    ForecastRun.objects.create(
        queue=phone, as_of=monday, until=monday + timedelta(days=1), model="multiplicative", params={},
        data_hash="", daily=[["2026-11-02", 1, 2, 3]], backtest={}, made_at=monday,
    )  # fmt: skip
    german = Skill.objects.create(id=900_004, slug="stage-german", name="German")
    part = ContractType.objects.create(slug="stage-part", name="Part time")
    AgentSkill.objects.create(id=900_002, agent=cast.agents["alice"], skill=german, valid_from=date(2026, 1, 1))
    Rate.objects.create(id=900_003, contract_type=part, minor_an_hour=3000, valid_from=date(2026, 1, 1))
    TimeOff.objects.create(
        id=900_005, agent=cast.agents["alice"], activity=ensured()["leave"], start_at=monday,
        end_at=monday + timedelta(days=1),
    )  # fmt: skip
    Membership.objects.create(agent=cast.agents["alice"], team=cast.teams["team-a"], valid_from=date(2026, 1, 1))


def keys(cast: Cast) -> dict[str, object]:
    """A row of every model that the admin shows."""
    launch = Event.objects.create(
        type="launch", label="Launch", start_on=date(2026, 11, 2), known_since=datetime(2026, 10, 1, tzinfo=UTC)
    )
    return {
        "workforce/queue": Queue.objects.get(slug="phone").pk,
        "workforce/event": launch.pk,
    } | _people_keys(cast)


def _people_keys(cast: Cast) -> dict[str, object]:
    alice, day = cast.agents["alice"], date(2026, 1, 1)
    skill = Skill.objects.create(slug="german", name="German")
    kind = ContractType.objects.create(slug="full", name="Full time")
    rows: dict[str, Model] = {
        "skill": skill,
        "agentskill": AgentSkill.objects.create(agent=alice, skill=skill, valid_from=day),
        "contracttype": kind,
        "contract": Contract.objects.create(agent=alice, type=kind, zone="UTC", valid_from=day),
        "rate": Rate.objects.create(contract_type=kind, minor_an_hour=3000, valid_from=day),
        "shifttemplate": ShiftTemplate.objects.create(slug="early", name="Early", starts=time(7), minutes=480),
    }
    return {f"workforce/{model}": row.pk for model, row in rows.items()}
