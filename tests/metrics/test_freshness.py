"""How old figures may be, and what is said of it; the same everywhere."""

from datetime import UTC, datetime, timedelta

import pytest

from ops_dashboard.celery import app
from ops_dashboard.metrics.cycle import Age, age_of
from ops_dashboard.metrics.definitions import Silence
from ops_dashboard.metrics.rendering.freshness import freshness_line
from ops_dashboard.metrics.result import Freshness

NOW = datetime(2026, 3, 2, 14, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "age"),
    [(0, Age.FRESH), (120, Age.FRESH), (121, Age.LATE), (360, Age.LATE), (361, Age.STALE), (86_400, Age.STALE)],
)
def test_two_missed_refills_make_figures_late_and_six_stale(seconds: int, age: Age) -> None:
    assert app.conf.beat_schedule["ops_dashboard.metrics.tasks.refill"]["schedule"] == 60.0
    assert age_of(NOW - timedelta(seconds=seconds), now=NOW) is age


def test_without_figures_their_age_is_not_known() -> None:
    line = freshness_line(Freshness(None, 0, "UTC"), now=NOW)
    assert (line.state, line.data_to) == ("unknown", "No data yet")


def test_the_line_says_who_has_stopped_and_what_is_owed() -> None:
    since = NOW - timedelta(days=1)
    silent = tuple(Silence(name, since) for name in ("phone", "chat", "mail", "forum"))
    line = freshness_line(Freshness(since, 3, "Europe/Paris", ("promises are being judged again",), silent), now=NOW)
    assert (line.state, line.data_to) == ("stale", "Data to 15:05, 1 Mar 2026")
    assert line.rest == (
        "nothing from phone since 15:05, 1 Mar 2026",
        "nothing from chat since 15:05, 1 Mar 2026",
        "nor from 2 other sources",
        "3 cells being recounted",
        "promises are being judged again",
    )
