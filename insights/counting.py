"""Counts of themes and of all contacts, day by day or in weeks, read through the metric engine."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from insights.models import Theme
from insights.surveillance import Counts
from ops_dashboard.metrics.local_days import day_at
from ops_dashboard.metrics.periods import Grain, Period
from ops_dashboard.metrics.query import Query, Reader
from ops_dashboard.people.roles import SYSTEM

THEMED, CONTACTS, SATISFIED = "themed", "created", "theme_satisfied"
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Daily:
    """`counts` [theme, day] and `contacts` [day] from `first` on; `themes` are ids.

    `begins` [theme]: the first day, as a place in `contacts`, of which every message could bear the theme.
    """

    first: date
    themes: tuple[int, ...]
    counts: Counts
    contacts: Counts
    begins: Counts | None = None

    @property
    def last(self) -> date:
        return self.first + (len(self.contacts) - 1) * DAY

    def until(self, day: date) -> "Daily":
        days = (day - self.first).days + 1
        return replace(self, counts=self.counts[:, :days], contacts=self.contacts[:days])

    def known(self, *, days: int = 1) -> Counts | None:
        """For how many stretches of so many days each theme has been told apart up to the last day."""
        return None if self.begins is None else (len(self.contacts) - self.begins) // days

    def in_weeks(self) -> tuple[Counts, Counts]:
        """Stretches of seven days that end with the last day; days that fill no week are left out."""
        days = len(self.contacts) // 7 * 7
        if not days:
            return self.counts[:, :0], self.contacts[:0]
        counts = self.counts[:, -days:].reshape(len(self.themes), days // 7, 7).sum(axis=2)
        return counts, self.contacts[-days:].reshape(-1, 7).sum(axis=1)


def daily(first: date, last: date, themes: Sequence[Theme], *, reader: Reader | None = None) -> Daily:
    """What the figures say about these themes; days without a cell count as none."""
    reader, period = reader or Reader(SYSTEM), Period(first, last)
    place = {theme.slug: row for row, theme in enumerate(themes)}
    counts = np.zeros((len(themes), period.days), dtype=np.int64)
    contacts = np.zeros(period.days, dtype=np.int64)
    for row in reader.run(Query(CONTACTS, period, Grain.DAY)).rows:
        if row.start is not None:
            contacts[(row.start - first).days] = int(row.figure.value or 0)
    if themes:
        where = (("theme", tuple(place)),)
        for row in reader.run(Query(THEMED, period, Grain.DAY, by=("theme",), where=where)).rows:
            if row.start is not None and row.keys[0] in place:
                counts[place[row.keys[0]], (row.start - first).days] = int(row.figure.value or 0)
    return Daily(first, tuple(theme.id for theme in themes), counts, contacts)


def with_beginnings(told: Daily) -> Daily:
    """With the day that each theme began on: the one after it was published.

    Whatever was published on the first day of all is as old as the data, which it was drawn up for. A theme that
    took others in has their past, and is as old as the oldest of them.
    """
    began: dict[int, date] = {}
    for pk, into, at in Theme.objects.values_list("id", "merged_into", "valid_from__published_at"):
        counted_as = into or pk
        began[counted_as] = min(began.get(counted_as, date.max), day_at(at))
    oldest = min(began.values(), default=date.min)
    places = [0 if began[pk] == oldest else max(0, (began[pk] + DAY - told.first).days) for pk in told.themes]
    return replace(told, begins=np.array(places, dtype=np.int64))
