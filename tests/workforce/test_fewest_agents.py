"""The fewest agents: what a search from one upwards finds, in a handful of questions."""

from collections.abc import Callable, Iterator
from itertools import count
from random import Random
from time import process_time
from typing import Any

import pytest

from workforce import chat, erlang
from workforce.erlang import Impossible, ServiceLevel, fewest_that

AGENTS = 10_000
ROUNDING = 1e-12  # an occupancy of 1 comes out as 1.0000000000000002 where everybody is busy


def plainly(is_enough: Callable[[int], bool]) -> int:
    return next(agents for agents in count(1) if is_enough(agents))


def goals(seed: int, cases: int, patience: list[int | None]) -> Iterator[tuple[Random, dict[str, Any]]]:
    """Loads from a hundredth of an agent to a hundred, seen with every kind of goal."""
    for n in range(cases):
        chance = Random(f"{seed}/{n}")
        yield (
            chance,
            {
                "arrivals_per_hour": 10 ** chance.uniform(-2, 2),  # in agents, as yet
                "target_s": chance.choice([0, 10, 20, 60, 120, 600]),
                "share": chance.choice([0.2, 0.5, 0.8, 0.9, 0.95, 0.99]),
                "max_occupancy": chance.choice([1.0, 1.0, 0.9, 0.8, 0.5]),
                "patience_s": chance.choice(patience),
            },
        )


def test_chat_asks_for_whom_a_search_from_one_upwards_finds() -> None:
    for chance, goal in goals(1, 120, [None, 30, 120, 300, 1200]):
        aht_s = [chance.uniform(60, 900)]
        for _ in range(chance.randrange(4)):
            aht_s.append(aht_s[-1] * chance.uniform(0.98, 1.6))
        goal["arrivals_per_hour"] *= 3600 * len(aht_s) / aht_s[-1]
        share, most = goal.pop("share"), goal.pop("max_occupancy")

        def is_enough(agents: int, *, given: dict[str, Any] = goal | {"aht_s": aht_s}) -> bool:
            got = chat.answered(**given, agents=agents)
            return got.of_offered >= share and got.slot_share <= most + ROUNDING  # noqa: B023  # asked at once

        asked = chat.required_agents(**goal, aht_s=aht_s, share=share, max_occupancy=most)
        assert (goal, aht_s, share, most, asked.agents) == (goal, aht_s, share, most, plainly(is_enough))


@pytest.mark.parametrize("level", ServiceLevel)
def test_erlang_asks_for_whom_a_search_from_one_upwards_finds(level: ServiceLevel) -> None:
    for chance, goal in goals(2, 60, [None, 30, 120, 300, 1200]):
        aht_s = chance.uniform(60, 900)
        goal["arrivals_per_hour"] *= 3600 / aht_s
        share, most = goal.pop("share"), goal.pop("max_occupancy")
        model = erlang.erlang_c if goal["patience_s"] is None else erlang.erlang_a
        given = {name: value for name, value in goal.items() if value is not None} | {"aht_s": aht_s}

        def is_enough(agents: int, *, given: dict[str, Any] = given, model: Any = model) -> bool:
            got = model(**given, agents=agents)
            return bool(got.level(level) >= share and got.occupancy <= most + ROUNDING)  # noqa: B023  # asked at once

        asked = erlang.required_agents(**goal, aht_s=aht_s, share=share, max_occupancy=most, service_level=level)
        assert (goal, aht_s, share, most, asked.agents) == (goal, aht_s, share, most, plainly(is_enough))


def test_where_everybody_is_busy_rounding_asks_for_nobody_more() -> None:
    """7,835 erlangs, who give up after 120 s: 2,959 keep the goal, 2,958 do not; 1 of 1 is not above 1."""
    asked = erlang.required_agents(
        arrivals_per_hour=79652.22924261828, aht_s=354.1337051059982, target_s=120, share=0.8, patience_s=120,
        service_level=ServiceLevel.OF_ANSWERED,
    )  # fmt: skip
    assert (asked.agents, round(asked.of_answered, 6)) == (2959, 0.801518)


def test_a_search_finds_every_number_from_every_guess_on_every_slope() -> None:
    """With twice the questions that halving takes at worst, and those of getting there: 14 to 10,000 from 1."""
    slopes: dict[str, Callable[[float], float]] = {
        "line": lambda x: x,
        "cliff": lambda x: 1e-9 if x >= 0 else -700.0,
        "knee": lambda x: x * 1e-6 if x >= 0 else x * 1e3,
        "flat at nought": lambda x: 0.0 if x >= 0 else x**3,
    }
    for slope in slopes.values():
        for wanted in (1, 2, 3, 7, 40, 999, 10_000):
            for guess in (0, 1, 2, 35, 1000, 9_999, 10_000, 10_001, 20_000):
                asked: list[int] = []

                def margin(number: int, *, at: float = wanted - 0.5, by: Any = slope, asked: Any = asked) -> float:
                    asked.append(number)
                    return float(by(number - at))

                assert fewest_that(margin, guess=guess) == wanted
                assert len(asked) <= 14 + 2 * 13 and min(asked) >= 1


def test_what_nobody_can_keep_is_told() -> None:
    with pytest.raises(Impossible, match="more than 10,000,000 agents"):
        fewest_that(lambda number: -1.0, guess=5)


CALLS: dict[str, Any] = {"arrivals_per_hour": 0.97 * AGENTS * 12, "aht_s": 300, "target_s": 20, "share": 0.8}
CHATS: dict[str, Any] = {"arrivals_per_hour": 2.4 * AGENTS * 3600 / 810, "aht_s": (600, 690, 810)} | {
    "target_s": 60, "share": 0.8,
}  # fmt: skip


@pytest.mark.parametrize(
    ("formula", "goal", "agents", "questions"),
    [
        ("chat", CHATS | {"patience_s": 300}, 6683, 8),
        ("chat", CHATS, 8007, 6),
        ("chat", CHATS | {"patience_s": 300, "max_occupancy": 0.7}, 9946, 3),
        ("erlang", CALLS | {"patience_s": 180}, 8821, 7),
        ("erlang", CALLS | {"patience_s": 180, "share": 0.95}, 9216, 3),
        ("erlang", CALLS | {"patience_s": 180, "max_occupancy": 0.85}, 11412, 3),
    ],
)
def test_ten_thousand_agents_are_found_in_milliseconds(
    monkeypatch: pytest.MonkeyPatch, formula: str, goal: dict[str, Any], agents: int, questions: int
) -> None:
    """Some 15 milliseconds of processor time; 200 are allowed, for the busiest of machines."""
    module, name = (chat, "answered") if formula == "chat" else (erlang, "erlang_a")
    asked, ask = [], getattr(module, name)
    monkeypatch.setattr(module, name, lambda **given: asked.append(given["agents"]) or ask(**given))  # type: ignore[func-returns-value]
    began = process_time()
    assert module.required_agents(**goal).agents == agents
    assert process_time() - began < 0.2
    assert len(asked) <= questions
