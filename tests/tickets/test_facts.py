"""Facts of stories whose figures are worked out by hand; minutes count from Monday 09:00 UTC."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from django.db import connection, transaction
from django.db.models import Model
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ops_dashboard.metrics.copying import bigint, boolean, copy_in, copy_out, instants, integer, smallint, texts
from tests.tickets.drafting import STORY, all_facts, at, draft, take
from tickets import facts
from tickets.connectors.drafts import Draft
from tickets.identity import ticket_id
from tickets.models import BusinessCalendar, Promise, Reply, SlaPolicy, Solve, Span, Ticket, Worklog
from tickets.policies import load
from tickets.policy_file import parse
from tickets.states import OPEN_END
from tickets.vocabulary import ActorKind, EventType, PromiseKind, PromiseState, Status, Step

pytestmark = pytest.mark.django_db

WEEK = {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}


def promise_to(*targets: dict[str, Any], **policy: Any) -> None:
    """Load one policy on office hours in UTC."""
    calendar = {"name": "office", "timezone": "UTC", "weekly": WEEK}
    whole = {"name": "promise", "order": 1, "calendar": "office", "targets": list(targets)} | policy
    load(parse({"calendars": [calendar], "policies": [whole]}), by="a test")


def values(row: Model, *names: str) -> tuple[Any, ...]:
    return tuple(getattr(row, name) for name in names)


def codes() -> dict[str, int]:
    """Codes of teams and agents by their names."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, id FROM people_team UNION ALL SELECT name, id FROM people_agent")
        return dict(cursor.fetchall())


def test_the_projection_of_a_ticket_counts_what_happened() -> None:
    take(STORY)
    ticket, code = Ticket.objects.get(), codes()
    assert (ticket.ref, ticket.id) == ("T1", ticket_id("helpdesk", "T1"))
    assert values(ticket, "team", "created_team", "assignee") == (code["blue"], code["red"], code["dave"])
    assert values(ticket, "status", "status_since", "updated_at") == (Status.CLOSED, at(6000), at(6000))
    moments = ("created_at", "first_assigned_at", "first_reply_at", "first_solved_at", "last_solved_at")
    assert values(ticket, *moments) == (at(0), at(10), at(20), at(90), at(180))
    assert values(ticket, "first_closed_at", "waiting_since") == (at(6000), None)
    assert values(ticket, "last_requester_message_at", "last_agent_touch_at") == (at(150), at(180))
    counts = ("public_replies", "requester_messages", "internal_notes", "touches", "events")
    assert values(ticket, *counts) == (3, 3, 1, 7, 18)
    assert values(ticket, "reopens", "reassignments", "transfers") == (1, 1, 1)
    assert values(ticket, "has_waited", "priority_changed", "merged_into") == (True, False, None)


def test_spans_follow_each_other_and_say_how_the_ticket_came_and_went() -> None:
    take(STORY)
    told = [
        values(span, "start_at", "end_at", "status", "entered", "left", "is_reassigned", "is_transferred")
        for span in Span.objects.order_by("seq")
    ]
    assert told == [
        (at(0), at(10), Status.NEW, Step.CREATED, Step.NONE, False, False),
        (at(10), at(20), Status.OPEN, Step.NONE, Step.NONE, False, False),
        (at(20), at(60), Status.PENDING, Step.NONE, Step.NONE, False, False),
        (at(60), at(70), Status.OPEN, Step.NONE, Step.MOVED_OUT, False, False),
        (at(70), at(75), Status.OPEN, Step.MOVED_IN, Step.NONE, False, True),
        (at(75), at(90), Status.OPEN, Step.NONE, Step.SOLVED, True, False),
        (at(90), at(150), Status.SOLVED, Step.NONE, Step.NONE, False, False),
        (at(150), at(180), Status.OPEN, Step.REOPENED, Step.SOLVED, False, False),
        (at(180), at(6000), Status.SOLVED, Step.NONE, Step.NONE, False, False),
        (at(6000), None, Status.CLOSED, Step.NONE, Step.NONE, False, False),
    ]


def test_replies_are_credited_to_their_author_and_the_team_at_that_moment() -> None:
    take(STORY)
    code = codes()
    fields = ("waiting_since", "replied_at", "agent", "team", "is_first", "wait_s", "wait_business_s")
    assert [values(reply, *fields) for reply in Reply.objects.order_by("nth")] == [
        (at(0), at(20), code["alice"], code["red"], True, 1200, 1200),
        (at(60), at(90), code["dave"], code["blue"], False, 1800, 1800),
        (at(150), at(180), code["dave"], code["blue"], False, 1800, 1800),
    ]


def test_solves_tell_how_long_it_took_and_whether_it_held() -> None:
    take(STORY)
    first, last = Solve.objects.order_by("nth")
    assert values(first, "solved_at", "solver", "is_first", "is_last") == (at(90), codes()["dave"], True, False)
    assert values(first, "reopened_at", "reopened_by") == (at(150), ActorKind.REQUESTER)
    assert values(first, "resolution_s", "wait_s", "replies", "reassignments") == (5400, 3000, 2, 1)
    assert values(last, "solved_at", "is_first", "is_last", "reopened_at") == (at(180), False, True, None)
    assert values(last, "resolution_s", "wait_s", "replies") == (10800, 4800, 3)


def test_business_seconds_run_on_the_calendar_of_the_policy() -> None:
    promise_to({"kind": "first_reply", "seconds": 7200})
    take(
        [
            draft("ticket_created", 450),  # Monday 16:30
            draft("agent_reply", 1470, by="alice", is_public=True),  # Tuesday 09:30
            draft("status_changed", 1500, by="alice", status="pending"),  # 10:00
            draft("status_changed", 1560, by="alice", status="solved"),  # 11:00
        ]
    )
    assert values(Reply.objects.get(), "wait_s", "wait_business_s") == (61_200, 3600)
    solve = Solve.objects.get()
    assert values(solve, "resolution_s", "resolution_business_s") == (66_600, 9000)
    assert values(solve, "wait_s", "wait_business_s") == (63_000, 5400)


def test_promises_say_when_they_were_due_and_by_how_much_they_were_missed() -> None:
    promise_to(
        {"kind": "first_reply", "seconds": 600},
        {"kind": "next_reply", "seconds": 2700},
        {"kind": "first_resolution", "seconds": 7200, "pauses_in": ["pending"]},
        {"kind": "resolution", "seconds": 3600, "pauses_in": ["pending"]},
    )
    take(STORY)
    fields = ("kind", "run", "started_at", "due_at", "fulfilled_at", "decided_at", "state", "overshoot_s")
    missed, met = PromiseState.MISSED, PromiseState.MET
    told = [values(promise, *fields) for promise in Promise.objects.order_by("kind", "run")]
    assert told[0] == (PromiseKind.FIRST_REPLY, 1, at(0), at(10), at(20), at(10), missed, 600)
    assert told[1] == (PromiseKind.NEXT_REPLY, 1, at(60), at(105), at(90), at(90), met, None)
    assert told[2] == (PromiseKind.NEXT_REPLY, 2, at(150), at(195), at(180), at(180), met, None)
    assert told[3] == (PromiseKind.FIRST_RESOLUTION, 1, at(0), at(160), at(90), at(90), met, None)
    assert told[4] == (PromiseKind.RESOLUTION, 1, at(0), at(160), at(180), at(160), missed, 1200)
    assert len(told) == 5
    resolution = Promise.objects.get(kind=PromiseKind.RESOLUTION)
    assert values(resolution, "elapsed_s", "business_elapsed_s", "paused_s") == (4800, 4800, 6000)
    assert values(resolution, "policy", "calendar") == (SlaPolicy.objects.get().pk, BusinessCalendar.objects.get().pk)


def test_a_running_promise_is_decided_when_it_falls_due() -> None:
    promise_to({"kind": "first_reply", "seconds": 3600}, calendar=None)
    began = timezone.now().replace(microsecond=0) - timedelta(minutes=10)
    take([Draft(ticket_ref="T1", type=EventType.TICKET_CREATED, occurred_at=began)])
    promise = Promise.objects.get()
    due = began + timedelta(hours=1)
    assert values(promise, "state", "due_at", "decided_at") == (PromiseState.RUNNING, due, due)
    assert values(promise, "fulfilled_at", "cancelled_at", "calendar") == (None, None, 0)
    assert 600 <= promise.elapsed_s < 660
    assert Ticket.objects.get().waiting_since == began


def test_a_merged_ticket_leaves_its_promises_cancelled_and_undecided() -> None:
    promise_to({"kind": "first_reply", "seconds": 3600})
    take([draft("ticket_created", 0), draft("ticket_merged", 30, by="alice", to_value="T9")])
    promise, ticket = Promise.objects.get(), Ticket.objects.get()
    assert values(promise, "state", "cancelled_at", "decided_at", "due_at") == (
        PromiseState.CANCELLED,
        at(30),
        None,
        None,
    )
    assert values(ticket, "status", "merged_into") == (Status.MERGED, ticket_id("helpdesk", "T9"))


def test_a_follow_up_names_the_ticket_it_follows() -> None:
    take([draft("ticket_created", 0), draft("follow_up_created", 0, from_value="T0")])
    assert Ticket.objects.get().follow_up_of == ticket_id("helpdesk", "T0")


def test_a_solve_by_automation_has_no_solver() -> None:
    take([draft("ticket_created", 0, assignee="alice"), draft("status_changed", 5, by="bot", status="solved")])
    assert values(Solve.objects.get(), "solver", "is_automatic") == (0, True)


def test_a_late_event_changes_the_facts_as_if_it_had_come_in_time() -> None:
    take([event for event in STORY if event is not STORY[4]])
    assert Ticket.objects.get().first_reply_at == at(90)
    take([STORY[4]])
    assert Ticket.objects.get().first_reply_at == at(20)
    assert Reply.objects.count() == 3


def test_rebuilding_everything_gives_the_same_facts() -> None:
    promise_to({"kind": "resolution", "seconds": 3600})
    take([*STORY, draft("ticket_created", 0, ticket="T2"), draft("status_changed", 9, ticket="T2", status="closed")])
    before = all_facts()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM tickets_span; DELETE FROM tickets_reply; DELETE FROM tickets_promise")
        cursor.execute("UPDATE tickets_ticket SET team = 0, events = 0, status = 1, first_reply_at = NULL")
    assert facts.rebuild_all(batch=1) == 2
    assert all_facts() == before


def test_facts_count_whole_seconds_but_events_keep_their_order_within_one() -> None:
    start = datetime(2026, 3, 2, 9, 0, 0, tzinfo=UTC)
    take(
        [
            Draft(
                ticket_ref="T1",
                type=EventType.STATUS_CHANGED,
                occurred_at=start + timedelta(milliseconds=900),
                status="solved",
            ),
            Draft(
                ticket_ref="T1",
                type=EventType.STATUS_CHANGED,
                occurred_at=start + timedelta(milliseconds=100),
                status="pending",
            ),
            Draft(ticket_ref="T1", type=EventType.TICKET_CREATED, occurred_at=start),
        ]
    )
    assert values(Ticket.objects.get(), "status", "created_at", "last_solved_at") == (Status.SOLVED, start, start)


NUMBERS = st.tuples(
    st.integers(-(2**15), 2**15 - 1),
    st.integers(-(2**31), 2**31 - 1),
    st.none() | st.integers(-(2**63), 2**63 - 1),
    st.booleans(),
    st.none() | st.integers(-2_208_988_800, 4_102_444_800),
    st.none() | st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=20),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(NUMBERS, min_size=1, max_size=30))
def test_rows_copied_in_are_the_rows_that_postgres_reads(rows: list[tuple[Any, ...]]) -> None:
    small, middle, big, flag, moment, text = (list(column) for column in zip(*rows, strict=True))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE copied (n serial, a int2, b int4, c int8, d bool, e timestamptz, f text)")
        copy_in(
            cursor,
            "copied",
            {
                "a": smallint(np.array(small)),
                "b": integer(np.array(middle)),
                "c": bigint(
                    np.array([value or 0 for value in big], dtype=np.int64),
                    null=np.array([value is None for value in big]),
                ),
                "d": boolean(np.array(flag)),
                "e": instants(np.array([OPEN_END if value is None else value for value in moment], dtype=np.int64)),
                "f": texts(text),
            },
        )
        cursor.execute("SELECT a, b, c, d, extract(epoch FROM e)::bigint, f FROM copied ORDER BY n")
        read = cursor.fetchall()
        wire = copy_out(cursor, "SELECT b, a FROM copied ORDER BY n", {"b": ">i4", "a": ">i2"})
        transaction.set_rollback(True)
    assert read == rows
    assert (wire["b"].tolist(), wire["a"].tolist()) == (middle, small)


def test_time_is_logged_by_whoever_acts_else_the_assignee_and_only_a_number_of_minutes_counts() -> None:
    minutes = (12, 0, "9", 1.5, 1441, None, -3, 1440)
    logs = [
        draft("worklog_added", 30 + nth, by="alice", meta={"minutes": told} if told is not None else None)
        for nth, told in enumerate(minutes)
    ]
    take([*STORY, *logs, draft("worklog_added", 85, meta={"minutes": 2})])
    code = codes()
    told = [values(row, "nth", "logged_at", "agent", "team", "seconds") for row in Worklog.objects.order_by("nth")]
    assert told == [
        (1, at(30), code["alice"], code["red"], 720),
        (2, at(33), code["alice"], code["red"], 90),
        (3, at(37), code["alice"], code["red"], 86_400),
        (4, at(85), code["dave"], code["blue"], 120),
    ]
