"""Real ticket logs, folded and judged: every independently computed answer must come out."""

from functools import cache
from typing import Literal

import numpy as np
import pytest

from tests.reference_data import needs
from tests.tickets.reality import LOGS, Log, instant, read_log, read_policy, read_truth
from tickets.business_time import Calendar, clock
from tickets.sla import Policy, Promises, Target, promises
from tickets.states import OPEN_END
from tickets.timeline import Timeline, fold
from tickets.vocabulary import PromiseKind, PromiseState, Status

pytestmark = needs(LOGS)

INCIDENTS, HELP_DESK, TWEETS = "uci_servicenow", "helpdesk_italy", "twitter_support"
LONG_AFTER = instant("2020-01-01T00:00:00Z")
VERDICTS = {"1": PromiseState.MET, "0": PromiseState.MISSED}


@cache
def log(name: str) -> Log:
    return read_log(name)


@cache
def timeline(name: str) -> Timeline:
    return fold(log(name).events)


def judge(name: str, *targets: Target) -> Promises:
    policy = Policy(id=1, order=1, targets=targets)
    opening_hours = clock(Calendar.from_json(read_policy(name)["calendar"]))
    return promises(timeline(name), [policy], [opening_hours], now=LONG_AFTER)


def row_of(told: Promises) -> dict[tuple[int, int, int], int]:
    keys = zip(told.ticket.tolist(), told.kind.tolist(), told.started_at.tolist(), strict=True)
    return {key: row for row, key in enumerate(keys)}


def resolution_targets(name: str) -> list[Target]:
    minutes_of = read_policy(name)["resolution_target_min"]
    return [
        Target(
            kind=kind,
            seconds=60 * minutes,
            priority=None if priority == "*" else log(name).priorities[priority],
            calendar=0,
            pauses_in=frozenset({Status.PENDING}),
            priority_from="creation",
        )
        for kind in (PromiseKind.FIRST_RESOLUTION, PromiseKind.RESOLUTION)
        for priority, minutes in minutes_of.items()
    ]


@pytest.mark.parametrize("name", [INCIDENTS, HELP_DESK])
def test_every_resolution_of_a_real_log_is_judged_as_two_independent_computations_did(
    name: str,
) -> None:
    told = judge(name, *resolution_targets(name))
    rows = row_of(told)
    truth = read_truth(name)
    assert len(told) == 2 * len(truth)
    for line in truth:
        ticket, start = log(name).rows[line["ticket_id"]], instant(line["created_at"])
        first = rows[ticket, PromiseKind.FIRST_RESOLUTION, start]
        final = rows[ticket, PromiseKind.RESOLUTION, start]
        assert told.target_s[first] == 60 * int(line["target_min"])
        assert first_answer(told, first) == expected_first(line), line
        assert final_answer(told, final) == expected_final(line), line


def first_answer(told: Promises, row: int) -> tuple[object, ...] | None:
    if told.fulfilled_at[row] == OPEN_END:
        return None
    wall_s = told.fulfilled_at[row] - told.started_at[row]
    assert wall_s == told.elapsed_s[row] + told.paused_s[row]
    missed = told.state[row] == PromiseState.MISSED
    breached_at = int(told.decided_at[row]) if missed else None
    return int(wall_s), int(told.business_elapsed_s[row]), told.state[row], breached_at


def expected_first(line: dict[str, str]) -> tuple[object, ...] | None:
    if not line["first_resolved_at"]:
        return None
    breached_at = instant(line["breached_at"]) if line["breached_at"] else None
    wall_s = instant(line["first_resolved_at"]) - instant(line["created_at"])
    assert wall_s == seconds(line["wall_min_to_first"])
    business_s = seconds(line["business_min_to_first"])
    return wall_s, business_s, VERDICTS[line["met_first"]], breached_at


def final_answer(told: Promises, row: int) -> tuple[object, ...] | None:
    if told.fulfilled_at[row] == OPEN_END:
        return None
    return int(told.business_elapsed_s[row]), told.state[row]


def expected_final(line: dict[str, str]) -> tuple[object, ...] | None:
    if not line["met_final"]:
        return None
    return seconds(line["business_min_to_final"]), VERDICTS[line["met_final"]]


def seconds(minutes: str) -> int:
    return round(60 * float(minutes))


@pytest.mark.parametrize("basis", ["business", "calendar"])
def test_every_reply_to_a_real_tweet_is_judged_as_two_independent_computations_did(
    basis: Literal["business", "calendar"],
) -> None:
    kinds = {"first": PromiseKind.FIRST_REPLY, "next": PromiseKind.NEXT_REPLY}
    targets = [Target(kind=kind, seconds=3600, calendar=0, clock=basis) for kind in kinds.values()]
    told = judge(TWEETS, *targets)
    rows = row_of(told)
    verdict = {"business": "met_business", "calendar": "met_wall"}[basis]
    truth = read_truth(TWEETS)
    for line in truth:
        ticket = log(TWEETS).rows[line["ticket_id"]]
        row = rows[ticket, kinds[line["kind"]], instant(line["waiting_since"])]
        got = (told.fulfilled_at[row], told.elapsed_s[row], told.business_elapsed_s[row])
        assert got == (
            instant(line["answered_at"]),
            seconds(line["wall_min"]),
            seconds(line["business_min"]),
        )
        assert told.state[row] == VERDICTS[line[verdict]], line
    assert (told.fulfilled_at < OPEN_END).sum() == len(truth)


def test_the_incident_log_moves_between_teams_and_reopens_as_its_own_source_counts() -> None:
    tickets, spans = timeline(INCIDENTS).tickets, timeline(INCIDENTS).spans
    assert (len(tickets), tickets.solves.astype(bool).sum()) == (24918, 24918)
    assert (tickets.transfers.sum(), (tickets.transfers > 0).sum()) == (19087, 9575)
    assert (tickets.reopens.sum(), (tickets.reopens > 0).sum()) == (332, 276)
    assert tickets.priority_changed.sum() == 383
    assert spans.transferred.sum() == 19087


def test_the_help_desk_log_changes_hands_and_reopens_as_its_own_source_counts() -> None:
    tickets, spans = timeline(HELP_DESK).tickets, timeline(HELP_DESK).spans
    assert (len(tickets), (tickets.solves > 0).sum()) == (4580, 4569)
    assert (tickets.reassignments.sum(), (tickets.reassignments > 0).sum()) == (321, 292)
    assert (tickets.reopens.sum(), (tickets.reopens > 0).sum()) == (161, 152)
    assert spans.reassigned.sum() == 321


def test_the_tweets_hold_every_exchange_and_every_message() -> None:
    told = timeline(TWEETS)
    assert (len(told.tickets), len(told.replies), told.replies.first.sum()) == (1285, 2033, 1285)
    assert told.tickets.public_replies.sum() == 2143
    assert told.tickets.requester_messages.sum() == 2709
    waited_s = (told.replies.ended_at - told.replies.waiting_since)[told.replies.first]
    assert np.median(waited_s) == pytest.approx(60 * 13.55)
