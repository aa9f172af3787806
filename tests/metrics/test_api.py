"""The engine over HTTP: the numbers of `run`, for whoever may see them."""

from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from ops_dashboard.metrics import bounded, rollup
from ops_dashboard.metrics.definitions import registry
from ops_dashboard.metrics.periods import Grain, Period
from ops_dashboard.metrics.query import Query, run
from ops_dashboard.metrics.records import result_record
from ops_dashboard.people.roles import scope_for
from tests.cast import NOBODY, Cast, make_cast
from tests.metrics.facts import add_ticket, make_priorities, record

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 30, 12, tzinfo=UTC)  # a Monday
WEEK = Period(date(2026, 3, 30), date(2026, 4, 5))
ASKED = f"period={WEEK}"


@pytest.fixture(scope="module")
def stage(on_stage: None) -> Cast:
    """Team A: two tickets, one of them solved. Team B: one."""
    cast = make_cast()
    team_a, team_b = (cast.teams[slug].pk for slug in ("team-a", "team-b"))
    high = make_priorities(1)[0].id
    hour = timedelta(hours=1)
    record(
        add_ticket(1, created_at=NOON, solved_at=NOON + hour, due_at=NOON + 4 * hour, team=team_a, priority=high)
        + add_ticket(2, created_at=NOON, due_at=NOON + 4 * hour, team=team_a)
        + add_ticket(3, created_at=NOON + 24 * hour, due_at=NOON + 28 * hour, team=team_b)
    )
    rollup.refill()
    return cast


@pytest.fixture
def cast(stage: Cast) -> Cast:
    return deepcopy(stage)


def ask(cast: Cast, name: str, slug: str, query: str = ASKED) -> Any:
    return cast.client(name).get(f"/api/v1/metrics/{slug}/?{query}")


def test_a_table_that_nobody_could_read_is_not_made(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Seven days of two teams are 14 rows."""
    monkeypatch.setattr(bounded, "MOST_ROWS", 13)
    for slug in ("created", "backlog"):
        answer = ask(cast, "erin", slug, f"{ASKED}&grain=day&by=team&compare=off")
        assert (answer.status_code, "14 rows" in answer.json()["query"]) == (400, True)
        assert ask(cast, "erin", slug, f"{ASKED}&grain=week&by=team&compare=off").status_code == 200


def test_the_list_is_the_catalogue(cast: Cast) -> None:
    told = cast.client("erin").get("/api/v1/metrics/").json()
    assert [item["slug"] for item in told] == [metric.slug for metric in registry.metrics()]
    assert {"slug", "label", "unit", "definition", "formula", "cuts"} <= told[0].keys()


@pytest.mark.parametrize("slug", ["created", "first_resolution_attainment", "resolution_median", "backlog"])
@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("", {}),
        ("&grain=day", {"grain": Grain.DAY}),
        ("&by=team,priority&grain=week", {"by": ("team", "priority"), "grain": Grain.WEEK}),
        ("&priority=p0", {"where": (("priority", ("p0",)),)}),
        ("&team=team-a&team=team-b&exact=1", {"where": (("team", ("team-a", "team-b")),), "exact": True}),
        ("&compare=off", {"compare": None}),
    ],
)
@pytest.mark.parametrize("name", ["carol", "bob"])
def test_a_metric_is_what_run_tells_the_same_reader(
    cast: Cast, slug: str, text: str, query: dict[str, Any], name: str
) -> None:
    response = ask(cast, name, slug, ASKED + text)
    expected = run(Query(slug, WEEK, **({"compare": WEEK.previous()} | query)), scope=scope_for(cast.users[name]))
    told, wanted = response.json(), result_record(expected)
    told.pop("complete_to"), wanted.pop("complete_to")
    assert (response.status_code, told) == (200, wanted)


def test_a_lead_is_told_of_the_own_team_and_a_manager_of_all(cast: Cast) -> None:
    figures = {name: ask(cast, name, "created").json()["rows"][0]["value"] for name in ("carol", "erin", "bob", "dave")}
    assert figures == {"carol": 3, "erin": 3, "bob": 2, "dave": 1}
    assert ask(cast, "bob", "created", f"{ASKED}&team=team-b").json()["rows"][0]["value"] == 0


def test_a_partner_is_told_no_figure_of_a_few(cast: Cast) -> None:
    row = ask(cast, "pat", "first_resolution_attainment").json()["rows"][0]
    assert (row["value"], row["n"], row["withheld"]) == (None, None, "value")


@pytest.mark.parametrize(("name", "status"), [("carol", 200), ("bob", 200), ("erin", 403), ("eve", 403), (NOBODY, 401)])
def test_figures_of_people_are_for_those_who_may_see_them(cast: Cast, name: str, status: int) -> None:
    response = ask(cast, name, "solved_by_agents", f"{ASKED}&by=agent")
    assert (response.status_code, response["Content-Type"]) == (status, "application/json")


@pytest.mark.parametrize(
    ("query", "field", "message"),
    [
        ("period=soon", "period", "'soon'"),
        ("period=last-99999999999-days", "period", "last-99999999999-days"),
        ("from=2026-04-01&to=2026-03-01", "period", "2026-04-01"),
        ("compare=soon", "compare", "'soon'"),
        ("grain=decade", "grain", "'decade' is no grain"),
        ("by=colour", "query", "'colour' is no cut of created"),
        ("team=moon", "query", "There is no team 'moon'"),
        ("priority=%ff", "query", "There is no priority"),
    ],
)
def test_nonsense_is_refused_by_its_name(cast: Cast, query: str, field: str, message: str) -> None:
    response = ask(cast, "carol", "created", query)
    assert response.status_code == 400
    assert list(response.json()) == [field]
    assert message in str(response.json()[field])


def test_an_agent_who_was_removed_keeps_the_figures(cast: Cast) -> None:
    rows = ask(cast, "carol", "solved_by_agents", f"{ASKED}&by=agent").json()["rows"]
    assert [(row["agent"], row["value"]) for row in rows] == [("removed-1", 1)]  # facts name agent 1, no row does


def test_a_metric_that_nobody_declared_is_not_there(cast: Cast) -> None:
    assert ask(cast, "carol", "nps").status_code == 404


def test_only_reading_is_possible(cast: Cast) -> None:
    assert cast.client("carol").post("/api/v1/metrics/created/").status_code == 405
