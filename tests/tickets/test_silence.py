"""When a source that has gone quiet is missed, and when its quiet is its rhythm."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from io import StringIO

import numpy as np
import pytest
from django.core.cache import caches
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from time_machine import travel

from ops_dashboard.metrics import rollup, tasks
from ops_dashboard.metrics.query import Reader
from ops_dashboard.people.models import User
from ops_dashboard.people.roles import SYSTEM, Role
from tests.tickets.drafting import draft, take
from tickets.models import ImportRun, Source
from tickets.silence import has_stopped

STOPPED = datetime(2026, 3, 6, 16, 55, tzinfo=UTC)  # a Friday, before the clocks change anywhere
FIVE_MINUTES = timedelta(minutes=5)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def every(step: timedelta, *, days: int = 35, until: datetime = STOPPED) -> list[datetime]:
    return [until - n * step for n in range(int(days * DAY / step))]


OFFICE = [at for at in every(FIVE_MINUTES) if at.weekday() < 5 and 9 <= at.hour < 17]
SMALL = [at for n, at in enumerate(every(11 * HOUR)) if n % 7 != 3]  # two a day, and a pause of 22 hours now and then


def stopped(arrivals: Iterable[datetime], silent_for: timedelta, *, since: datetime = STOPPED) -> bool:
    seconds = np.array([int(at.timestamp()) for at in arrivals], dtype=np.int64)
    return has_stopped(seconds, now=int((since + silent_for).timestamp()))


def test_a_desk_that_never_sleeps_is_missed_after_an_hour() -> None:
    busy = every(FIVE_MINUTES)
    assert [stopped(busy, timedelta(minutes=m)) for m in (15, 50, 60)] == [False, False, True]


def test_an_office_is_missed_in_its_hours_and_not_at_night_nor_over_the_weekend() -> None:
    """Silent since Friday 16:55: on Monday the eighth ten minutes of the office begin at 10:10."""
    monday = datetime(2026, 3, 9, tzinfo=UTC)
    told = {
        hours: stopped(OFFICE, monday + hours * HOUR - STOPPED)
        for hours in (-48, 0, 8.9, 9.9, 10 + 5 / 60, 10 + 15 / 60, 16)
    }
    assert [*told.values()] == [False, False, False, False, False, True, True]


def test_an_office_that_opens_an_hour_later_as_clocks_change_is_waited_for() -> None:
    """Its weeks before began at 9:00 UTC; it comes at 10:00."""
    assert not stopped(OFFICE, datetime(2026, 3, 9, 9, 59, tzinfo=UTC) - STOPPED)


def test_a_small_queue_may_be_quiet_for_twice_its_longest_pause() -> None:
    assert [stopped(SMALL, hours * HOUR) for hours in (12, 30, 43.5, 44.5)] == [False, False, False, True]


def test_a_file_a_day_is_missed_after_two_days() -> None:
    daily = every(DAY)
    assert [stopped(daily, hours * HOUR) for hours in (25, 47.5, 48.5)] == [False, False, True]


def test_a_past_that_was_taken_in_within_two_days_sends_nothing_more() -> None:
    past = [*every(FIVE_MINUTES, days=1), STOPPED - DAY]
    assert not any(stopped(past, days * DAY) for days in (1, 3, 10))


def test_what_has_been_silent_for_four_weeks_has_ended() -> None:
    assert [stopped(every(DAY), days * DAY) for days in (27.9, 28.1)] == [True, False]


def test_who_never_sent_has_not_stopped() -> None:
    assert not stopped([], DAY)


# -- the same through an installation


def sends(slug: str, arrivals: Iterable[datetime]) -> Source:
    """A source whose newest event came with its newest run."""
    times = sorted(arrivals)
    source, _ = Source.objects.get_or_create(slug=slug, defaults={"kind": "events"})
    Source.objects.filter(pk=source.pk).update(last_event_at=times[-1], last_success_at=times[-1])
    ImportRun.objects.bulk_create(
        ImportRun(source=source, origin="a", state="done", started_at=at, finished_at=at, accepted=1) for at in times
    )
    return source


@pytest.mark.django_db
def test_a_source_that_stopped_is_told_on_every_surface(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    sends("desk", every(HOUR))
    client.force_login(User.objects.create(username="m", role=Role.MANAGER))
    with travel(STOPPED + 90 * FIVE_MINUTES, tick=False):  # at 00:25 of the next day
        take([draft("ticket_created", 0, status="open")], slug="other")
        rollup.refill()
        page = client.get("/")
        assert "Data to 16:55, 6 Mar 2026" in page.text and "nothing from desk since 16:55, 6 Mar 2026" in page.text
        assert '<p class="freshness stale">' in page.text
        answer = client.get("/api/v1/metrics/created/").json()
        assert (answer["complete_to"], answer["silent"]) == (
            "2026-03-06T16:55:00Z",
            [{"source": "desk", "since": "2026-03-06T16:55:00Z"}],
        )
        call_command("metric", "created", period="last-28-days", stdout=(out := StringIO()))
        assert "complete to 2026-03-06T16:55:00Z\nnothing from desk since 2026-03-06T16:55:00Z\n" in out.getvalue()
        assert not tasks.check_freshness()
        assert "source silent source=desk since=2026-03-06T16:55:00Z" in caplog.text
        assert "ops_silent_sources 1\n" in client.get("/metrics").text

        sends("desk", [timezone.now()])
        caches["panels"].clear()  # or some seconds later
        assert tasks.check_freshness()
        assert "nothing from desk" not in client.get("/").text


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [
        {"has_ended": True},
        {"last_event_at": STOPPED - timedelta(days=400)},  # what came was a past
    ],
)
def test_what_has_ended_and_what_is_only_a_past_are_not_missed(change: dict[str, object]) -> None:
    source = sends("desk", every(HOUR))
    with travel(STOPPED + DAY, tick=False):
        assert [told.name for told in Reader(SYSTEM).freshness.silent] == ["desk"]
        Source.objects.filter(pk=source.pk).update(**change)
        caches["panels"].clear()
        assert Reader(SYSTEM).freshness.silent == ()


@pytest.mark.django_db
def test_a_run_that_brought_nothing_new_is_no_sign_of_life() -> None:
    source = sends("desk", every(HOUR))
    for hours in range(1, 24):
        at = STOPPED + hours * HOUR
        ImportRun.objects.create(source=source, origin="a", state="done", finished_at=at, duplicate=9)
    with travel(STOPPED + DAY, tick=False):
        assert [(told.name, told.since) for told in Reader(SYSTEM).freshness.silent] == [("desk", STOPPED)]
