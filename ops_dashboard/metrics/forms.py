"""The one query form: a URL's query string -> what is asked. Page, API and export parse it here.

`?period=last-28-days&compare=previous&grain=day&by=team&team=a&team=b&channel=email`. A value that
makes no sense is dropped with a message beside its chip; nothing else of the question is lost.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from urllib.parse import urlencode

from django.http import QueryDict

from ops_dashboard.metrics.asking import Query
from ops_dashboard.metrics.periods import BadPeriod, Grain, Period, parse_period

Where = tuple[tuple[str, tuple[str, ...]], ...]

PERIODS = (
    ("today", "Today so far"),
    ("yesterday", "Yesterday"),
    ("last-7-days", "Last 7 days"),
    ("last-28-days", "Last 28 days"),
    ("last-8-weeks", "Last 8 weeks"),
    ("last-91-days", "Last 13 weeks"),
    ("last-364-days", "Last 52 weeks"),
    ("this-week", "This week so far"),
    ("this-month", "This month so far"),
)
COMPARISONS = (("previous", "previous period"), ("last-year", "52 weeks before"), ("off", "nothing"))
GRAINS = (Grain.DAY, Grain.WEEK, Grain.MONTH)
WEEKLY_FROM_DAYS, MONTHLY_FROM_DAYS = 140, 800  # where days, then weeks, become too many to read


@dataclass(frozen=True)
class Asked:
    """What a query string asks. `problems` maps a field to what was wrong with it."""

    period: Period
    period_word: str
    compare: Period | None
    compare_word: str
    grain: Grain
    grain_word: str = ""  # empty: chosen by the length of the period
    by: tuple[str, ...] = ()
    where: Where = ()
    exact: bool = False
    problems: dict[str, str] = field(default_factory=dict)
    filters: tuple[str, ...] = ()  # what the page may be narrowed by
    tab: str = ""  # of the page; empty: its first

    def query(self, metric: str, *, grain: Grain = Grain.TOTAL, by: tuple[str, ...] = (), where: Where = ()) -> Query:
        """The same question of one metric; `where` narrows the page's filters further."""
        return Query(metric, self.period, grain, by, (*self.where, *where), self.compare, self.exact)

    @property
    def querystring(self) -> str:
        """Canonical: fixed order, no defaults beyond the period's word."""
        return urlencode([("period", self.period_word), ("compare", self.compare_word), *self._beyond_period()])

    def _beyond_period(self) -> list[tuple[str, str]]:
        pairs = [("grain", self.grain_word)] if self.grain_word else []
        pairs += [("by", ",".join(self.by))] if self.by else []
        pairs += [(slug, value) for slug, values in self.where for value in values]
        pairs += [("exact", "1")] if self.exact else []
        pairs += [("tab", self.tab)] if self.tab else []
        return pairs

    def filtered(self, slug: str) -> tuple[str, ...]:
        return next((values for name, values in self.where if name == slug), ())

    def about_each(self, grain: Grain) -> Callable[[date], str]:
        """From the start of a bucket to the query string about it alone; a day is compared with the same
        weekday a week before. What all of them share is spelled out once."""
        shared = urlencode(replace(self, grain_word="")._beyond_period())

        def about(start: date) -> str:
            bucket = Period(start, grain.next_start(start) - timedelta(days=1))
            compare = str(bucket.shifted(-7)) if grain is Grain.DAY else "previous"
            return "&".join(filter(None, (f"period={bucket}&compare={compare}", shared)))

        return about

    def only(self, slug: str, value: str) -> "Asked":
        """The same about one value of a cut, which then needs no cutting any more."""
        where = (*((name, values) for name, values in self.where if name != slug), (slug, (value,)))
        return replace(self, where=where, by=tuple(cut for cut in self.by if cut != slug), problems={})

    def without_filters(self) -> "Asked":
        return replace(self, where=(), problems={})


def period_word(data: QueryDict) -> str:
    """The period asked for, "" where there is none. Two dates win over the word, since someone typed them."""
    first, last = (data.get(name, "").strip() for name in ("from", "to"))
    return f"{first or last}..{last or first}" if first or last else data.get("period", "").strip()


# What an address says besides the cuts of a metric.
OF_A_PAGE = frozenset({"period", "from", "to", "compare", "grain", "by", "exact", "metric", "tab"})


class FilterForm:
    """Parses a query string against the filters a page offers."""

    def __init__(
        self,
        data: QueryDict,
        *,
        today: date,
        filters: tuple[str, ...],
        period: str,
        grain: Grain = Grain.DAY,
        grains: tuple[Grain, ...] = tuple(Grain),
        tabs: tuple[str, ...] = (),
    ):
        self._data, self._today, self._filters, self._tabs = data, today, filters, tabs
        self._default_period, self._default_grain, self._grains = period, grain, grains
        self._problems: dict[str, str] = {}

    def asked(self) -> Asked:
        word, period = self._period()
        compare_word, compare = self._compare(period)
        grain_word, grain = self._grain(period)
        return Asked(
            period=period,
            period_word=word,
            compare=compare,
            compare_word=compare_word,
            grain=grain,
            grain_word=grain_word,
            by=self._by(),
            where=self._where(),
            exact=self._data.get("exact") == "1",
            problems=self._problems,
            filters=self._filters,
            tab=self._tab(),
        )

    def _period(self) -> tuple[str, Period]:
        word = period_word(self._data)
        try:
            return word or self._default_period, parse_period(word or self._default_period, today=self._today)
        except BadPeriod as problem:
            self._problems["period"] = str(problem)
            return self._default_period, parse_period(self._default_period, today=self._today)

    def _compare(self, period: Period) -> tuple[str, Period | None]:
        word = self._data.get("compare", "").strip() or "previous"
        match word:
            case "previous":
                return word, period.previous()
            case "last-year":
                return word, period.shifted(-364)
            case "off":
                return word, None
        try:
            return word, parse_period(word, today=self._today)
        except BadPeriod as problem:
            self._problems["compare"] = str(problem)
            return "previous", period.previous()

    def _grain(self, period: Period) -> tuple[str, Grain]:
        word = self._data.get("grain", "").strip()
        if word in self._grains:
            return word, Grain(word)
        if word:
            self._problems["grain"] = f"{word!r} is no grain here; try {', '.join(self._grains)}."
        return "", self._fitting_grain(period)

    def _fitting_grain(self, period: Period) -> Grain:
        if period.days >= MONTHLY_FROM_DAYS:
            return Grain.MONTH
        if period.days >= WEEKLY_FROM_DAYS:
            return Grain.WEEK
        return self._default_grain

    def _tab(self) -> str:
        """Empty for the first, so that it has one address."""
        word = self._data.get("tab", "").strip()
        if not self._tabs or word in ("", self._tabs[0]):
            return ""
        if word in self._tabs:
            return word
        self._problems["tab"] = f"This page has no tab {word!r}; it has {', '.join(self._tabs)}."
        return ""

    def _by(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(filter(None, ",".join(self._data.getlist("by")).split(","))))

    def _where(self) -> Where:
        found = []
        for slug in self._filters:
            values = sorted({value.strip() for value in self._data.getlist(slug) if value.strip()})
            if values:
                found.append((slug, tuple(values)))
        return tuple(found)
