"""What a queue was offered: created and reopened tickets, in the half hour and for the team where they came."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from ops_dashboard.metrics.models import StaleCell
from ops_dashboard.people.models import Team
from tests.tickets.rows import save_ticket
from tests.workforce.queues import MONDAY, queue
from tickets.models import Channel, Solve, Source, Span, Ticket
from tickets.vocabulary import Status, Step
from workforce import volumes
from workforce.models import QueueVolume
from workforce.tasks import count_day

pytestmark = pytest.mark.django_db

NINE = MONDAY + timedelta(hours=9)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def desk() -> Source:
    return Source.objects.create(slug="desk", kind="events")


@pytest.fixture
def team() -> Team:
    return Team.objects.create(slug="team-a", name="Team A")


def counted() -> list[tuple[str, str, int, int]]:
    rows = QueueVolume.objects.order_by("queue__slug", "start_at")
    return [
        (row.queue.slug, f"{row.start_at:%H:%M}", row.offered, row.reopened) for row in rows.select_related("queue")
    ]


def solve(ticket: Ticket, *, is_automatic: bool) -> None:
    zeros = dict.fromkeys(("resolution_s", "resolution_business_s", "wait_s", "wait_business_s"), 0)
    Solve.objects.create(
        ticket=ticket.id, nth=1, source=1, team=0, priority=0, channel=0, language=0, reason=0,
        created_at=NINE, solved_at=NINE + MINUTE, solver=0, is_automatic=is_automatic, is_first=True, is_last=True,
        replies=0, reassignments=0, **zeros,
    )  # fmt: skip


def test_tickets_count_in_the_half_hour_of_their_creation(desk: Source) -> None:
    queue("all")
    for n, minutes in enumerate((0, 29, 30)):
        save_ticket(desk, str(n), at=NINE + minutes * MINUTE)
    assert volumes.refresh() == 2
    assert counted() == [("all", "09:00", 2, 0), ("all", "09:30", 1, 0)]


def test_a_reopened_ticket_is_work_again_for_the_team_that_holds_it_then(desk: Source, team: Team) -> None:
    queue("mine", position=1).teams.add(team)
    queue("others", position=2)
    ticket = save_ticket(desk, "1", at=NINE)
    Span.objects.create(
        ticket=ticket.id, seq=1, source=desk.pk, team=team.pk, assignee=0, priority=0, channel=0, language=0, reason=0,
        start_at=NINE + 60 * MINUTE, status=Status.OPEN, entered=Step.REOPENED,
    )  # fmt: skip
    volumes.refresh()
    assert counted() == [("mine", "10:00", 1, 1), ("others", "09:00", 1, 0)]


def test_spam_deleted_and_automatically_solved_tickets_ask_for_nobody(desk: Source) -> None:
    queue("all")
    save_ticket(desk, "spam", at=NINE, status=Status.SPAM)
    save_ticket(desk, "deleted", at=NINE, status=Status.DELETED)
    solve(save_ticket(desk, "bot", at=NINE), is_automatic=True)
    solve(save_ticket(desk, "touched", at=NINE, touches=1), is_automatic=True)
    solve(save_ticket(desk, "solved", at=NINE), is_automatic=False)
    save_ticket(desk, "merged", at=NINE, status=Status.MERGED)
    volumes.refresh()
    assert counted() == [("all", "09:00", 3, 0)]


def test_the_first_queue_by_position_takes_a_ticket_and_no_other(desk: Source, team: Team) -> None:
    chat = Channel.objects.create(slug="chat", label="Chat")
    queue("chat", position=1).channels.add(chat)
    queue("team", position=2).teams.add(team)
    save_ticket(desk, "1", at=NINE, created_team=team.pk, channel=chat.pk)
    save_ticket(desk, "2", at=NINE, created_team=team.pk)
    save_ticket(desk, "3", at=NINE)
    volumes.refresh()
    assert counted() == [("chat", "09:00", 1, 0), ("team", "09:00", 1, 0)]


def test_counting_again_changes_nothing_and_since_leaves_the_rest(desk: Source) -> None:
    everything = queue("all")
    QueueVolume.objects.create(queue=everything, start_at=NINE - timedelta(days=1), offered=7)
    save_ticket(desk, "1", at=NINE)
    for _ in range(2):
        volumes.refresh(since=MONDAY)
    assert [row[2] for row in counted()] == [7, 1]
    volumes.refresh()
    assert [row[2] for row in counted()] == [1]


def owed() -> set[tuple[str, date, int]]:
    """Cells of forecasts that are owed; none is afterwards."""
    rows = set(StaleCell.objects.filter(source__startswith="forecast").values_list("source", "day", "team"))
    StaleCell.objects.all().delete()
    return rows


def test_only_what_rests_on_a_changed_half_hour_is_owed(
    desk: Source, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A contact more on Monday at 9:00: its day and the Monday after, each with its neighbours."""
    monkeypatch.setattr(timezone, "now", lambda: NINE + timedelta(days=10))
    queue("mine", position=1).teams.add(team)
    for day in range(10):
        save_ticket(desk, f"old-{day}", at=NINE + timedelta(days=day), created_team=team.pk)
    volumes.refresh()
    owed()
    volumes.refresh()
    assert owed() == set()
    save_ticket(desk, "late", at=NINE, created_team=team.pk)
    volumes.refresh(since=MONDAY)
    days = {(NINE + timedelta(days=n)).date() for n in (-1, 0, 1, 6, 7, 8)}
    assert owed() == {(source, day, team.pk) for source in ("forecasts", "forecast_days") for day in days}
    assert QueueVolume.objects.get(start_at=NINE).offered == 2


def test_what_became_countable_is_owed_by_everyone(desk: Source, team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NINE + timedelta(days=1))
    queue("mine", position=1).teams.add(team)
    queue("others", position=2)
    save_ticket(desk, "1", at=NINE, created_team=team.pk)
    volumes.refresh()
    owed()
    save_ticket(desk, "2", at=NINE + 60 * MINUTE, created_team=team.pk)
    volumes.refresh(since=MONDAY)
    days = {(NINE + timedelta(days=n)).date() for n in (-1, 0, 1)}
    sources = ("forecasts", "forecast_days")
    assert owed() == {(source, day, number) for source in sources for day in days for number in (0, team.pk)}


def test_an_inactive_queue_takes_nothing(desk: Source) -> None:
    queue("all", is_active=False)
    save_ticket(desk, "1", at=NINE)
    assert volumes.refresh() == 0


def test_the_last_day_is_counted_again_by_the_clock_and_older_days_only_once(
    desk: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue("all")
    monkeypatch.setattr(timezone, "now", lambda: MONDAY + timedelta(hours=30, minutes=20))
    save_ticket(desk, "1", at=MONDAY + timedelta(hours=1))
    assert count_day() == 1
    save_ticket(desk, "2", at=MONDAY + timedelta(hours=2))
    save_ticket(desk, "3", at=MONDAY + timedelta(hours=30))
    assert count_day() == 1
    assert counted() == [("all", "01:00", 1, 0), ("all", "06:00", 1, 0)]
