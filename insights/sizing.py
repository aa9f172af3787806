"""How large the thing is that an insight claims: the same figures frozen in it and told anew beside them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from insights.counting import CONTACTS, THEMED, daily
from insights.effects import BASE_WEEKS
from insights.models import Theme
from ops_dashboard.metrics.intervals import wilson
from ops_dashboard.metrics.periods import Grain, Period
from ops_dashboard.metrics.query import Query, Reader
from ops_dashboard.metrics.result import SMALL_CELL, Result
from ops_dashboard.people.roles import SYSTEM, Scope

Size = dict[str, Any]
WEEK = timedelta(days=7)


def reader_for(scope: Scope) -> Reader:
    """Reads the figures of an insight that `scope` has been found to see, small cells hidden as for any other."""
    return Reader(replace(SYSTEM, small_cells_hidden=scope.small_cells_hidden))


def size(themes: Sequence[Theme], until: date, *, reader: Reader | None = None) -> Size:
    """The seven days that end with `until` and the weeks before them, as plain values.

    `share` is the part of all contacts, with its Wilson interval; `usual` what 26 weeks before say.
    """
    first = until - (BASE_WEEKS + 1) * WEEK + timedelta(days=1)
    told = daily(first, until, themes, reader=reader)
    counts, contacts = told.in_weeks()
    weeks = counts.sum(axis=0)
    n, whole = int(weeks[-1]), int(contacts[-1])
    base_n, base_whole = int(weeks[:-1].sum()), int(contacts[:-1].sum())
    interval = wilson(min(n, whole), whole)
    usual = base_n / base_whole if base_whole else None
    return {
        "from": (until - WEEK + timedelta(days=1)).isoformat(),
        "to": until.isoformat(),
        "n": n,
        "contacts": whole,
        "share": n / whole if whole else None,
        "low": interval[0] if interval else None,
        "high": interval[1] if interval else None,
        "usual_share": usual,
        "ratio": n / whole / usual if whole and usual else None,
        "weeks": [{"to": _end(until, len(weeks) - place), "n": int(x)} for place, x in enumerate(weeks, 1)],
        "questions": questions(themes, until),
    }


def questions(themes: Sequence[Theme], until: date) -> list[dict[str, str]]:
    """The live questions behind the figures, as query strings of the API and of exports."""
    period = f"{until - WEEK + timedelta(days=1)}..{until}"
    chosen = [("theme", theme.slug) for theme in themes]
    return [
        {"metric": THEMED, "query": urlencode([("period", period), *chosen])},
        {"metric": CONTACTS, "query": urlencode([("period", period)])},
    ]


def by_cut(themes: Sequence[Theme], period: Period, cut: str, *, reader: Reader) -> Result:
    """The same feedback by channel or language."""
    where = (("theme", tuple(theme.slug for theme in themes)),)
    return reader.run(Query(THEMED, period, by=(cut,), where=where))


def by_week(themes: Sequence[Theme], until: date, *, reader: Reader) -> Result:
    """The feedback of the last half year, week by week."""
    where = (("theme", tuple(theme.slug for theme in themes)),)
    weeks = Period(Grain.WEEK.start_of(until - BASE_WEEKS * WEEK), until)
    return reader.run(Query(THEMED, weeks, Grain.WEEK, where=where))


def is_withheld(themes: Sequence[Theme], until: date, *, reader: Reader) -> bool:
    """Whether the seven days that end with `until` are kept from this reader."""
    where = (("theme", tuple(theme.slug for theme in themes)),)
    return reader.run(Query(THEMED, Period(until - WEEK + timedelta(days=1), until), where=where)).total.is_withheld


def withheld(size: Size, scope: Scope) -> bool:
    """Too few to show to this reader."""
    return scope.small_cells_hidden and 0 < int(size.get("n") or 0) < SMALL_CELL


def _end(until: date, weeks_back: int) -> str:
    return (until - weeks_back * WEEK).isoformat()
