"""The list of tickets: who sees which rows, what each filter keeps, and pages that neither skip nor repeat."""

from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import pytest
from django.http import QueryDict
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from ops_dashboard.metrics.keyset import BadCursor
from ops_dashboard.people.roles import NOBODY, Scope, scope_for
from tests.cast import Cast, make_cast
from tests.tickets.rows import save_promise, save_ticket
from tickets.at_risk import running
from tickets.forms import TicketsForm
from tickets.lists import TicketList, list_tickets
from tickets.models import Channel, Priority, Source, Span, Ticket
from tickets.vocabulary import PromiseKind, PromiseState, Status
from tickets.wanted import PromiseIs, Sort, Wanted

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
EVERYTHING = Scope(role="manager", username="m", teams=None, sees_metrics=True, sees_people=True, sees_tickets=True)


def refs(found: TicketList) -> list[str]:
    return [row.ticket.ref for row in found.rows]


def listed(query: str = "", *, scope: Scope = EVERYTHING) -> list[str]:
    """Refs that a query string lists, in order; it must make sense."""
    asked = TicketsForm(QueryDict(query), scope=scope, today=NOW.date()).asked()
    assert asked.problems == {}
    return refs(list_tickets(asked.wanted, scope=scope, now=NOW))


def problems(query: str, *, scope: Scope = EVERYTHING) -> dict[str, str]:
    return TicketsForm(QueryDict(query), scope=scope, today=NOW.date()).asked().problems


@pytest.fixture
def desk() -> Source:
    return Source.objects.create(slug="desk", kind="events")


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def of_two_teams(desk: Source, cast: Cast) -> Cast:
    """a1 is alice's, a2 is bob's, b1 is dave's, x1 nobody's; b1 was alice's in team A before."""
    team_a, team_b = cast.teams["team-a"], cast.teams["team-b"]
    save_ticket(desk, "a1", at=NOW - 4 * HOUR, team=team_a, assignee=cast.agents["alice"])
    save_ticket(desk, "a2", at=NOW - 3 * HOUR, team=team_a, assignee=cast.agents["bob"])
    moved = save_ticket(desk, "b1", at=NOW - 2 * HOUR, team=team_b, assignee=cast.agents["dave"])
    save_ticket(desk, "x1", at=NOW - 1 * HOUR)
    Span.objects.create(
        ticket=moved.id, seq=0, source=desk.pk, team=team_a.pk, assignee=cast.agents["alice"].pk, priority=0, channel=0,
        language=0, reason=0, start_at=NOW - 2 * HOUR, end_at=NOW - HOUR, status=Status.OPEN,
    )  # fmt: skip
    return cast


@pytest.mark.parametrize(
    ("name", "seen", "ever_seen"),
    [
        ("alice", {"a1"}, {"a1", "b1"}),
        ("bob", {"a1", "a2"}, {"a1", "a2", "b1"}),
        ("dave", {"b1"}, {"b1"}),
        ("carol", {"a1", "a2", "b1", "x1"}, {"a1", "a2", "b1", "x1"}),
        ("erin", {"a1", "a2", "b1", "x1"}, {"a1", "a2", "b1", "x1"}),
        ("adam", set(), set()),
        ("petra", set(), set()),
        ("pat", set(), set()),
        ("quinn", set(), set()),
        ("eve", set(), set()),
    ],
)
def test_each_reader_sees_what_is_theirs_now_and_what_was(
    of_two_teams: Cast, name: str, seen: set[str], ever_seen: set[str]
) -> None:
    scope = scope_for(of_two_teams.users[name])
    assert {ticket.ref for ticket in Ticket.objects.visible_to(scope)} == seen
    assert {ticket.ref for ticket in Ticket.objects.ever_visible_to(scope)} == ever_seen


def test_no_scope_lists_nothing_and_counts_nothing(of_two_teams: Cast) -> None:
    found = list_tickets(Wanted(), scope=NOBODY, now=NOW)
    assert (refs(found), found.count) == ([], 0)


def test_ids_from_a_figure_do_not_widen_what_a_reader_sees(of_two_teams: Cast) -> None:
    every = tuple(Ticket.objects.values_list("id", flat=True))
    found = list_tickets(Wanted(ids=every), scope=scope_for(of_two_teams.users["bob"]), now=NOW)
    assert set(refs(found)) == {"a1", "a2", "b1"}


def test_a_filter_on_another_team_shows_a_lead_nothing(of_two_teams: Cast) -> None:
    assert listed("team=team-b", scope=scope_for(of_two_teams.users["bob"])) == []
    assert listed("team=team-b") == ["b1"]


def test_none_is_a_value_of_a_cut(of_two_teams: Cast) -> None:
    assert listed("team=none") == ["x1"]
    assert listed("team=none&team=team-b") == ["x1", "b1"]


def test_an_analyst_reads_no_agent_names_and_cannot_filter_by_one(of_two_teams: Cast) -> None:
    erin = scope_for(of_two_teams.users["erin"])
    assert problems("assignee=alice", scope=erin) == {"assignee": "Your role may not list tickets by agent."}
    rows = list_tickets(Wanted(), scope=erin, now=NOW).rows
    assert {row.assignee.text for row in rows} == {"an agent", ""}
    assert listed("assignee=alice") == ["a1"]


def test_an_agent_reads_the_own_name(of_two_teams: Cast) -> None:
    rows = list_tickets(Wanted(), scope=scope_for(of_two_teams.users["alice"]), now=NOW).rows
    assert [row.assignee.text for row in rows] == ["Alice"]


def test_filters_by_status_age_wait_and_dates(desk: Source) -> None:
    save_ticket(desk, "new", at=NOW - HOUR, status=Status.NEW, waiting_since=NOW - HOUR)
    save_ticket(desk, "open", at=NOW - 2 * DAY, status=Status.OPEN, waiting_since=NOW - 5 * HOUR)
    save_ticket(desk, "pending", at=NOW - 8 * DAY, status=Status.PENDING)
    save_ticket(desk, "solved", at=NOW - 9 * DAY, status=Status.SOLVED, last_solved_at=NOW - 3 * DAY)
    save_ticket(desk, "closed", at=NOW - 40 * DAY, status=Status.CLOSED, last_solved_at=NOW - 33 * DAY)
    save_ticket(desk, "spam", at=NOW - 50 * DAY, status=Status.SPAM)
    assert listed("status=unsolved") == ["new", "open", "pending"]
    assert listed("status=done&status=new") == ["new", "solved", "closed"]
    assert listed("status=gone") == ["spam"]
    assert listed("age=7d") == ["pending", "solved", "closed", "spam"]
    assert listed("waiting=any") == ["new", "open"]
    assert listed("waiting=4h") == ["open"]
    assert listed("sort=waiting") == ["open", "new"]
    assert listed("age=2d&age-under=30d") == ["open", "pending", "solved"]
    assert listed("waiting=1h&waiting-under=4h") == ["new"]
    assert listed("waiting-under=30d") == ["new", "open"]
    assert listed("created=2026-10-25..2026-10-31") == ["open", "pending"]
    assert listed("solved=last-7-days") == ["solved"]
    assert listed("ref=solved") == ["solved"]


def test_untouched_are_the_unsolved_that_no_agent_touched_for_so_long(desk: Source) -> None:
    save_ticket(desk, "answered", at=NOW - 8 * DAY, last_agent_touch_at=NOW - HOUR)
    save_ticket(desk, "dropped", at=NOW - 9 * DAY, last_agent_touch_at=NOW - 3 * DAY)
    save_ticket(desk, "never", at=NOW - 7 * DAY)
    save_ticket(desk, "solved", at=NOW - 30 * DAY, status=Status.SOLVED, last_agent_touch_at=NOW - 20 * DAY)
    assert listed("stale=3d") == ["never", "dropped"]
    assert listed("stale=1d&stale-under=7d") == ["dropped"]
    assert listed("stale-under=1d") == ["answered"]


def test_a_span_that_ends_before_it_begins_is_told_and_its_end_left_out(desk: Source) -> None:
    save_ticket(desk, "1", at=NOW - 8 * DAY)
    asked = TicketsForm(QueryDict("age=7d&age-under=3d"), scope=EVERYTHING, today=NOW.date()).asked()
    assert asked.problems == {"age-under": "Nothing lasts at least 7d and under 3d."}
    assert refs(list_tickets(asked.wanted, scope=EVERYTHING, now=NOW)) == ["1"]


def test_a_day_is_cut_in_the_reporting_zone(desk: Source, settings) -> None:  # type: ignore[no-untyped-def]
    settings.REPORTING_ZONE = "America/Chicago"  # 1 November 2026 has 25 hours there
    save_ticket(desk, "before", at=datetime(2026, 11, 1, 4, 59, 59, tzinfo=UTC))
    save_ticket(desk, "first", at=datetime(2026, 11, 1, 5, tzinfo=UTC))
    save_ticket(desk, "last", at=datetime(2026, 11, 2, 5, 59, 59, tzinfo=UTC))
    save_ticket(desk, "after", at=datetime(2026, 11, 2, 6, tzinfo=UTC))
    assert listed("created=2026-11-01..2026-11-01") == ["last", "first"]


def test_filters_by_cuts(desk: Source) -> None:
    email, chat = (Channel.objects.create(slug=slug, label=slug.title()).pk for slug in ("email", "chat"))
    high = Priority.objects.create(slug="high", label="High", rank=3).pk
    save_ticket(desk, "1", at=NOW, channel=email, priority=high)
    save_ticket(desk, "2", at=NOW - HOUR, channel=chat, priority=high)
    save_ticket(desk, "3", at=NOW - 2 * HOUR, channel=chat)
    assert listed("channel=chat") == ["2", "3"]
    assert listed("channel=chat&priority=high") == ["2"]
    assert listed("channel=chat&channel=email&priority=none") == ["3"]


def test_what_makes_no_sense_is_named_and_left_out(desk: Source) -> None:
    save_ticket(desk, "1", at=NOW)
    asked = problems(
        "status=odd&team=nowhere&age=99&waiting=x&stale=old&age-under=x&promise=kept&kind=tea&created=2026-13&sort=best&ref=%00"
    )
    assert set(asked) == {
        "status",
        "team",
        "age",
        "age-under",
        "stale",
        "waiting",
        "promise",
        "kind",
        "created",
        "sort",
        "ref",
    }
    assert asked["team"] == "There is no team 'nowhere'."


@pytest.fixture
def promised(desk: Source, cast: Cast) -> None:
    """One ticket for each thing that a promise can be at NOW."""
    fates: dict[str, dict[str, Any]] = {
        "soon": {"due_at": NOW + 30 * timedelta(minutes=1)},
        "today": {"due_at": NOW + 3 * HOUR},
        "later": {"due_at": NOW + 48 * HOUR},
        "unnoticed": {"due_at": NOW - HOUR},
        "overdue": {"due_at": NOW - 2 * HOUR, "state": PromiseState.MISSED},
        "late": {"due_at": NOW - 2 * HOUR, "state": PromiseState.MISSED, "fulfilled_at": NOW - HOUR},
        "kept": {"due_at": NOW - 2 * HOUR, "state": PromiseState.MET, "fulfilled_at": NOW - 3 * HOUR},
        "paused": {"state": PromiseState.PAUSED},
        "cancelled": {"state": PromiseState.CANCELLED, "cancelled_at": NOW - HOUR},
    }
    for n, (ref, fate) in enumerate(fates.items()):
        save_promise(save_ticket(desk, ref, at=NOW - DAY - n * HOUR, team=cast.teams["team-a"]), **fate)
    save_ticket(desk, "unpromised", at=NOW - 2 * DAY)


FITTING = {
    "running": ["soon", "today", "later"],
    "due-1h": ["soon"],
    "due-4h": ["soon", "today"],
    "due-24h": ["soon", "today"],
    "overdue": ["overdue", "unnoticed"],
    "missed": ["overdue", "late", "unnoticed"],
    "met": ["kept"],
    "paused": ["paused"],
}


@pytest.mark.parametrize(("word", "expected"), FITTING.items())
def test_a_promise_is_what_it_is_at_the_instant_of_reading(promised: None, word: str, expected: list[str]) -> None:
    found = listed(f"promise={word}&sort=due")
    assert sorted(found) == sorted(expected)
    if word not in ("paused", "missed"):
        assert found == expected
    assert listed(f"promise={word}&sort=due&kind=next_reply") == []
    assert sorted(listed(f"promise={word}&kind=first_reply&team=team-a")) == sorted(expected)


def test_every_word_for_a_promise_is_tested_above() -> None:
    assert set(FITTING) == {state.value for state in PromiseIs}


@pytest.mark.parametrize(("name", "expected"), [("bob", ["gone", "here"]), ("carol", ["gone", "here"]), ("dave", [])])
def test_a_missed_promise_stays_with_the_team_it_counts_for(
    desk: Source, cast: Cast, name: str, expected: list[str]
) -> None:
    """Both were missed by team A; one of the tickets is in team B by now, with another agent than dave."""
    team_a, team_b = (cast.teams[slug] for slug in ("team-a", "team-b"))
    for ref, team in (("here", team_a), ("gone", team_b)):
        ticket = save_ticket(desk, ref, at=NOW - DAY, team=team)
        save_promise(ticket, due_at=NOW - HOUR, state=PromiseState.MISSED, team=team_a.pk)
    scope = scope_for(cast.users[name])
    assert sorted(listed("promise=overdue", scope=scope)) == expected
    assert sorted(listed("promise=overdue&team=team-a", scope=scope)) == expected
    assert listed("promise=overdue&team=team-b", scope=scope) == []


def test_nothing_is_overdue_on_a_ticket_that_is_done_or_gone(desk: Source) -> None:
    """The promise of a reply was missed for good; the list of what is overdue is a list of work."""
    for status in Status:
        ticket = save_ticket(desk, status.label, at=NOW - DAY, status=status)
        save_promise(ticket, due_at=NOW - HOUR, state=PromiseState.MISSED)
    assert set(listed("promise=overdue")) == {"new", "open", "pending", "hold"}
    assert len(listed("promise=missed")) == len(Status)


def test_what_breaks_next_counts_what_the_list_lists(promised: None, desk: Source, cast: Cast) -> None:
    closed = save_ticket(desk, "closed", at=NOW - DAY, status=Status.CLOSED, team=cast.teams["team-a"])
    save_promise(closed, due_at=NOW - HOUR, state=PromiseState.MISSED)
    (row,) = running(scope=EVERYTHING, now=NOW)
    words = ("overdue", "due-1h", "due-4h", "due-24h", "running", "paused")
    counts = (row.overdue, *row.within, row.within[-1] + row.later, row.paused)
    assert [len(listed(f"promise={word}&team=team-a&kind={row.kind.label}")) for word in words] == list(counts)
    assert counts == (2, 1, 2, 2, 3, 1)


@pytest.mark.parametrize("name", ["adam", "eve", "pat", "petra", "quinn"])
def test_asking_for_a_promise_opens_nothing(promised: None, cast: Cast, name: str) -> None:
    scope = scope_for(cast.users[name])
    assert refs(list_tickets(Wanted(promise=PromiseIs.OVERDUE, sort=Sort.DUE), scope=scope, now=NOW)) == []


def test_due_soonest_first_lists_unsolved_tickets_with_something_due(promised: None) -> None:
    assert listed("sort=due") == ["overdue", "unnoticed", "soon", "today", "later"]


def test_the_row_shows_the_first_due_of_several_promises(desk: Source) -> None:
    ticket = save_ticket(desk, "1", at=NOW - DAY)
    save_promise(ticket, PromiseKind.RESOLUTION, due_at=NOW + DAY)
    save_promise(ticket, PromiseKind.NEXT_REPLY, due_at=NOW + HOUR)
    (row,) = list_tickets(Wanted(), scope=EVERYTHING, now=NOW).rows
    assert row.due is not None
    assert (row.due.kind, row.due.due_at, row.due.is_overdue) == (PromiseKind.NEXT_REPLY, NOW + HOUR, False)


def test_counting_stops_at_the_cap_and_says_so(desk: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ops_dashboard.metrics.keyset.COUNT_CAP", 3)
    for n in range(3):
        save_ticket(desk, str(n), at=NOW)
    assert (list_tickets(Wanted(), scope=EVERYTHING, now=NOW).count, full(Wanted()).is_capped) == (3, False)
    save_ticket(desk, "3", at=NOW)
    assert (full(Wanted()).count, full(Wanted()).is_capped) == (3, True)


def full(wanted: Wanted) -> TicketList:
    return list_tickets(wanted, scope=EVERYTHING, now=NOW)


@pytest.mark.parametrize("cursor", ["x", "AAAA", "MjAyNi0xMS0wMiAx", "bm93IDE", "8J+YgA", "=", "a b"])
def test_a_cursor_that_is_none_is_refused(cursor: str) -> None:
    with pytest.raises(BadCursor):
        list_tickets(Wanted(), scope=EVERYTHING, now=NOW, after=cursor)


def test_a_page_costs_the_same_queries_whatever_its_length(desk: Source, cast: Cast, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    channel = Channel.objects.create(slug="email", label="Email").pk
    for n in range(30):
        team, agent = cast.teams["team-a"], cast.agents["alice"]
        save_ticket(desk, str(n), at=NOW - n * HOUR, team=team, assignee=agent, channel=channel)
    with django_assert_num_queries(7):  # page, count, source, team, agent, channel, due promises
        assert len(list_tickets(Wanted(), scope=EVERYTHING, now=NOW, size=20).rows) == 20
    with django_assert_num_queries(3):  # page, count, due promises: the names are kept for some seconds
        assert len(list_tickets(Wanted(), scope=EVERYTHING, now=NOW, size=30).rows) == 30
    chat = Channel.objects.create(slug="chat", label="Chat").pk
    save_ticket(desk, "since", at=NOW + HOUR, team=team, assignee=agent, channel=chat)
    assert list_tickets(Wanted(), scope=EVERYTHING, now=NOW, size=1).rows[0].channel.text == "Chat"


def pages(wanted: Wanted, size: int) -> list[list[str]]:
    """Every page in turn, up to a hundred."""

    def turn() -> object:
        after = ""
        while True:
            found = list_tickets(wanted, scope=EVERYTHING, now=NOW, after=after, size=size)
            yield refs(found)
            after = found.after
            if not after:
                return

    return list(islice(turn(), 100))  # type: ignore[call-overload]


class PagesTest(TestCase):
    """Pages over tickets whose instants often coincide."""

    @settings(max_examples=40, deadline=None)
    @given(st.lists(st.integers(0, 3), max_size=12), st.integers(1, 5), st.sampled_from(Sort))
    def test_pages_neither_skip_nor_repeat(self, hours: list[int], size: int, sort: Sort) -> None:
        desk = Source.objects.create(slug="desk", kind="events")
        for n, hour in enumerate(hours):
            at = NOW - hour * HOUR - DAY
            save_promise(save_ticket(desk, str(n), at=at, waiting_since=at), due_at=at + HOUR)
        turned = pages(Wanted(sort=sort), size)
        assert sum(turned, []) == [ref for page in pages(Wanted(sort=sort), 100) for ref in page]
        assert sorted(sum(turned, []), key=int) == [str(n) for n in range(len(hours))]
        ages = [hours[int(ref)] for ref in sum(turned, [])]
        assert ages == sorted(ages, reverse=not sort.is_descending)
        assert all(len(page) == size for page in turned[:-1])
