"""How satisfied those are who rated feedback about a theme, and how far that is from all who rated."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from insights.counting import SATISFIED
from insights.digest_context import rated
from insights.models import Theme
from ops_dashboard.metrics.intervals import difference_interval
from ops_dashboard.metrics.periods import Period
from ops_dashboard.metrics.query import Query, Reader
from ops_dashboard.metrics.result import SMALL_CELL, Figure

FOUR_WEEKS = timedelta(weeks=4)
NOT_RATED = {"satisfied": None, "rated": 0, "satisfied_low": None, "satisfied_high": None, "apart": None}
Told = dict[str, Any]


def by_theme(themes: Sequence[Theme], until: date, *, reader: Reader) -> dict[str, Told]:
    """By slug, in the four weeks that end with `until`: a week has too few who rate."""
    period = Period(until - FOUR_WEEKS + timedelta(days=1), until)
    where = (("theme", tuple(theme.slug for theme in themes)),)
    rows = reader.run(Query(SATISFIED, period, by=("theme",), where=where)).rows
    every = reader.run(Query("feedback_satisfied", period)).total
    return {row.keys[0]: _told(row.figure, every) for row in rows}


def _told(figure: Figure, every: Figure) -> Told:
    said = rated(figure)
    return {
        "satisfied": said["share"],
        "rated": said["rated"],
        "satisfied_low": said["low"],
        "satisfied_high": said["high"],
        "apart": apart(figure, every) if figure.n >= SMALL_CELL else None,
    }


def apart(some: Figure, every: Figure) -> Told | None:
    """The share of some less that of all, whom they are among, with its interval; None where too few others rated.

    The some are a part w = n / N of all, so that the difference from all is 1 - w times that from the others.
    Those are other people, so that an interval of two independent shares holds.
    """
    others = every.whole - some.whole
    if others < SMALL_CELL:
        return None
    interval = difference_interval((some.part, some.whole), (every.part - some.part, others))
    if interval is None:
        return None
    part = others / every.whole
    return {
        "by": some.part / some.whole - every.part / every.whole,
        "low": part * interval[0],
        "high": part * interval[1],
    }
