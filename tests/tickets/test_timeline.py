"""Events folded into spans, waits, solves and the facts of a ticket."""

import numpy as np
import pytest
from hypothesis import given

from tests.stories import CAST, TEAMS, BadStory, ticket
from tests.tickets.arbitrary import events
from tickets.spans import Spans
from tickets.states import OPEN_END, Events
from tickets.timeline import EndedBy, fold
from tickets.vocabulary import UNSOLVED, ActorKind, Status, Step


def steps(story_spans: Spans) -> list[tuple[str, str, int, str]]:
    """(status, entered, team, left) of each span."""
    columns = (story_spans.status, story_spans.entered, story_spans.team, story_spans.left)
    return [
        (Status(status).label, Step(entered).label, int(team), Step(left).label)
        for status, entered, team, left in zip(*columns, strict=True)
    ]


def test_a_solved_and_reopened_ticket_enters_twice_and_leaves_once() -> None:
    story = ticket("Mon 09:00 opened in A · 11:00 solved · Tue 08:50 reopened by user")
    assert steps(story.timeline.spans) == [
        ("new", "created", 1, "solved"),
        ("solved", "none", 1, "none"),
        ("open", "reopened", 1, "none"),
    ]
    assert story.timeline.spans.end_at.tolist() == [
        story.at("Mon 11:00"),
        story.at("Tue 08:50"),
        OPEN_END,
    ]


def test_closing_a_solved_ticket_is_no_step_and_no_reopen() -> None:
    told = ticket("Mon 09:00 opened · 10:00 solved · Fri 10:00 closed by system").timeline
    assert [step[3] for step in steps(told.spans)] == ["solved", "none", "none"]
    assert told.tickets.reopens.tolist() == [0]
    assert told.tickets.first_closed_at.tolist() == [
        ticket("Mon 00:00 opened").at("Fri 10:00"),
    ]


def test_a_ticket_born_solved_enters_and_leaves_at_once() -> None:
    story = ticket("Mon 09:00 opened as solved in A by alice")
    spans = story.timeline.spans
    assert steps(spans) == [("new", "created", 1, "solved"), ("solved", "none", 1, "none")]
    assert spans.start_at.tolist() == [story.at("Mon 09:00")] * 2
    assert story.timeline.solves.wait_s.tolist() == [0]


def test_a_ticket_solved_at_the_instant_of_its_creation_is_the_same_as_one_born_solved() -> None:
    told = ticket("Mon 09:00 opened in A · 09:00 solved").timeline
    assert steps(told.spans) == [("new", "created", 1, "solved"), ("solved", "none", 1, "none")]


def test_a_transfer_moves_the_backlog_from_one_team_to_the_other() -> None:
    told = ticket("Mon 09:00 opened in A · 10:00 moved to B").timeline
    assert steps(told.spans) == [("new", "created", 1, "moved_out"), ("new", "moved_in", 2, "none")]
    assert told.spans.transferred.tolist() == [False, True]


def test_the_first_team_of_a_ticket_is_an_arrival_and_no_transfer() -> None:
    told = ticket("Mon 09:00 opened · 10:00 moved to A").timeline
    assert steps(told.spans) == [("new", "created", 0, "moved_out"), ("new", "moved_in", 1, "none")]
    assert told.tickets.transfers.tolist() == [0]


def test_a_transfer_of_a_solved_ticket_moves_no_backlog() -> None:
    told = ticket("Mon 09:00 opened in A · 10:00 solved · 11:00 moved to B").timeline
    assert steps(told.spans)[1:] == [("solved", "none", 1, "none"), ("solved", "none", 2, "none")]
    assert told.tickets.transfers.tolist() == [1]


def test_a_new_priority_moves_the_backlog_from_the_old_one() -> None:
    told = ticket("Mon 09:00 opened as low in A · 10:00 priority high · 11:00 solved").timeline
    assert steps(told.spans) == [
        ("new", "created", 1, "reclassified_out"),
        ("new", "reclassified_in", 1, "solved"),
        ("solved", "none", 1, "none"),
    ]


def test_a_transfer_with_a_new_reason_is_one_move() -> None:
    told = ticket("Mon 09:00 opened in A · 10:00 moved to B · 10:00 reason billing").timeline
    assert steps(told.spans) == [("new", "created", 1, "moved_out"), ("new", "moved_in", 2, "none")]


def test_several_changes_of_one_instant_make_one_span() -> None:
    told = ticket("Mon 09:00 opened · 10:00 taken · 10:00 moved to A · 10:00 assigned to alice")
    assert len(told.timeline.spans) == 2


def test_two_transfers_at_one_instant_are_both_counted() -> None:
    told = ticket("Mon 09:00 opened in A · 10:00 moved to B · 10:00 moved to C").timeline
    assert told.spans.transferred.sum() == told.tickets.transfers.sum() == 2


def test_taking_the_ticket_from_somebody_is_a_reassignment_and_giving_it_first_is_none() -> None:
    told = ticket(
        "Mon 09:00 opened · 10:00 assigned to alice · 11:00 assigned to nobody"
        " · 12:00 assigned to bob · 13:00 assigned to dave"
    ).timeline
    assert told.tickets.reassignments.tolist() == [2]
    assert told.tickets.first_assigned_at.tolist() == [ticket("Mon 09:00 opened").at("Mon 10:00")]


@pytest.mark.parametrize(("end", "step"), [("merged", "merged"), ("deleted", "deleted"), ("marked spam", "spam")])
def test_a_ticket_that_is_gone_leaves_the_backlog_by_that_name(end: str, step: str) -> None:
    story = ticket(f"Mon 09:00 opened · 10:00 {end}")
    assert steps(story.timeline.spans)[0][3] == step
    assert story.timeline.tickets.gone_at.tolist() == [story.at("Mon 10:00")]


def test_deleting_a_solved_ticket_takes_nothing_from_the_backlog() -> None:
    told = ticket("Mon 09:00 opened · 10:00 solved · 11:00 deleted").timeline
    assert [step[3] for step in steps(told.spans)] == ["solved", "none", "none"]


def test_a_restored_ticket_is_what_it_was_before() -> None:
    told = ticket("Mon 09:00 opened · 10:00 pending · 11:00 deleted · 12:00 restored").timeline
    assert steps(told.spans)[-1] == ("pending", "restored", 0, "none")
    assert told.tickets.gone_at.tolist() == [OPEN_END]
    assert told.tickets.reopens.tolist() == [0]


def test_a_source_that_closes_what_it_merges_does_not_bring_the_ticket_back() -> None:
    told = ticket("Mon 09:00 opened · 10:00 merged · 10:00 closed by system").timeline
    assert told.tickets.status.tolist() == [Status.MERGED]
    assert len(told.solves) == 0


def test_events_before_the_creation_happen_at_the_creation() -> None:
    story = ticket("Mon 09:00 message · 09:05 opened · 09:10 reply")
    told = story.timeline
    assert told.tickets.created_at.tolist() == [story.at("Mon 09:05")]
    assert told.spans.start_at.tolist() == [story.at("Mon 09:05")]


def test_the_team_of_a_ticket_is_the_one_an_hour_after_its_creation() -> None:
    told = ticket(
        "Mon 09:00 opened · 09:30 moved to A · 10:01 moved to B",
        "Mon 09:00 opened · 10:00 moved to B · 10:00 moved to C",
        "Mon 09:00 opened in A",
    ).timeline
    assert told.tickets.created_team.tolist() == [TEAMS["A"], TEAMS["C"], TEAMS["A"]]


def waits(text: str) -> list[tuple[str, str | None, str, bool]]:
    """(since, until, ended by, first) of each wait of a ticket, as hours of Monday."""
    story = ticket(text)
    told = story.timeline.waits
    hour = {story.at(f"Mon {h:02}:{m:02}"): f"{h:02}:{m:02}" for h in range(24) for m in (0, 30)}
    columns = (told.waiting_since, told.ended_at, told.ended_by, told.first)
    return [
        (hour[since], hour.get(until), EndedBy(by).name.lower(), bool(first))
        for since, until, by, first in zip(*columns, strict=True)
    ]


def test_the_first_wait_runs_from_creation_to_the_first_human_reply() -> None:
    assert waits("Mon 09:00 opened · 09:30 bot reply · 10:00 auto-reply · 10:30 note · 11:00 reply") == [
        ("09:00", "11:00", "reply", True)
    ]


def test_further_messages_of_the_requester_do_not_restart_a_wait() -> None:
    assert waits("Mon 09:00 opened · 10:00 reply · 11:00 message · 12:00 message · 13:00 reply · 14:00 reply")[1:] == [
        ("11:00", "13:00", "reply", False)
    ]


def test_a_solve_ends_a_wait_without_a_reply() -> None:
    told = waits("Mon 09:00 opened · 10:00 reply · 11:00 message · 12:00 solved · 13:00 message")
    assert told[1:] == [("11:00", "12:00", "solve", False), ("13:00", None, "still", False)]


def test_messages_before_the_first_reply_open_no_wait_of_their_own() -> None:
    assert waits("Mon 09:00 opened · 09:30 message · 10:00 message") == [("09:00", None, "still", True)]


def test_a_ticket_that_an_agent_opens_by_writing_waits_for_nobody() -> None:
    story = ticket("Mon 09:00 opened by alice · 09:00 reply by alice · 10:00 message · 11:00 reply")
    told = story.timeline
    assert told.tickets.outbound.tolist() == [True]
    assert told.tickets.first_reply_at.tolist() == [OPEN_END]
    assert told.waits.waiting_since.tolist() == [story.at("Mon 10:00")]


def test_a_reply_is_credited_to_its_author() -> None:
    told = ticket("Mon 09:00 opened in A for bob · 10:00 reply by dave").timeline
    assert told.replies.agent.tolist() == [CAST["dave"]]
    assert told.tickets.first_reply_agent.tolist() == [CAST["dave"]]


def test_a_solve_tells_what_had_happened_until_then() -> None:
    story = ticket(
        "Mon 09:00 opened in A for alice · 10:00 reply · 10:00 pending · 11:00 taken"
        " · 12:00 on hold · 13:00 assigned to bob · 13:00 solved by bob · 14:00 reopened by user"
        " · 14:30 reply by bob · 15:00 solved by system"
    )
    solves = story.timeline.solves
    assert solves.nth.tolist() == [1, 2]
    assert solves.last.tolist() == [False, True]
    assert solves.solver.tolist() == [CAST["bob"], CAST["bob"]]
    assert solves.solver_kind.tolist() == [ActorKind.AGENT, ActorKind.SYSTEM]
    assert solves.reopened_at.tolist() == [story.at("Mon 14:00"), OPEN_END]
    assert solves.reopened_by.tolist() == [ActorKind.REQUESTER, ActorKind.UNKNOWN]
    assert solves.replies.tolist() == [1, 2]
    assert solves.reassignments.tolist() == [1, 1]
    assert solves.wait_s.tolist() == [3 * 3600, 4 * 3600]  # hold counts, pending does not


def test_touches_count_the_moments_of_agents_and_not_their_rows() -> None:
    told = ticket(
        "Mon 09:00 opened · 10:00 reply · 10:00 pending · 11:00 note · 12:00 message · 13:00 taken"
    ).timeline.tickets
    assert (told.touches[0], told.internal_notes[0], told.requester_messages[0]) == (3, 1, 1)
    assert (told.public_replies[0], bool(told.waited[0])) == (1, True)


def test_messages_of_one_instant_come_before_the_changes_that_came_with_them() -> None:
    told = ticket("Mon 09:00 opened · 10:00 solved · 10:00 reply").timeline
    assert told.solves.replies.tolist() == [1]


def test_tickets_do_not_run_into_each_other() -> None:
    texts = ("Mon 09:00 opened as high in A · 10:00 solved", "Mon 08:00 opened · 09:00 taken")
    both = ticket(*texts).timeline.tickets
    apart = [ticket(text).timeline.tickets for text in texts]
    for name in vars(both):
        assert getattr(both, name).tolist() == [getattr(one, name)[0] for one in apart], name


def test_a_sentence_nobody_understands_is_refused() -> None:
    with pytest.raises(BadStory, match="nobody knows what 'exploded' means"):
        ticket("Mon 09:00 opened · 10:00 exploded")


@given(events())
def test_entered_less_left_is_the_backlog_of_every_team_at_every_instant(told: Events) -> None:
    spans = fold(told).spans
    inside = np.isin(spans.status, list(UNSOLVED))
    for team in range(4):
        for now in range(8):
            entered = (spans.entered > 0) & (spans.team == team) & (spans.start_at <= now)
            left = (spans.left > 0) & (spans.team == team) & (spans.end_at <= now)
            here = inside & (spans.team == team) & (spans.start_at <= now) & (spans.end_at > now)
            assert entered.sum() - left.sum() == here.sum()


@given(events())
def test_spans_of_a_ticket_follow_without_gap_from_creation_on(told: Events) -> None:
    spans = fold(told).spans
    same = spans.ticket[1:] == spans.ticket[:-1]
    assert (spans.end_at[:-1][same] == spans.start_at[1:][same]).all()
    assert (spans.end_at[:-1][~same] == OPEN_END).all()
    assert spans.end_at[-1] == OPEN_END


@given(events())
def test_spans_count_the_same_moves_as_events(told: Events) -> None:
    timeline = fold(told)
    spans, tickets = timeline.spans, timeline.tickets
    assert (spans.entered == Step.REOPENED).sum() == tickets.reopens.sum()
    assert (spans.left == Step.SOLVED).sum() == len(timeline.solves)
    assert spans.transferred.sum() == tickets.transfers.sum()
    assert spans.reassigned.sum() == tickets.reassignments.sum()


def test_a_reopen_by_the_system_at_the_instant_of_a_message_is_the_requester_s() -> None:
    story = ticket(
        "Mon 09:00 opened · 11:00 solved · Tue 08:50 message · 08:50 reopened by system",
        "Mon 09:00 opened · 10:00 message · 11:00 solved · Tue 08:50 reopened by system",
    )
    assert story.timeline.solves.reopened_by.tolist() == [ActorKind.REQUESTER, ActorKind.SYSTEM]
