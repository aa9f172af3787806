"""Who may open what of workforce: rows for `tests/test_access.py`."""

from datetime import UTC, date, datetime, time, timedelta

from django.db.models import Model

from ops_dashboard.people.models import Membership
from tests.access.rows import ABSENT, AdminModel, Row, api, everybody, page
from tests.cast import Cast
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
)

SEE_PLANS, SEE_PLANS_IN_ADMIN, PLAN = ("bob", "carol", "erin", "petra"), ("carol", "petra"), ("petra",)

SEE_ROSTERS, ROSTER = ("alice", "bob", "carol", "dave", "petra"), ("bob", "petra")
WEEK = "?team=team-a&week=2026-03-23"

ROWS: dict[str, Row] = {
    "today/": page("/today/", SEE_PLANS),
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
FORECAST_ROWS: dict[str, Row] = {
    "forecast/": page("/forecast/", SEE_PLANS),
    "forecast/events/<int:pk>/": page("/forecast/events/900001/", PLAN),
    "forecast/queues/<slug:slug>/": page("/forecast/queues/phone/", PLAN),
    "staffing/": page("/staffing/", SEE_PLANS),
    "api/v1/forecasts/": api("/api/v1/forecasts/", SEE_PLANS),
    "api/v1/forecasts/<slug:slug>/": api("/api/v1/forecasts/phone/", SEE_PLANS),
} | {
    f"forecast/events/{act}": Row(f"/forecast/events/{act.replace('<int:pk>', '1')}", (), otherwise=405, signed_out=405)
    for act in ("add/", "<int:pk>/remove/", "<int:pk>/restore/")
}
FORECAST_ROWS["forecast/queues/<slug:slug>/again/"] = Row(
    "/forecast/queues/phone/again/", (), otherwise=405, signed_out=405
)
ROWS |= FORECAST_ROWS
SEE_COSTS, READ_PEOPLE = ("carol", "erin", "petra"), ("bob", "carol", "petra")
PEOPLE_ROWS: dict[str, Row] = {
    "people/": page("/people/", READ_PEOPLE),
    "people/<slug:slug>/": page("/people/alice/", READ_PEOPLE, alice=ABSENT, dave=ABSENT),
    "people/<slug:slug>/<slug:kind>/<int:pk>/": page("/people/alice/skills/900002/", PLAN),
    "rates/": page("/rates/", SEE_COSTS),
    "rates/<int:pk>/": page("/rates/900003/", PLAN),
} | {
    pattern: Row(address, (), otherwise=405, signed_out=405)
    for pattern, address in (
        ("people/<slug:slug>/<slug:kind>/", "/people/alice/skills/"),
        ("people/<slug:slug>/<slug:kind>/<int:pk>/remove/", "/people/alice/skills/900002/remove/"),
        ("rates/add/", "/rates/add/"),
        ("rates/<int:pk>/remove/", "/rates/900003/remove/"),
    )
}
ROWS |= PEOPLE_ROWS
ROWS |= {
    "organisation/": page("/organisation/", READ_PEOPLE),
    "organisation/people/": Row("/organisation/people/", (), otherwise=405, signed_out=405),
    "organisation/<slug:kind>/": Row("/organisation/skills/", (), otherwise=405, signed_out=405),
    "organisation/<slug:kind>/<int:pk>/": page("/organisation/skills/900004/", PLAN),
    "organisation/<slug:kind>/<int:pk>/remove/": Row(
        "/organisation/skills/900004/remove/", (), otherwise=405, signed_out=405
    ),
}
ROWS["time-off/"] = page("/time-off/", READ_PEOPLE)
ROWS |= {
    pattern: Row(address, (), otherwise=405, signed_out=405)
    for pattern, address in (
        ("time-off/add/", "/time-off/add/"),
        ("time-off/<int:pk>/<slug:act>/", "/time-off/1/cancel/"),
    )
}
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
