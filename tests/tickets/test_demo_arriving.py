"""The demo's last weeks stand first: what is shown then, what is said about it, and that the whole is the same."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.template import Context, Template

from ops_dashboard.metrics import rollup, tasks
from ops_dashboard.metrics.models import Cell, StaleCell
from ops_dashboard.people.demo_users import TICKETS_STAND
from tests.tickets.test_demo_command import run
from tickets.demo import records
from tickets.demo.live import tell_recent
from tickets.demo.world import World
from tickets.identity import native_key
from tickets.intake import Summary
from tickets.models import ImportRun, Source, Ticket, TicketEvent
from tickets.vocabulary import EventType

pytestmark = pytest.mark.django_db

NOW = datetime(2025, 6, 15, 12, tzinfo=UTC)
NINE_WEEKS_AGO = datetime(2025, 4, 13, 12, tzinfo=UTC)
WHOLE = ("--tickets", "300", "--weeks", "12", "--seed", "5", "--now", NOW.isoformat())
IN_BETWEEN = (
    "The demo organisation is still arriving: so far figures count tickets created after 13 Apr 2025; "
    "earlier ones follow, then rosters, reviews, feedback and insights, over the next minutes."
)
AT_LAST = (
    "The demo organisation is still arriving: "
    "rosters, reviews, feedback and insights fill in over the next minutes."
)  # fmt: skip


def world() -> World:
    return World(seed=5, tickets=300, weeks=12, now=NOW)


def recent() -> set[str]:
    """The tickets of the last nine weeks."""
    drafts = world().history()
    return {d.ticket_ref for d in drafts if d.type is EventType.TICKET_CREATED and d.occurred_at >= NINE_WEEKS_AGO}


@pytest.fixture
def note(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What a server leaves while the demo arrives."""
    path = tmp_path / "demo-unfinished"
    path.touch()
    monkeypatch.setattr("ops_dashboard.management.commands.demo.unfinished_demo", lambda var: path)
    monkeypatch.setattr("ops_dashboard.metrics.templatetags.components.unfinished_demo", lambda var: path)
    return path


@pytest.fixture
def bars(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int | None, int]]:
    """Each progress bar once it has gone: what of, its total, how far it came."""
    shown: list[tuple[str, int | None, int]] = []

    @contextmanager
    def bar(what: str, total: int | None) -> Iterator[Callable[[int], None]]:
        steps: list[int] = []
        yield steps.append
        shown.append((what, total, sum(steps)))

    monkeypatch.setattr("ops_dashboard.management.commands.demo._bar", bar)
    return shown


def said() -> str:
    """What every page says."""
    html = Template("{% load components %}{% demo_arriving %}").render(Context())
    return html.strip().removeprefix('<p class="message" role="status">').removesuffix("</p>")


def created() -> int:
    return sum(Cell.objects.filter(source="created").values_list("n", flat=True))


def test_the_last_weeks_stand_first_with_their_figures_and_pages_say_since_when(note: Path) -> None:
    report = run(*WHOLE, "--recent-first")
    assert set(Ticket.objects.values_list("ref", flat=True)) == recent()
    assert 0 < report["tickets"] == created() == len(recent()) < 300
    assert said() == IN_BETWEEN
    again = run("--recent-first")
    assert (again["exists"], again["told_from"], again["told_to"]) == (True, NINE_WEEKS_AGO.isoformat(), None)
    assert said() == IN_BETWEEN


def test_the_earlier_weeks_follow_and_the_whole_is_what_one_go_tells(
    note: Path, bars: list[tuple[str, int | None, int]]
) -> None:
    run(*WHOLE, "--recent-first")
    report = run("--tickets-first")
    first, then = len(recent()), 300 - len(recent())
    assert [bar for bar in bars if bar[0] == "tickets"] == [("tickets", first, first), ("tickets", then, then)]
    drafts = list(world().history())
    keys = {native_key("demo", draft.native_id or "") for draft in drafts}
    assert {key.bytes for key in TicketEvent.objects.values_list("dedupe_key", flat=True)} == keys
    assert (report["duplicate"], TicketEvent.objects.count()) == (0, len(drafts))
    assert (Ticket.objects.count(), created(), StaleCell.objects.count()) == (300, 300, 0)
    assert (Source.objects.get().cursor["told_to"], note.read_text()) == (NOW.isoformat(), TICKETS_STAND)
    assert said() == AT_LAST
    assert ImportRun.objects.count() == 2


def test_a_start_that_was_broken_off_before_its_figures_stood_tells_the_last_weeks_again() -> None:
    source = records.settle(world())
    told = tell_recent(source, world(), created=lambda _: None)
    report = run("--recent-first")
    assert (report["accepted"], report["duplicate"]) == (0, told.accepted)
    assert created() == len(recent())


def test_nothing_is_said_without_a_server_that_waits(note: Path) -> None:
    note.unlink()
    run(*WHOLE, "--recent-first")
    assert said() == ""


def test_the_worker_leaves_cells_alone_while_a_past_is_being_filled() -> None:
    StaleCell.objects.create(source="created", day=NOW.date(), team=0)
    with rollup.held_back():
        assert (tasks.refill(), StaleCell.objects.count()) == (0, 1)
    assert (tasks.refill(), StaleCell.objects.count()) == (1, 0)


def test_runs_after_one_another_add_up() -> None:
    assert Summary(5, 1, 2, 3, 1.5) + Summary(10, 20, 30, 40, 0.25) == Summary(15, 21, 32, 43, 1.75)
