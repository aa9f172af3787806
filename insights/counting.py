"""Counts of themes and of all contacts, day by day or in weeks, read through the metric engine."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from insights.models import Theme
from insights.surveillance import Counts
from ops_dashboard.metrics.periods import Grain, Period
from ops_dashboard.metrics.query import Query, Reader
from ops_dashboard.people.roles import SYSTEM

THEMED, CONTACTS, SATISFIED = "themed", "created", "theme_satisfied"
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Daily:
    """`counts` [theme, day] and `contacts` [day] from `first` on; `themes` are ids."""

    first: date
    themes: tuple[int, ...]
    counts: Counts
    contacts: Counts

    @property
    def last(self) -> date:
        return self.first + (len(self.contacts) - 1) * DAY

    def until(self, day: date) -> "Daily":
        days = (day - self.first).days + 1
        return Daily(self.first, self.themes, self.counts[:, :days], self.contacts[:days])

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
