"""The command line of the engine: the shapes that scripts read, and its exit codes."""

import csv
import json
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import execute_from_command_line
from django.db import connections

from ops_dashboard.metrics import rollup
from ops_dashboard.metrics.definitions import registry
from ops_dashboard.metrics.models import Cell, StaleCell
from ops_dashboard.metrics.periods import Grain, Period
from ops_dashboard.metrics.query import Query, run
from ops_dashboard.people.roles import SYSTEM
from tests.cast import make_cast
from tests.metrics.facts import add_ticket, make_teams, record

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 30, 12, tzinfo=UTC)  # a Monday
WEEK = "2026-03-30..2026-04-05"


@pytest.fixture(autouse=True)
def three_tickets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Team 0: one ticket solved in time after 1 h, one late after 6 h. Team 1: one that nobody solved."""
    monkeypatch.setattr(connections, "close_all", lambda: None)  # the test's own connection goes on
    first, second = (team.id for team in make_teams(2))
    hour = timedelta(hours=1)
    record(
        add_ticket(1, created_at=NOON, solved_at=NOON + hour, due_at=NOON + 4 * hour, team=first)
        + add_ticket(2, created_at=NOON, solved_at=NOON + 6 * hour, due_at=NOON + 4 * hour, team=first)
        + add_ticket(3, created_at=NOON + 24 * hour, due_at=NOON + 28 * hour, team=second)
    )
    rollup.refill()


@pytest.fixture
def shell(capsys: pytest.CaptureFixture[str]) -> Any:
    """A function that runs `manage.py` with arguments: (exit code, what it printed, what it complained of)."""

    def called(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = 0
        try:
            execute_from_command_line(["manage.py", *arguments])
        except SystemExit as stop:
            code = int(stop.code or 0)
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return called


def test_a_metric_as_json_has_the_agreed_shape(shell: Any) -> None:
    code, out, _ = shell("metric", "first_resolution_attainment", "--period", WEEK, "--by", "team", "--format", "json")
    told = json.loads(out)
    assert code == 0
    assert {"metric", "unit", "complete_to", "rows"} <= told.keys()
    assert (told["metric"], told["unit"]) == ("first_resolution_attainment", "share")
    assert told["complete_to"].endswith("Z")
    # Wilson 95 % of 1 of 2 and of 0 of 1.
    rows = [{key: round(v, 4) if isinstance(v, float) else v for key, v in row.items()} for row in told["rows"]]
    assert rows == [
        {"period": WEEK, "team": "team-0", "value": 0.5, "n": 2, "low": 0.0945, "high": 0.9055},
        {"period": WEEK, "team": "team-1", "value": 0.0, "n": 1, "low": 0.0, "high": 0.7935},
    ]


@pytest.mark.parametrize(
    ("grain", "periods"),
    [
        ("day", ["2026-03-30", "2026-03-31"]),
        ("week", ["2026-W14"]),
        ("month", ["2026-03"]),
        ("total", ["2026-03-30..2026-03-31"]),
    ],
)
def test_each_grain_names_its_periods(shell: Any, grain: str, periods: list[str]) -> None:
    _, out, _ = shell("metric", "created", "--period", "2026-03-30..2026-03-31", "--grain", grain, "--json")
    rows = json.loads(out)["rows"]
    assert [row["period"] for row in rows] == periods
    assert sum(row["value"] for row in rows) == 3


def test_csv_and_table_carry_the_rows_of_the_json(shell: Any) -> None:
    question = ("metric", "created", "--period", WEEK, "--grain", "day", "--by", "team")
    rows = json.loads(shell(*question, "--format", "json")[1])["rows"]
    text = shell(*question, "--format", "csv")[1]
    assert list(csv.DictReader(StringIO(text))) == [
        {name: "" if value is None else str(value) for name, value in row.items()} for row in rows
    ]
    table = shell(*question, "--format", "table")[1].splitlines()
    assert len(table) == 2 + 1 + len(rows)  # what it is, how complete, heads, rows


def test_filters_narrow_and_repeat(shell: Any) -> None:
    def created(*filters: str) -> float:
        return json.loads(shell("metric", "created", "--period", WEEK, "--json", *filters)[1])["rows"][0]["value"]

    assert created("--where", "team=team-0") == 2
    assert created("--where", "team=team-0", "team=team-1") == 3
    assert created("--where", "team=team-0", "--where", "channel=none") == 2


def test_a_metric_is_read_with_the_scope_of_a_user(shell: Any) -> None:
    cast = make_cast()
    cast.users["bob"].teams.add(make_teams(1)[0])
    own = json.loads(shell("metric", "created", "--period", WEEK, "--as", "bob", "--json")[1])
    assert own["rows"][0]["value"] == 2


def test_exact_quantiles_are_exact(shell: Any) -> None:
    _, out, _ = shell("metric", "resolution_median", "--period", WEEK, "--exact", "--json")
    # 1 h and 6 h; the type-7 median lies halfway.
    assert json.loads(out)["rows"][0]["value"] == 12600


def test_the_catalogue_lists_every_metric(shell: Any) -> None:
    slugs = [metric.slug for metric in registry.metrics()]
    code, out, _ = shell("metrics", "--format", "json")
    assert (code, [item["slug"] for item in json.loads(out)]) == (0, slugs)
    assert [line.split()[0] for line in shell("metrics")[1].splitlines()] == slugs


def test_an_explanation_adds_up_to_the_change(shell: Any) -> None:
    days = ("--period", "2026-03-31..2026-03-31", "--against", "2026-03-30..2026-03-30", "--by", "team", "--json")
    code, out, _ = shell("explain", "first_resolution_attainment", *days)
    told = json.loads(out)
    # 1 of 2 the day before, 0 of 1 on the day: all of it because the team differs.
    assert (code, told["before"], told["after"], told["change"]) == (0, 0.5, 0.0, -0.5)
    assert {effect["key"] for effect in told["effects"]} == {"team-0", "team-1"}
    for effect in told["effects"]:
        assert effect["total"] == pytest.approx(effect["volume"] + effect["mix"] + effect["rate"])
    assert sum(effect["total"] for effect in told["effects"]) == pytest.approx(told["change"])


def test_what_came_in_since_the_last_refill_is_counted_when_it_is_asked_for(shell: Any) -> None:
    record(add_ticket(4, created_at=NOON))
    assert StaleCell.objects.exists()
    told = json.loads(shell("metric", "created", "--period", "2026-03-30..2026-03-30", "--json")[1])
    assert (told["rows"][0]["value"], StaleCell.objects.count()) == (3, 0)
    record(add_ticket(5, created_at=NOON + timedelta(days=1)))
    days = ("--period", "2026-03-31..2026-03-31", "--against", "2026-03-30..2026-03-30", "--by", "team", "--json")
    told = json.loads(shell("explain", "created", *days)[1])
    assert (told["before"], told["after"], told["change"]) == (3, 2, -1)


def test_a_count_is_told_as_a_whole_number_and_a_share_is_not(shell: Any) -> None:
    day = ("--period", "2026-03-30..2026-03-30", "--format", "csv")
    assert shell("metric", "created", *day)[1].splitlines()[1] == "2026-03-30..2026-03-30,2,2,,"
    assert shell("metric", "first_resolution_attainment", *day)[1].splitlines()[1].split(",")[1:3] == ["0.5", "2"]


def test_an_explanation_of_nothing_before_shows_a_gap(shell: Any) -> None:
    days = ("--period", "2026-03-30..2026-03-30", "--against", "2026-01-05..2026-01-05", "--by", "team")
    code, out, _ = shell("explain", "first_resolution_attainment", *days)
    assert (code, out) == (0, "before –  after 0.5  change –\n")


def test_refreshing_redoes_what_is_stale_and_in_full_everything(shell: Any) -> None:
    day = Period(date(2026, 3, 30), date(2026, 3, 30))
    assert json.loads(shell("refresh_metrics", "--json")[1])["cells"] == 0
    record(add_ticket(4, created_at=NOON))
    code, out, _ = shell("refresh_metrics", "--json")
    assert (code, json.loads(out).keys()) == (0, {"cells", "facts", "seconds"})
    assert (json.loads(out)["cells"] > 0, StaleCell.objects.count()) == (True, 0)
    cells = Cell.objects.count()
    Cell.objects.all().delete()
    assert json.loads(shell("refresh_metrics", "--full", "--json")[1])["cells"] == Cell.objects.count() == cells
    assert run(Query("created", day, Grain.TOTAL), scope=SYSTEM).total.value == 3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("metric", "nps"), "There is no metric 'nps'"),
        (("metric",), "slug"),
        (("metric", "created", "--period", "soon"), "'soon'"),
        (("metric", "created", "--period", "2026-04-01..2026-03-01"), "2026-04-01"),
        (("metric", "created", "--period", "last-99999999999-days"), "last-99999999999-days"),
        (("metric", "created", "--grain", "decade"), "decade"),
        (("metric", "created", "--by", "colour"), "'colour' is no cut of created"),
        (("metric", "created", "--by", "team,team"), "names a cut twice"),
        (("metric", "created", "--where", "team"), "'team' is no filter"),
        (("metric", "created", "--where", "team=moon"), "There is no team 'moon'"),
        (("metric", "created", "--as", "nobody"), "There is no user 'nobody'"),
        (("metric", "backlog", "--grain", "hour-of-week"), "it has no hour of the week"),
        (("metric", "created", "--format", "xml"), "xml"),
        (("metrics", "--format", "xml"), "xml"),
        (("refresh_metrics", "--everything"), "--everything"),
        (("explain", "backlog", "--period", WEEK, "--against", WEEK, "--by", "team"), "does not split"),
        (("explain", "created", "--period", WEEK, "--against", "soon", "--by", "team"), "'soon'"),
        (("explain", "created", "--period", WEEK, "--against", WEEK, "--by", ""), "is no cut"),
        (("explain", "created"), "--period"),
        (("reconcile", "--days", "-3"), "'-3' is not a whole number"),
        (("reconcile", "--days", "soon"), "'soon' is not a whole number"),
    ],
)
def test_wrong_usage_says_what_is_wrong_and_ends_with_2(shell: Any, arguments: tuple[str, ...], message: str) -> None:
    code, out, err = shell(*arguments)
    assert (code, out) == (2, "")
    assert message in err
    assert "Traceback" not in err


def test_whoever_has_no_role_is_refused(shell: Any) -> None:
    make_cast()
    code, out, err = shell("metric", "created", "--as", "eve")
    assert (code, out) == (2, "")
    assert "no access to metrics" in err
