"""Every rule at its limit and just past it, and all of them against a naive telling."""

import time
from collections.abc import Sequence

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from workforce.shift_rules import Finding, Law, Rule, Shifts, Terms, check, unbroken

H = 3600
DAY0 = 20_000  # a Monday would do as well
LAW = Law()
Row = tuple[int, int, float, float]  # agent, day, start hour on that day, hours


def terms(agents: int = 1, **changed: int) -> Terms:
    told = {"week_s": 40 * H, "days": 5, "shortest_s": 4 * H, "longest_s": 10 * H, "rest_s": 11 * H, "days_running": 6}
    return Terms(**{name: np.full(agents, value, dtype=np.int64) for name, value in (told | changed).items()})


def shifts(rows: Sequence[Row], *, off: Sequence[int] = (), unbroken_s: int = 0) -> Shifts:
    agent, day = (np.array([row[i] for row in rows], dtype=np.int64) for i in (0, 1))
    start = np.array([(row[1] * 24 + row[2]) * H for row in rows], dtype=np.int64)
    length = np.array([row[3] * H for row in rows], dtype=np.int64)
    works = np.array([i not in off for i in range(len(rows))], dtype=np.bool_)
    return Shifts(agent, day + DAY0, start, start + length, works, length, np.full(len(rows), unbroken_s))


def broken(rows: Sequence[Row], *rules: Rule, told: Terms | None = None, **more: object) -> list[tuple[Rule, int, int]]:
    """(rule, shift, amount in hours or days) of the given rules, over a week from day 0."""
    found = check(
        shifts(rows, **more),  # type: ignore[arg-type]
        told or terms(), first_day=DAY0, last_day=DAY0 + 6, law=LAW,
    )  # fmt: skip
    counts = {Rule.DAYS_RUNNING, Rule.MANY_DAYS}
    return [(f.rule, f.shift, f.amount if f.rule in counts else f.amount // H) for f in found if f.rule in rules]


def test_eleven_hours_of_rest_are_enough_and_ten_are_not() -> None:
    assert broken([(0, 0, 14, 8), (0, 1, 9, 8)], Rule.REST) == []  # 22:00 to 09:00
    assert broken([(0, 0, 14, 8), (0, 1, 8, 8)], Rule.REST) == [(Rule.REST, 1, 10)]


def test_rest_looks_back_into_the_week_before_but_judges_only_this_one() -> None:
    assert broken([(0, -1, 16, 8), (0, 0, 8, 8)], Rule.REST) == [(Rule.REST, 1, 8)]
    assert broken([(0, 6, 16, 8), (0, 7, 8, 8)], Rule.REST) == []


def test_the_parts_of_a_split_shift_need_no_night_between_them() -> None:
    assert broken([(0, 0, 8, 4), (0, 0, 16, 4)], Rule.REST, Rule.LONG_DAY) == []


def test_the_parts_of_a_day_are_one_length_together() -> None:
    assert broken([(0, 0, 6, 5), (0, 0, 14, 6)], Rule.LONG_DAY, Rule.TOO_LONG) == [(Rule.LONG_DAY, 1, 11)]


def test_rest_counts_from_the_latest_end() -> None:
    assert broken([(0, 0, 8, 14), (0, 0, 9, 2), (0, 1, 8, 8)], Rule.REST) == [(Rule.REST, 2, 10)]


def test_lengths_at_their_limits() -> None:
    assert broken([(0, 0, 8, 10), (0, 2, 8, 4)], Rule.TOO_LONG, Rule.TOO_SHORT) == []
    assert broken([(0, 0, 8, 10.5), (0, 2, 8, 3.5)], Rule.TOO_LONG, Rule.TOO_SHORT) == [
        (Rule.TOO_LONG, 0, 10),
        (Rule.TOO_SHORT, 1, 3),
    ]


def test_the_seventh_day_running_is_one_too_many_also_over_two_weeks() -> None:
    week = [(0, day, 9, 4) for day in range(-3, 4)]
    assert broken(week, Rule.DAYS_RUNNING) == [(Rule.DAYS_RUNNING, 6, 7)]
    assert broken(week[1:], Rule.DAYS_RUNNING) == []


def test_a_day_of_sickness_is_no_day_worked() -> None:
    week = [(0, day, 9, 4) for day in range(7)]
    assert broken(week, Rule.DAYS_RUNNING, off=[3]) == []


def test_six_hours_without_a_break_are_allowed_and_a_second_more_is_not() -> None:
    assert broken([(0, 0, 9, 8)], Rule.NO_BREAK, unbroken_s=6 * H) == []
    assert broken([(0, 0, 9, 8)], Rule.NO_BREAK, unbroken_s=6 * H + 1) == [(Rule.NO_BREAK, 0, 6)]


def test_overlaps_are_found_also_under_a_long_shift() -> None:
    assert broken([(0, 0, 8, 9), (0, 0, 9, 1), (0, 0, 16, 2)], Rule.OVERLAP) == [
        (Rule.OVERLAP, 1, 8),
        (Rule.OVERLAP, 2, 1),
    ]
    assert broken([(0, 0, 8, 8), (0, 0, 16, 2)], Rule.OVERLAP) == []
    assert broken([(0, 0, 8, 9), (1, 0, 9, 1)], Rule.OVERLAP, told=terms(2)) == []


def test_the_week_of_the_contract() -> None:
    full = [(0, day, 9, 8) for day in range(5)]
    assert broken(full, Rule.OVER_CONTRACT, Rule.UNDER_CONTRACT, Rule.MANY_DAYS, Rule.LONG_WEEK) == []
    assert broken(full[:4], Rule.UNDER_CONTRACT) == [(Rule.UNDER_CONTRACT, -1, 32)]
    six = [(0, day, 9, 8.5) for day in range(6)]
    assert broken(six, Rule.OVER_CONTRACT, Rule.MANY_DAYS, Rule.LONG_WEEK) == [
        (Rule.MANY_DAYS, -1, 6),
        (Rule.LONG_WEEK, -1, 51),
        (Rule.OVER_CONTRACT, -1, 51),
    ]


def test_leave_counts_towards_the_contract() -> None:
    four = shifts([(0, day, 9, 8) for day in range(4)])
    credit = np.array([8 * H])
    assert check(four, terms(), first_day=DAY0, last_day=DAY0 + 6, law=LAW, credit_s=credit) == []


def test_without_a_contract_hours_are_not_judged() -> None:
    assert broken([], Rule.UNDER_CONTRACT, told=terms(week_s=0)) == []


def test_the_longest_stretch_without_rest() -> None:
    shift = np.array([0, 0, 0, 1, 1])
    start, end = np.array([0, 5, 6, 6, 8]) * H, np.array([5, 6, 10, 8, 10]) * H
    rests = np.array([False, True, False, False, False])
    assert (unbroken(shift, start, end, rests, shifts=3) // H).tolist() == [5, 4, 0]


rows = st.lists(
    st.tuples(st.integers(0, 3), st.integers(-8, 8), st.integers(0, 23), st.integers(1, 12)), max_size=30
)  # fmt: skip


@settings(max_examples=150)
@given(rows, st.sets(st.integers(0, 29), max_size=4))
def test_all_rules_equal_a_naive_telling(told: list[tuple[int, int, int, int]], off: set[int]) -> None:
    plan, contract = shifts(told, off=tuple(off)), terms(4)
    found = check(plan, contract, first_day=DAY0, last_day=DAY0 + 6, law=LAW)
    assert {(f.rule, f.agent, f.shift, f.amount) for f in found} == naive(told, off)


def naive(told: list[tuple[int, int, int, int]], off: set[int]) -> set[tuple[Rule, int, int, int]]:
    found: set[tuple[Rule, int, int, int]] = set()
    span = {i: ((d * 24 + s) * H, (d * 24 + s + n) * H) for i, (_, d, s, n) in enumerate(told)}
    for i, (agent, day, _, hours) in enumerate(told):
        mine = [j for j, row in enumerate(told) if row[0] == agent]
        earlier = sorted((j for j in mine if (span[j][0], j) < (span[i][0], i)), key=lambda j: (span[j][0], j))
        if not 0 <= day <= 6:
            continue
        ends = [span[j][1] for j in earlier]
        if ends and max(ends) > span[i][0]:
            found.add((Rule.OVERLAP, agent, i, max(ends) - span[i][0]))
        if i in off:
            continue
        awake = [j for j in earlier if j not in off]
        if awake and told[awake[-1]][1] != day:
            gap = span[i][0] - max(span[j][1] for j in awake)
            if 0 <= gap < 11 * H:
                found.add((Rule.REST, agent, i, gap))
        if hours > 10:
            found.add((Rule.TOO_LONG, agent, i, hours * H))
        if hours < 4:
            found.add((Rule.TOO_SHORT, agent, i, hours * H))
        days = {told[j][1] for j in mine if j not in off}
        run = next(n for n in range(1, 99) if day - n not in days)
        if run > 6:
            found.add((Rule.DAYS_RUNNING, agent, i, run))
        same = [j for j in mine if told[j][1] == day]
        total = sum(told[j][3] for j in same if j not in off) * H
        is_last = i == max(same, key=lambda j: (span[j][0], j))
        if total > 10 * H and hours * H < total and is_last:
            found.add((Rule.LONG_DAY, agent, i, total))
    for agent in range(4):
        here = [j for j, row in enumerate(told) if row[0] == agent and 0 <= row[1] <= 6]
        paid = sum(told[j][3] for j in here) * H
        worked = sum(told[j][3] for j in here if j not in off) * H
        days = {told[j][1] for j in here if j not in off}
        if len(days) > 5:
            found.add((Rule.MANY_DAYS, agent, -1, len(days)))
        if worked > 48 * H:
            found.add((Rule.LONG_WEEK, agent, -1, worked))
        if paid > 40.25 * H:
            found.add((Rule.OVER_CONTRACT, agent, -1, paid))
        if paid < 39.75 * H:
            found.add((Rule.UNDER_CONTRACT, agent, -1, paid))
    return found


def test_three_hundred_people_are_checked_within_a_breath() -> None:
    plan = shifts([(agent, day, 9, 8) for agent in range(300) for day in range(-14, 7)])
    started = time.process_time()
    found: list[Finding] = check(plan, terms(300), first_day=DAY0, last_day=DAY0 + 6, law=LAW)
    assert time.process_time() - started < 0.5
    assert {f.rule for f in found} == {Rule.DAYS_RUNNING, Rule.MANY_DAYS, Rule.LONG_WEEK, Rule.OVER_CONTRACT}
