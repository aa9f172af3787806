import threading
from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from ops_dashboard.metrics.models import StaleCell
from ops_dashboard.people.models import Agent, Team
from tests.tickets.drafting import MONDAY, STORY, all_facts, at, draft, source, take
from tickets import facts, intake, rejections
from tickets.connectors.drafts import Draft, Rejected
from tickets.draft_checks import are_plain, kept_line, problem_of
from tickets.draft_columns import DraftColumns
from tickets.event_rows import History, read_history
from tickets.identity import requester_id, requester_key, ticket_id
from tickets.intake import check
from tickets.models import ImportRun, Priority, RejectedRow, StatusMapping, TeamRef, Ticket, TicketEvent
from tickets.states import Events
from tickets.vocabulary import EventType, Status
from tickets.words import NamedCodes, StatusWords, Words

pytestmark = pytest.mark.django_db


class Killed(Exception):
    """The process died here."""


def tickets_told(count: int) -> list[Draft]:
    """`count` small tickets, one after another."""
    return [
        told
        for number in range(count)
        for told in (
            draft("ticket_created", number, ticket=f"T{number}", team="red"),
            draft("status_changed", number + 5, ticket=f"T{number}", status="solved"),
        )
    ]


def test_taking_the_same_drafts_again_changes_nothing() -> None:
    first = take(STORY)
    before = all_facts()
    second = take(STORY)
    assert (first.accepted, first.duplicate, first.rejected, first.tickets) == (len(STORY), 0, 0, 1)
    assert (second.accepted, second.duplicate, second.rejected, second.tickets) == (0, len(STORY), 0, 0)
    assert all_facts() == before


def test_a_line_told_twice_in_one_run_counts_as_a_duplicate() -> None:
    summary = take([*STORY, STORY[4]])
    assert (summary.accepted, summary.duplicate) == (len(STORY), 1)
    assert Ticket.objects.get().public_replies == 3


def test_a_native_id_alone_tells_a_duplicate() -> None:
    take([draft("ticket_created", 0, native_id="e1")])
    summary = take([draft("ticket_created", 0, native_id="e1", team="red"), draft("ticket_created", 0, native_id="e2")])
    assert (summary.accepted, summary.duplicate) == (1, 1)


def test_one_ref_of_two_sources_is_two_tickets() -> None:
    take(STORY, slug="helpdesk")
    take(STORY, slug="shop")
    assert Ticket.objects.filter(ref="T1").count() == 2
    assert ticket_id("helpdesk", "T1") != ticket_id("shop", "T1")


def test_a_run_killed_between_batches_keeps_whole_batches_and_can_be_completed() -> None:
    drafts = tickets_told(10)

    def until_killed() -> Iterator[Draft]:
        yield from drafts[:9]
        raise Killed

    with pytest.raises(Killed):
        take(until_killed(), batch=4)
    assert Ticket.objects.count() == 4
    assert TicketEvent.objects.count() == 8
    assert Ticket.objects.filter(status=Status.SOLVED).count() == 4
    run = ImportRun.objects.get()
    assert (run.state, run.accepted, run.tickets) == (ImportRun.State.FAILED, 8, 4)

    summary = take(drafts, batch=4)
    assert (summary.accepted, summary.duplicate, summary.tickets) == (12, 8, 6)
    assert Ticket.objects.filter(status=Status.SOLVED).count() == 10


def test_a_ticket_cut_across_batches_is_counted_once_in_this_run_and_in_the_next() -> None:
    """Of nine drafts about three tickets by turns each three are a batch; the second run brings news of two."""
    drafts = [draft("internal_note", 3 * round_ + n, ticket=f"T{n}") for round_ in range(3) for n in range(3)]
    assert take(drafts, batch=3).tickets == ImportRun.objects.latest("pk").tickets == 3
    news = [draft("internal_note", 60 + minute, ticket=f"T{minute % 2}") for minute in range(6)]
    assert take(news, batch=2).tickets == ImportRun.objects.latest("pk").tickets == 2


def test_a_batch_that_fails_leaves_nothing_of_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object, **options: object) -> None:
        raise Killed

    monkeypatch.setattr(facts, "rebuild", broken)
    with pytest.raises(Killed):
        take(STORY)
    assert TicketEvent.objects.count() == 0
    assert Ticket.objects.count() == 0
    assert ImportRun.objects.get().error == "Killed: "


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(range(len(STORY))), cuts=st.sets(st.integers(1, len(STORY) - 1), max_size=4))
def test_the_order_of_arrival_and_the_batches_do_not_show_in_the_facts(order: Sequence[int], cuts: set[int]) -> None:
    Words(source()).learn(DraftColumns(STORY))
    with transaction.atomic():
        take(STORY)
        expected = all_facts()
        transaction.set_rollback(True)
    with transaction.atomic():
        edges = [0, *sorted(cuts), len(STORY)]
        for start, end in zip(edges[:-1], edges[1:], strict=True):
            take([STORY[row] for row in order[start:end]])
        arrived = all_facts()
        transaction.set_rollback(True)
    assert arrived == expected
    assert len(expected["solve"]) == 2


@pytest.mark.django_db(transaction=True)
def test_two_imports_of_one_file_at_once_store_every_event_once() -> None:
    drafts, summaries = tickets_told(300), []

    def run() -> None:
        try:
            summaries.append(take(drafts, batch=50))
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sum(summary.accepted for summary in summaries) == 600
    assert sum(summary.duplicate for summary in summaries) == 600
    assert TicketEvent.objects.count() == 600
    assert Team.objects.filter(slug="red").count() == 1


def test_two_tickets_with_one_number_are_refused_loudly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "ticket_id", lambda source, ref: 7)
    take([draft("ticket_created", 0, ticket="T1")])
    with pytest.raises(intake.TicketCollision, match="'T2' has the number of 'T1'"):
        take([draft("ticket_created", 0, ticket="T2")])


def test_a_group_is_named_after_its_ref() -> None:
    take([draft("ticket_created", 0, team="70")])
    team = Team.objects.get()
    assert (team.slug, team.name) == ("70", "70")
    assert Ticket.objects.get().team == team.pk


def test_a_group_of_another_source_is_another_team() -> None:
    take([draft("ticket_created", 0, team="70")], slug="helpdesk")
    take([draft("ticket_created", 0, team="70")], slug="shop")
    assert Team.objects.count() == 2
    assert TeamRef.objects.get(source__slug="helpdesk").team.slug == "70"
    assert TeamRef.objects.get(source__slug="shop").team.slug.startswith("70-")


def test_a_team_made_beforehand_is_taken_by_the_first_source_that_names_it() -> None:
    team = Team.objects.create(slug="red-team", name="The Red Team")
    take([draft("ticket_created", 0, team="Red Team")])
    assert TeamRef.objects.get().team == team
    assert Team.objects.count() == 1


def test_two_refs_with_one_slug_stay_two_agents() -> None:
    take(
        [
            draft("ticket_created", 0),
            draft("assignee_changed", 1, assignee="Al Ice"),
            draft("assignee_changed", 2, assignee="al-ice"),
        ]
    )
    assert Agent.objects.count() == 2
    assert Ticket.objects.get().reassignments == 1


def test_known_priorities_are_ranked() -> None:
    words = ("low", "moderate", "high", "critical", "whatever")
    take([draft("ticket_created", n, ticket=f"T{n}", priority=word) for n, word in enumerate(words)])
    assert dict(Priority.objects.values_list("slug", "rank")) == {
        "low": 1, "moderate": 2, "high": 3, "critical": 4, "whatever": 0,
    }  # fmt: skip


def test_an_unmapped_status_rejects_its_row_and_stops_nothing_else() -> None:
    summary = take([draft("ticket_created", 0), draft("status_changed", 1, status="Awaiting", line=2), STORY[4]])
    assert (summary.accepted, summary.rejected) == (2, 1)
    row = RejectedRow.objects.get()
    assert (row.line, row.field, row.reason) == (2, "status", "'Awaiting' is not mapped to a status category")


def test_a_status_word_means_what_it_meant_on_the_day() -> None:
    helpdesk = source()
    split = MONDAY.date() + timedelta(days=1)
    for valid_from, valid_to, status in ((None, split, Status.PENDING), (split, None, Status.HOLD)):
        StatusMapping.objects.create(
            source=helpdesk, word="Waiting", status=status, valid_from=valid_from, valid_to=valid_to
        )
    take([draft("ticket_created", 0), draft("status_changed", 5, status="waiting")])
    assert Ticket.objects.get().status == Status.PENDING
    take([draft("status_changed", 1440, status="WAITING")])
    assert Ticket.objects.get().status == Status.HOLD


def test_months_get_a_partition_each() -> None:
    take([draft("ticket_created", 0), draft("agent_reply", 60 * 24 * 40, by="alice")])
    with connection.cursor() as cursor:
        cursor.execute("SELECT tableoid::regclass::text, occurred_at FROM tickets_ticketevent ORDER BY 2")
        assert [row[0] for row in cursor.fetchall()] == ["tickets_ticketevent_2026_03", "tickets_ticketevent_2026_04"]


def test_an_instant_of_another_zone_falls_into_its_month_in_utc() -> None:
    zone = timezone.get_fixed_timezone(-600)
    take(
        [
            Draft(
                ticket_ref="T1",
                type=EventType.TICKET_CREATED,
                occurred_at=at(0).replace(month=1, day=31, hour=20, tzinfo=zone),
            )
        ]
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT tableoid::regclass::text FROM tickets_ticketevent")
        assert cursor.fetchall() == [("tickets_ticketevent_2026_02",)]


def test_requesters_are_stored_as_numbers_that_depend_on_the_installation() -> None:
    assert requester_id("rita@example.org", key=b"a") != requester_id("rita@example.org", key=b"b")
    assert requester_id(" Rita@Example.org", key=b"a") == requester_id("rita@example.org", key=b"a")
    take([draft("ticket_created", 0, requester_ref="rita@example.org"), draft("ticket_created", 1, ticket="T2")])
    stored = Ticket.objects.get(ref="T1").requester
    assert stored is not None and stored > 0
    assert Ticket.objects.get(ref="T2").requester is None
    assert stored == TicketEvent.objects.get(ticket=ticket_id("helpdesk", "T1")).requester


def test_a_source_says_when_it_last_succeeded_and_how_far_it_goes() -> None:
    take(STORY)
    take(STORY[:3])
    helpdesk = source()
    assert helpdesk.last_event_at == at(6000)
    assert helpdesk.last_success_at is not None
    assert [run.state for run in ImportRun.objects.order_by("id")] == ["done", "done"]


def test_what_is_wrong_with_a_draft_is_named() -> None:
    soon = timezone.now() + timedelta(minutes=10)
    wrong: list[tuple[dict[str, Any], str, str]] = [
        ({"ticket_ref": ""}, "ticket_id", "is empty"),
        ({"ticket_ref": "x" * 121}, "ticket_id", "is longer than 120 characters"),
        ({"ticket_ref": "a\0b"}, "ticket_id", "holds a NUL character"),
        ({"team": "\ud800"}, "group", "holds half of a surrogate pair"),
        ({"occurred_at": at(0).replace(year=1989)}, "at", "is before 1990"),
        ({"occurred_at": at(0).replace(tzinfo=None)}, "at", "has no time zone"),
        ({"occurred_at": soon}, "at", "is in the future"),
        ({"seq": 2**31}, "seq", "is not a whole number from 0"),
        ({"status": ""}, "status", "is empty"),
        ({"meta": {"note": "\0"}}, "meta", "holds a NUL character"),
    ]
    sound: dict[str, Any] = {"ticket_ref": "T1", "type": EventType.TICKET_CREATED, "occurred_at": at(0)}
    take([Draft(**(sound | fields), line=line) for line, (fields, _, _) in enumerate(wrong)])
    rows = {row.line: row for row in RejectedRow.objects.all()}
    for line, (_, field, reason) in enumerate(wrong):
        assert rows[line].field == field
        assert reason in rows[line].reason
    assert TicketEvent.objects.count() == 0


def test_every_rejection_is_kept_a_few_rows_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rejections, "AT_ONCE", 3)
    lines = [Rejected(n, "line", "is not JSON", f"?{n}".encode()) for n in range(17)]
    summary = intake.take_in(source(), lines, origin="a test", batch=5)
    assert summary.rejected == ImportRun.objects.get().rejected == 17
    kept = RejectedRow.objects.order_by("line").values_list("line", "raw")
    assert list(kept) == [(n, f"?{n}") for n in range(17)]


def test_a_kept_line_shows_no_address_and_no_long_number() -> None:
    raw = b'{"a":"rita@example.org","b":"+44 20 7946 0958","c":"4111 1111 1111 1111","at":"2026-03-02T09:00:00Z"}'
    assert kept_line(raw) == '{"a":"[email]","b":"[phone]","c":"[card]","at":"2026-03-02T09:00:00Z"}'
    assert len(kept_line(b"x" * 5000)) == 2000
    assert kept_line(rb'{"a":"rita\u0040example.org","b":4111111111111111}') == '{"a":"[email]","b":"[card]"}'
    assert kept_line(rb'{"a":"rita\u0040example.org') == '{"a":"[email]'


def test_only_cells_in_which_facts_differ_become_stale() -> None:
    take(STORY)
    StaleCell.objects.all().delete()
    take([draft("internal_note", 5000, by="dave")])
    assert StaleCell.objects.count() == 0
    take([draft("status_changed", 7000, by="rita", status="open")])
    assert set(StaleCell.objects.filter(source="steps").values_list("day", flat=True)) == {date(2026, 3, 7)}
    assert set(StaleCell.objects.filter(source="solves").values_list("day", flat=True)) == {date(2026, 3, 2)}


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.builds(
            draft,
            st.just("status_changed"),
            st.sampled_from([0, 5, -20_000_000, 10_000_000]),
            ticket=st.sampled_from(["T1", "", "T\0", "T" * 121, "\udc80", "\u00e9"]),
            seq=st.sampled_from([0, -1, 2**31]),
            status=st.sampled_from([None, "", "open", "dated", "unknown"]),
            team=st.sampled_from([None, "", "red", "\ud83d\ude00"]),
            meta=st.sampled_from([None, {}, {"a": "b"}, {"a": "\0"}]),
        ),
        min_size=1,
        max_size=3,
    )
)
def test_drafts_that_pass_together_would_pass_alone(drafts: list[Draft]) -> None:
    words = StatusWords(source())
    words._meanings = {"open": [(date.min, date.max, 2)], "dated": [(date(2026, 3, 1), date(2026, 3, 3), 2)]}
    now = at(600)
    alone = all(problem_of(each, statuses=words, now=now) is None for each in drafts)
    assert are_plain(DraftColumns(drafts), statuses=words, now=now) == alone


def test_an_instant_without_a_zone_among_others_is_named() -> None:
    naive = replace(draft("status_changed", 1), occurred_at=MONDAY.replace(tzinfo=None))
    told = list(check(Words(source()), [draft("status_changed", 0), naive, draft("status_changed", 2)]))
    assert [type(each).__name__ for each in told] == ["Draft", "Rejected", "Draft"]


def test_rows_kept_from_the_import_are_the_rows_that_would_be_read_back(monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[History] = []
    read = read_history

    def reading(*about: Any, **begun: Any) -> History:
        kept.append(read(*about, **begun))
        return kept[-1]

    monkeypatch.setattr(facts, "read_history", reading)
    take(STORY)
    with connection.cursor() as cursor:
        stored = read(cursor, kept[0].tickets)
    pairs = [(getattr(kept[0], field.name), getattr(stored, field.name)) for field in fields(History)]
    pairs += [(getattr(kept[0].events, field.name), getattr(stored.events, field.name)) for field in fields(Events)]
    assert all(np.array_equal(mine, theirs) for mine, theirs in pairs if not isinstance(mine, Events))


def test_a_key_that_is_given_stands_for_the_file(tmp_path: Path) -> None:
    given = requester_key(tmp_path, given="k" * 40)
    assert (given, list(tmp_path.iterdir())) == (requester_key(tmp_path / "elsewhere", given="k" * 40), [])
    assert given != requester_key(tmp_path, given="l" * 40)


def test_ten_thousand_new_words_take_a_few_queries(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    codes = NamedCodes(Priority)
    with django_assert_max_num_queries(10):
        codes.learn({f"word {n}" for n in range(10_000)} | {"Urgent", "urgent", "URGENT"})
    assert len(set(codes.known.values())) == 10_002  # with none
    assert codes.known["Urgent"] == codes.known["urgent"]
    assert list(Priority.objects.filter(slug="urgent").values_list("label", "rank")) == [("URGENT", 4)]
