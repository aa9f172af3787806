"""Promises judged: when each was due, whether it was kept, and who held it then."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.stories import CAST, CHANNELS, DAYS, PRIORITIES, TEAMS, Story, ticket
from tests.tickets.arbitrary import events
from tests.tickets.naive_sla import verdicts
from tickets.business_time import Calendar, clock
from tickets.sla import BadPolicy, Policy, Target, promises
from tickets.states import OPEN_END, Events
from tickets.timeline import fold
from tickets.vocabulary import PromiseKind, PromiseState, Status

HOUR = 3600
OFFICE = clock(
    Calendar(timezone="UTC", weekly=dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), (("09:00", "17:00"),)))
)
PENDING = frozenset({Status.PENDING})


@dataclass
class Told:
    """Promises of a story with their instants as the story tells them."""

    story: Story
    rows: Any

    def __len__(self) -> int:
        return len(self.rows)

    def at(self, name: str, row: int = 0) -> str | None:
        """`Tue 09:30`, or None."""
        instant = int(getattr(self.rows, name)[row])
        if instant == OPEN_END:
            return None
        minutes, second = divmod(instant - self.story.at("Mon 00:00"), 60)
        hours, minute = divmod(minutes, 60)
        day, hour = divmod(hours, 24)
        week, weekday = divmod(day, 7)
        told = f"{DAYS[weekday]} {hour:02}:{minute:02}" + (f":{second:02}" if second else "")
        return f"{'next ' * week}{told}"

    def states(self) -> list[str]:
        return [PromiseState(state).label for state in self.rows.state]

    def verdict(self, row: int = 0) -> tuple[str, str | None]:
        """State and due instant."""
        return self.states()[row], self.at("due_at", row)

    def seconds(self, row: int = 0) -> tuple[int, int, int]:
        """Wall, business and paused seconds."""
        rows = self.rows
        return int(rows.elapsed_s[row]), int(rows.business_elapsed_s[row]), int(rows.paused_s[row])


def judge(text: str, *targets: Target, now: str, policies: tuple[Policy, ...] = ()) -> Told:
    """The promises of one ticket as of `now`; calendar 0 is Mon-Fri 9-17."""
    story = ticket(text)
    chosen = policies or (Policy(id=1, order=1, targets=targets),)
    return Told(story, promises(story.timeline, chosen, [OFFICE], now=story.at(now)))


def first_reply(seconds: int = HOUR, **options: Any) -> Target:
    return Target(kind=PromiseKind.FIRST_REPLY, seconds=seconds, **options)


def next_reply(seconds: int = HOUR, **options: Any) -> Target:
    return Target(kind=PromiseKind.NEXT_REPLY, seconds=seconds, **options)


def resolution(seconds: int = HOUR, **options: Any) -> Target:
    return Target(kind=PromiseKind.RESOLUTION, seconds=seconds, **options)


# first reply


def test_a_reply_in_time_keeps_the_promise() -> None:
    told = judge("Mon 09:00 opened · 09:40 reply", first_reply(), now="Mon 12:00")
    assert told.verdict() == ("met", "Mon 10:00")
    assert told.at("fulfilled_at") == told.at("decided_at") == "Mon 09:40"
    assert told.seconds() == (2400, 2400, 0)


def test_a_reply_at_the_very_second_is_in_time_and_one_second_later_is_not() -> None:
    in_time = judge("Mon 09:00 opened · 10:00 reply", first_reply(), now="Mon 12:00")
    late = judge("Mon 09:00 opened · 10:00:01 reply", first_reply(), now="Mon 12:00")
    assert (in_time.states(), late.states()) == (["met"], ["missed"])


def test_a_late_reply_was_missed_when_it_fell_due_and_keeps_its_full_time() -> None:
    told = judge("Mon 09:00 opened · 11:30 reply", first_reply(), now="Mon 12:00")
    assert told.verdict() == ("missed", "Mon 10:00")
    assert (told.at("decided_at"), told.at("fulfilled_at")) == ("Mon 10:00", "Mon 11:30")
    assert told.seconds() == (9000, 9000, 0)


def test_a_miss_is_a_fact_while_still_unanswered() -> None:
    before = judge("Mon 09:00 opened", first_reply(), now="Mon 09:59")
    after = judge("Mon 09:00 opened", first_reply(), now="Mon 10:01")
    assert (before.verdict(), after.verdict()) == (
        ("running", "Mon 10:00"),
        ("missed", "Mon 10:00"),
    )
    assert (before.at("decided_at"), after.at("decided_at")) == (None, "Mon 10:00")


def test_a_reply_between_two_looks_of_a_job_is_still_too_late() -> None:
    told = judge("Mon 09:00 opened · 10:02 reply · 10:03 solved", first_reply(), now="Mon 10:05")
    assert told.states() == ["missed"]


@pytest.mark.parametrize(
    "words", ["bot reply", "auto-reply", "note", "public note", "pending", "solved", "reply by bot"]
)
def test_nothing_but_a_human_public_reply_fulfils_a_first_reply(words: str) -> None:
    told = judge(f"Mon 09:00 opened · 09:10 {words}", first_reply(), now="Mon 09:30")
    assert told.at("fulfilled_at") is None


def test_a_reply_outside_hours_counts_from_the_next_opening() -> None:
    target = first_reply(2 * HOUR, calendar=0)
    told = judge("Wed 07:00 opened · 10:30 reply", target, now="Fri 12:00")
    assert told.verdict() == ("met", "Wed 11:00")
    assert told.seconds() == (12600, 5400, 0)


def test_an_hour_begun_on_friday_evening_ends_on_monday_morning() -> None:
    told = judge("Fri 16:30 opened", first_reply(calendar=0), now="Fri 16:45")
    assert told.verdict() == ("running", "next Mon 09:30")


def test_a_wall_clock_does_not_wait_for_opening_hours_but_tells_them() -> None:
    target = first_reply(calendar=0, clock="calendar")
    told = judge("Fri 16:30 opened · 18:00 reply", target, now="Fri 20:00")
    assert told.verdict() == ("missed", "Fri 17:30")
    assert told.seconds() == (5400, 1800, 0)


def test_an_exact_fit_at_closing_time_can_be_kept_until_the_next_opening() -> None:
    target = first_reply(calendar=0)
    at_night = judge("Mon 16:00 opened · 20:00 reply", target, now="Tue 12:00")
    in_the_morning = judge("Mon 16:00 opened · Tue 09:00:01 reply", target, now="Tue 12:00")
    assert at_night.verdict() == ("met", "Mon 17:00")
    assert at_night.at("decided_at") == "Mon 17:00"
    assert in_the_morning.verdict() == ("missed", "Mon 17:00")


def test_an_exact_fit_falls_due_at_the_next_opening_where_the_policy_says_so() -> None:
    target = first_reply(calendar=0, boundary="next_open")
    assert judge("Mon 16:00 opened", target, now="Mon 18:00").verdict() == ("running", "Tue 09:00")


def test_a_reply_together_with_a_pause_was_a_reply_first() -> None:
    told = judge(
        "Mon 09:00 opened · 09:30 pending · 09:30 reply",
        first_reply(pauses_in=PENDING),
        now="Tue 09:00",
    )
    assert told.verdict() == ("met", "Mon 10:00")
    assert told.seconds() == (1800, 1800, 0)


def test_a_first_reply_waits_while_the_ticket_is_solved_without_one() -> None:
    told = judge("Mon 09:00 opened · 09:30 solved", first_reply(), now="Tue 09:00")
    assert told.verdict() == ("paused", None)


def test_the_clock_may_start_when_the_bot_hands_over() -> None:
    text = "Mon 09:00 opened · 11:00 handed over · 11:40 reply"
    by_handoff = judge(text, first_reply(first_reply_from="handoff"), now="Mon 12:00")
    assert judge(text, first_reply(), now="Mon 12:00").states() == ["missed"]
    assert by_handoff.states() == ["met"]
    assert by_handoff.seconds() == (2400, 2400, 0)


def test_a_ticket_closed_for_good_without_a_reply_calls_the_first_reply_off() -> None:
    text = "Mon 09:00 opened · 09:05 solved by bot · Fri 09:05 closed by system"
    told = judge(text, first_reply(), now="next Mon 09:00")
    assert (told.states(), told.at("decided_at")) == (["cancelled"], "Fri 09:05")
    answered = judge(f"{text} · 10:00 reopened by user · 10:30 reply", first_reply(), now="next Mon 09:00")
    assert answered.states() == ["met"]


def test_what_a_bot_solved_and_the_requester_reopened_counts_from_the_reopening() -> None:
    told = judge(
        "Mon 09:00 opened · 09:05 solved by bot · Fri 14:00 reopened by user · 14:10 reply",
        first_reply(first_reply_from="handoff"),
        now="Fri 15:00",
    )
    assert told.seconds() == (600, 600, 0)


# next reply


def test_each_unanswered_message_opens_a_promise_of_its_own() -> None:
    told = judge(
        "Mon 09:00 opened · 09:30 reply · 10:00 message · 10:30 message · 11:30 reply · 12:00 message",
        next_reply(),
        now="Mon 12:30",
    )
    assert told.rows.run.tolist() == [1, 2]
    assert [told.verdict(row) for row in (0, 1)] == [
        ("missed", "Mon 11:00"),
        ("running", "Mon 13:00"),
    ]


@pytest.mark.parametrize(("solved", "state"), [("10:59", "met"), ("11:01", "missed")])
def test_a_solve_ends_a_next_reply_as_met_or_missed_by_its_time(solved: str, state: str) -> None:
    text = f"Mon 09:00 opened · 09:30 reply · 10:00 message · {solved} solved"
    told = judge(text, next_reply(), now="Mon 12:00")
    assert told.states() == [state]


def test_next_replies_may_count_from_the_first_message_of_all() -> None:
    text = "Mon 09:00 opened · 09:00 message · 09:30 reply"
    assert len(judge(text, next_reply(), now="Mon 10:00")) == 0
    told = judge(text, next_reply(next_reply_starts="any"), now="Mon 10:00")
    assert told.verdict() == ("met", "Mon 10:00")


# resolutions


def test_a_pause_moves_the_deadline_by_its_length() -> None:
    told = judge(
        "Mon 09:00 opened · 09:30 pending · 10:30 taken · 10:50 solved",
        resolution(pauses_in=PENDING),
        now="Mon 12:00",
    )
    assert told.verdict() == ("met", "Mon 11:00")
    assert told.seconds() == (3000, 3000, 3600)


def test_a_paused_promise_has_no_deadline_until_it_runs_again() -> None:
    text = "Mon 09:00 opened · 09:30 pending"
    told = judge(text, resolution(pauses_in=PENDING), now="Tue 09:00")
    assert told.verdict() == ("paused", None)
    assert told.seconds() == (1800, 1800, 23 * HOUR + 1800)


def test_a_miss_before_the_pause_stays_a_miss() -> None:
    told = judge(
        "Mon 09:00 opened · 10:30 pending · 11:00 solved",
        resolution(pauses_in=PENDING),
        now="Tue 09:00",
    )
    assert told.verdict() == ("missed", "Mon 10:00")


def test_a_reopened_ticket_runs_on_without_the_time_it_was_solved() -> None:
    text = "Mon 09:00 opened · 09:40 solved · 12:00 reopened by user · 12:10 solved"
    told = judge(text, resolution(), now="Mon 15:00")
    assert told.verdict() == ("met", "Mon 12:20")
    assert told.seconds() == (3000, 3000, 8400)
    assert told.at("fulfilled_at") == "Mon 12:10"


def test_the_first_resolution_ends_with_the_first_solve_whatever_comes_after() -> None:
    text = "Mon 09:00 opened · 09:40 solved · 12:00 reopened by user · 14:00 solved"
    first = Target(kind=PromiseKind.FIRST_RESOLUTION, seconds=HOUR)
    told = judge(text, first, resolution(), now="Mon 15:00")
    assert told.rows.kind.tolist() == [PromiseKind.FIRST_RESOLUTION, PromiseKind.RESOLUTION]
    assert [told.verdict(row) for row in (0, 1)] == [("met", "Mon 10:00"), ("missed", "Mon 12:20")]


def test_a_ticket_closed_without_being_solved_is_resolved_by_the_close() -> None:
    told = judge("Mon 09:00 opened · 09:40 closed · 10:00 taken", resolution(), now="Mon 10:10")
    assert told.verdict() == ("running", "Mon 10:20")


def test_a_ticket_born_solved_kept_its_promise_in_no_time() -> None:
    told = judge("Mon 09:00 opened as solved in A by alice", resolution(), now="Mon 15:00")
    assert told.states() == ["met"]
    assert told.seconds() == (0, 0, 0)


# requester wait, agent work, updates, ownership


def test_waiting_counts_hold_and_work_does_not_and_neither_counts_pending() -> None:
    told = judge(
        "Mon 09:00 opened · 10:00 on hold · 12:00 pending · 15:00 taken · 15:30 solved",
        Target(kind=PromiseKind.REQUESTER_WAIT, seconds=4 * HOUR),
        Target(kind=PromiseKind.AGENT_WORK, seconds=4 * HOUR),
        now="Mon 16:00",
    )
    assert [told.seconds(row)[0] for row in (0, 1)] == [3.5 * HOUR, 1.5 * HOUR]
    assert told.states() == ["met", "met"]


def test_each_reply_begins_a_promise_of_the_next_one() -> None:
    told = judge(
        "Mon 09:00 opened · 10:00 reply · 10:30 message · 11:30 reply · 12:00 solved",
        Target(kind=PromiseKind.PERIODIC_UPDATE, seconds=HOUR),
        now="Mon 16:00",
    )
    assert [told.at("started_at", row) for row in (0, 1)] == ["Mon 10:00", "Mon 11:30"]
    assert told.states() == ["missed", "met"]
    assert [told.at("fulfilled_at", row) for row in (0, 1)] == ["Mon 11:30", "Mon 12:00"]


def test_a_reply_that_solves_begins_no_update() -> None:
    told = judge(
        "Mon 09:00 opened · 10:00 reply · 10:00 solved",
        Target(kind=PromiseKind.PERIODIC_UPDATE, seconds=HOUR),
        now="Mon 16:00",
    )
    assert len(told) == 0


def test_a_pausable_update_stops_in_pending_and_a_periodic_one_does_not() -> None:
    told = judge(
        "Mon 09:00 opened · 10:00 reply · 10:00 pending · 14:00 taken",
        Target(kind=PromiseKind.PAUSABLE_UPDATE, seconds=HOUR),
        Target(kind=PromiseKind.PERIODIC_UPDATE, seconds=HOUR),
        now="Mon 14:30",
    )
    assert [told.verdict(row) for row in (0, 1)] == [
        ("running", "Mon 15:00"),
        ("missed", "Mon 11:00"),
    ]


@pytest.mark.parametrize(
    ("starts", "started"),
    [
        ("reply", ["Mon 11:00"]),
        ("creation", ["Mon 09:00", "Mon 11:00"]),
        ("contact", ["Mon 09:00", "Mon 10:00", "Mon 11:00"]),
    ],
)
def test_an_update_clock_starts_as_its_policy_says(starts: Any, started: list[str]) -> None:
    target = Target(kind=PromiseKind.PERIODIC_UPDATE, seconds=HOUR, update_starts=starts)
    told = judge("Mon 09:00 opened · 10:00 message · 11:00 reply", target, now="Mon 11:30")
    assert [told.at("started_at", row) for row in range(len(told))] == started


def test_each_team_owns_the_ticket_from_getting_it_to_giving_it_on() -> None:
    told = judge(
        "Mon 09:00 opened · 10:00 moved to A · 10:30 assigned to alice · 11:30 moved to B"
        " · 12:00 solved · 13:00 reopened by user",
        Target(kind=PromiseKind.OWNERSHIP, seconds=HOUR),
        now="Mon 13:30",
    )
    assert told.rows.team.tolist() == [TEAMS["A"], TEAMS["B"], TEAMS["B"]]
    assert told.states() == ["missed", "met", "running"]
    assert [told.at("started_at", row) for row in range(3)] == [
        "Mon 10:00",
        "Mon 11:30",
        "Mon 13:00",
    ]


# who, and under which policy


def test_a_miss_belongs_to_the_one_who_held_the_ticket_when_it_fell_due() -> None:
    told = judge(
        "Mon 09:00 opened for alice in A · 09:50 assigned to bob · 10:10 assigned to dave"
        " · 10:20 moved to B · 11:00 reply by dave",
        first_reply(),
        now="Mon 12:00",
    )
    assert (told.rows.owner.tolist(), told.rows.team.tolist()) == ([CAST["bob"]], [TEAMS["A"]])


def test_a_kept_promise_of_an_unassigned_ticket_belongs_to_the_one_who_kept_it() -> None:
    told = judge("Mon 09:00 opened · 09:10 reply by dave", first_reply(), now="Mon 12:00")
    assert told.rows.owner.tolist() == [CAST["dave"]]


PRIORITISED = (
    resolution(8 * HOUR, priority=PRIORITIES["low"]),
    resolution(HOUR, priority=PRIORITIES["urgent"]),
)


def test_a_raised_priority_shortens_the_target_of_what_still_runs() -> None:
    text = "Mon 09:00 opened as low · 09:20 priority urgent"
    told = judge(text, *PRIORITISED, now="Mon 09:30")
    assert told.verdict() == ("running", "Mon 10:00")
    assert told.rows.target_s.tolist() == [HOUR]


def test_a_target_that_shrinks_below_what_has_run_is_missed_at_that_moment() -> None:
    text = "Mon 09:00 opened as low · 12:00 priority urgent"
    assert judge(text, *PRIORITISED, now="Mon 12:30").verdict() == ("missed", "Mon 12:00")


def test_what_counts_against_a_target_ran_on_the_clock_promised_at_the_time() -> None:
    targets = (
        resolution(8 * HOUR, calendar=0, priority=PRIORITIES["low"]),
        resolution(4 * HOUR, calendar=0, clock="calendar", priority=PRIORITIES["urgent"]),
    )
    text = "Mon 15:00 opened as low · Tue 10:00 priority urgent · 13:00 solved"
    told = judge(text, *targets, now="Wed 09:00")
    assert told.verdict() == ("missed", "Tue 11:00")  # two hours and one of the office, then one of any hour
    assert told.rows.used_s.tolist() == [6 * HOUR]


def test_a_miss_by_a_shrunk_target_counts_under_what_shrank_it() -> None:
    told = judge("Mon 09:00 opened as low · 12:00 priority urgent", *PRIORITISED, now="Mon 12:30")
    assert told.story.timeline.spans.priority[told.rows.span].tolist() == [PRIORITIES["urgent"]]


def test_an_exact_fit_belongs_to_the_team_that_used_it_up_while_nobody_answers() -> None:
    text = "Fri 16:00 opened in A · 20:00 moved to B"
    before = judge(text, first_reply(calendar=0), now="Sat 12:00")
    after = judge(text, first_reply(calendar=0), now="next Mon 09:01")
    assert (before.states(), after.states()) == (["running"], ["missed"])
    assert before.rows.team.tolist() == after.rows.team.tolist() == [TEAMS["A"]]
    assert before.at("due_at") == after.at("due_at") == "Fri 17:00"


def test_a_verdict_stands_whatever_the_priority_becomes() -> None:
    told = judge("Mon 09:00 opened as urgent · 12:00 priority low", *PRIORITISED, now="Mon 12:30")
    assert told.verdict() == ("missed", "Mon 10:00")
    assert told.rows.target_s.tolist() == [HOUR]


def test_a_longer_target_that_takes_over_at_the_last_second_lets_the_promise_run_on() -> None:
    text = "Mon 09:00 opened as urgent · 10:00 priority low"
    assert judge(text, *PRIORITISED, now="Mon 12:30").verdict() == ("running", "Mon 17:00")


def test_a_change_of_hands_at_night_leaves_the_deadline_at_closing_time() -> None:
    told = judge("Mon 16:00 opened · 20:00 assigned to bob", first_reply(calendar=0), now="Tue 09:30")
    assert told.verdict() == ("missed", "Mon 17:00")
    assert told.rows.owner.tolist() == [0]  # nobody held it at closing time


def test_a_policy_may_judge_by_the_priority_at_creation() -> None:
    frozen = [resolution(target.seconds, priority=target.priority, priority_from="creation") for target in PRIORITISED]
    text = "Mon 09:00 opened as low · 09:20 priority urgent"
    assert judge(text, *frozen, now="Mon 12:30").verdict() == ("running", "Mon 17:00")


def test_a_priority_without_a_target_takes_the_one_for_all() -> None:
    told = judge(
        "Mon 09:00 opened as normal",
        resolution(2 * HOUR),
        resolution(HOUR, priority=PRIORITIES["urgent"]),
        now="Mon 09:10",
    )
    assert told.rows.target_s.tolist() == [2 * HOUR]


BY_CHANNEL = (
    Policy(
        id=7,
        order=2,
        targets=(resolution(2 * HOUR),),
        conditions={"channel": frozenset({CHANNELS["email"], CHANNELS["web"]})},
    ),
    Policy(
        id=8,
        order=1,
        targets=(resolution(HOUR),),
        conditions={"channel": frozenset({CHANNELS["web"]}), "team": frozenset({TEAMS["A"]})},
    ),
)


@pytest.mark.parametrize(("opened", "policy"), [("via web in A", [1]), ("via web in B", [0]), ("via chat in A", [])])
def test_the_first_policy_by_order_whose_every_condition_holds_is_in_force(opened: str, policy: list[int]) -> None:
    told = judge(f"Mon 09:00 opened {opened}", now="Mon 09:10", policies=BY_CHANNEL)
    assert told.rows.policy.tolist() == policy


def test_a_policy_that_no_longer_applies_cancels_what_is_undecided() -> None:
    told = judge("Mon 09:00 opened via email · 09:30 channel chat", now="Tue 09:00", policies=BY_CHANNEL)
    assert told.verdict() == ("cancelled", None)
    assert told.at("decided_at") == "Mon 09:30"
    assert told.seconds() == (1800, 1800, 0)


def test_a_policy_that_comes_late_counts_from_creation() -> None:
    told = judge("Mon 09:00 opened via chat · 09:30 channel email", now="Mon 10:00", policies=BY_CHANNEL)
    assert told.verdict() == ("running", "Mon 11:00")


def test_a_policy_that_comes_too_late_misses_on_arrival_and_not_before() -> None:
    told = judge("Mon 09:00 opened via chat · 14:00 channel email", now="Mon 15:00", policies=BY_CHANNEL)
    assert told.verdict() == ("missed", "Mon 14:00")


def test_a_new_version_holds_from_the_next_change_of_a_condition() -> None:
    monday = ticket("Mon 00:00 opened")
    old = Policy(id=1, order=1, targets=(resolution(8 * HOUR),), valid_to=monday.at("Mon 10:00"))
    new = Policy(id=2, order=1, targets=(resolution(4 * HOUR),), valid_from=monday.at("Mon 10:00"))
    text = "Mon 09:00 opened in A · 11:00 assigned to alice"
    assert judge(text, now="Mon 11:10", policies=(old, new)).rows.policy.tolist() == [0]
    moved = judge(f"{text} · 11:05 moved to B", now="Mon 11:10", policies=(old, new))
    assert (moved.rows.policy.tolist(), moved.at("due_at")) == ([1], "Mon 13:00")


@pytest.mark.parametrize("words", ["merged", "deleted", "marked spam"])
def test_a_ticket_that_is_gone_cancels_what_is_undecided(words: str) -> None:
    told = judge(f"Mon 09:00 opened · 09:30 {words}", first_reply(), resolution(), now="Tue 09:00")
    assert told.states() == ["cancelled", "cancelled"]
    assert told.at("decided_at") == "Mon 09:30"


def test_what_was_decided_before_the_ticket_went_stays_decided() -> None:
    told = judge(
        "Mon 09:00 opened · 09:10 reply · 10:30 merged",
        first_reply(),
        resolution(),
        now="Tue 09:00",
    )
    assert told.states() == ["met", "missed"]


def test_a_restored_ticket_runs_on_without_the_time_it_was_gone() -> None:
    told = judge("Mon 09:00 opened · 09:30 deleted · 12:00 restored", resolution(), now="Mon 12:10")
    assert told.verdict() == ("running", "Mon 12:30")


def test_deleting_a_solved_ticket_leaves_its_promise_kept() -> None:
    told = judge("Mon 09:00 opened · 09:30 solved · 12:00 deleted", resolution(), now="Tue 12:10")
    assert told.states() == ["met"]


def test_each_calendar_counts_while_its_policy_is_in_force() -> None:
    by_team = tuple(
        Policy(id=n, order=n, targets=(resolution(4 * HOUR, calendar=calendar),), conditions=conditions)
        for n, calendar, conditions in ((1, 0, {"team": frozenset({TEAMS["A"]})}), (2, -1, {}))
    )
    told = judge("Mon 16:00 opened in A · Tue 00:00 moved to B", now="Tue 01:00", policies=by_team)
    assert told.verdict() == ("running", "Tue 03:00")  # one office hour of A, three of any hour
    assert told.seconds() == (9 * HOUR, 2 * HOUR, 0)


def test_a_condition_that_does_not_exist_is_refused() -> None:
    with pytest.raises(BadPolicy, match="policy 3 has no such condition: mood"):
        Policy(id=3, order=1, targets=(), conditions={"mood": frozenset({1})})


def test_a_target_by_a_missing_clock_is_refused() -> None:
    with pytest.raises(BadPolicy, match="clock 4 of 1"):
        judge("Mon 09:00 opened", resolution(calendar=4), now="Mon 10:00")


def test_no_policy_makes_no_promise() -> None:
    story = ticket("Mon 09:00 opened")
    assert len(promises(story.timeline, [], [OFFICE], now=story.at("Mon 10:00"))) == 0


# whatever happens

EVERY_KIND = tuple(Target(kind=kind, seconds=2, pauses_in=PENDING) for kind in PromiseKind)


@given(events(), st.integers(0, 12))
def test_elapsed_and_paused_make_up_the_whole_time_of_every_promise(told: Events, now: int) -> None:
    rows = promises(fold(told), [Policy(id=1, order=1, targets=EVERY_KIND)], [], now=now)
    seen = max(now, int(told.at.max()))
    until = np.minimum(rows.fulfilled_at, seen)
    whole = ~np.isin(rows.state, [PromiseState.CANCELLED, PromiseState.MISSED])
    wall_s = rows.elapsed_s + rows.paused_s
    assert (wall_s[whole] == (until - rows.started_at)[whole]).all()
    assert (rows.elapsed_s == rows.business_elapsed_s).all()


@given(events(), st.integers(0, 12))
def test_a_promise_is_missed_exactly_when_it_ran_longer_than_its_target(told: Events, now: int) -> None:
    rows = promises(fold(told), [Policy(id=1, order=1, targets=EVERY_KIND)], [], now=now)
    assert ((rows.state == PromiseState.MISSED) == (rows.elapsed_s > rows.target_s)).all()


@given(events(), st.integers(0, 12), st.integers(0, 12))
def test_a_decided_promise_stays_as_it_is(told: Events, now: int, later: int) -> None:
    policy = Policy(id=1, order=1, targets=EVERY_KIND)
    soon, late = (promises(fold(told), [policy], [], now=at) for at in (now, now + later))
    decided = np.isin(soon.state, [PromiseState.MET, PromiseState.MISSED, PromiseState.CANCELLED])
    for name in ("state", "due_at", "decided_at", "owner", "team", "target_s"):
        assert (getattr(soon, name)[decided] == getattr(late, name)[decided]).all(), name


BY_TEAM = [
    Policy(
        id=1,
        order=1,
        conditions={"team": frozenset({1})},
        targets=tuple(Target(kind=kind, seconds=1, pauses_in=PENDING) for kind in PromiseKind),
    ),
    Policy(
        id=2,
        order=2,
        conditions={"team": frozenset({0, 2})},
        targets=tuple(
            Target(kind=kind, seconds=seconds, priority=priority)
            for kind in PromiseKind
            for priority, seconds in ((None, 3), (1, 1), (2, 5))
        ),
    ),
]


@given(events(), st.integers(0, 12))
def test_the_engine_agrees_with_counting_every_second_by_hand(told: Events, now: int) -> None:
    seen = max(now, int(told.at.max()))
    rows = promises(fold(told), BY_TEAM, [], now=seen)
    got = [
        (
            int(rows.ticket[row]),
            int(rows.kind[row]),
            int(rows.run[row]),
            PromiseState(rows.state[row]).label,
            int(rows.elapsed_s[row]),
            int(rows.paused_s[row]),
            None if rows.fulfilled_at[row] == OPEN_END else int(rows.fulfilled_at[row]),
            int(rows.due_at[row]) if rows.state[row] == PromiseState.MISSED else None,
        )
        for row in range(len(rows))
    ]
    assert got == verdicts(told, BY_TEAM, now=seen)
