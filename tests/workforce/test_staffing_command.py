"""`manage.py staffing`: the textbook's answers on the command line, and clear refusals."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

DAY = "2,1,1,1,1,2,5,10,18,26,32,34,33,31,30,29,28,26,24,21,16,11,7,4"


def staffing(*arguments: str) -> dict[str, Any]:
    out = StringIO()
    call_command("staffing", "--json", *arguments, stdout=out)
    answer: dict[str, Any] = json.loads(out.getvalue())
    return answer


def test_the_textbook_s_fourteen_agents() -> None:
    got = staffing("--arrivals", "200", "--aht", "180")
    assert (got["model"], got["agents"], got["load"]) == ("erlang-c", 14, 10.0)
    assert got["service_level"] == pytest.approx(0.888350019)


def test_occupancy_asks_for_one_more() -> None:
    assert staffing("--arrivals", "200", "--aht", "180", "--max-occupancy", ".7")["agents"] == 15


def test_patience_is_erlang_a_and_shrinkage_makes_it_gross() -> None:
    got = staffing("--arrivals", "200", "--aht", "180", "--patience", "300", "--shrinkage", ".3")
    assert (got["model"], got["agents"]) == ("erlang-a", 13)
    assert got["gross"] == pytest.approx(13 / 0.7)


def test_two_layers_of_shrinkage_multiply() -> None:
    got = staffing("--arrivals", "200", "--aht", "180", "--external", ".15", "--internal", ".2")
    assert got["gross"] == pytest.approx(14 / 0.85 / 0.8)


def test_what_a_number_of_agents_gives() -> None:
    got = staffing("--arrivals", "1000", "--aht", "120", "--agents", "40")
    assert (got["agents"], got["service_level"]) == (40, pytest.approx(0.937211, abs=1e-6))


def test_too_few_agents_are_no_error_and_no_infinity() -> None:
    got = staffing("--arrivals", "1000", "--aht", "120", "--agents", "30")
    assert (got["service_level"], got["mean_wait_s"], got["is_stable"]) == (0, None, False)


def test_chat_by_handle_times_at_each_concurrency() -> None:
    got = staffing(
        "--kind", "chat", "--concurrency", "300,360,450", "--arrivals", "180", "--target", "30", "--agents", "10"
    )
    assert got["service_level"] == pytest.approx(0.980442, abs=1e-6)


def test_deferred_work_of_one_day_in_four_hours() -> None:
    got = staffing("--kind", "deferred", "--aht", "480", "--target", "14400", "--arrivals", DAY)
    assert got["agents"] == pytest.approx(3.0051282)


def test_deferred_work_in_opening_hours() -> None:
    is_open = ("0" * 8 + "1" * 12 + "0" * 4) * 3
    got = staffing(
        "--kind", "deferred", "--aht", "480", "--target", "57600", "--arrivals", f"{DAY},{DAY}", "--open", is_open
    )
    assert got["agents"] == pytest.approx(3.7611111)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--arrivals", "200"], "--aht"),
        (["--arrivals", "-1", "--aht", "180"], "not a number of 0 or more"),
        (["--arrivals", "nan", "--aht", "180"], "not a number of 0 or more"),
        (["--arrivals", "200", "--aht", "180", "--share", "1"], "no number of agents answers all in time"),
        (["--arrivals", "200", "--aht", "180", "--shrinkage", "1"], "shrinkage 1"),
        (["--arrivals", "200", "--aht", "180", "--patience", "0"], "patience 0"),
        (["--arrivals", "1e12", "--aht", "180"], "more than 10,000,000 agents"),
        (["--arrivals", "1,2", "--aht", "180"], "take one number"),
        (["--kind", "chat", "--arrivals", "200"], "--concurrency"),
        (["--arrivals", "200", "--aht", "180", "--agents", "2.5"], "not a whole number"),
    ],
)
def test_what_makes_no_sense_is_refused(arguments: list[str], words: str) -> None:
    with pytest.raises(CommandError, match=words):
        staffing(*arguments)
