"""Every metric three times: replayed from events, counted over fact rows, asked of the engine."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import product
from math import isclose
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.utils import timezone
from pytest_django.fixtures import Settings

from ops_dashboard.metrics.catalogue import cuts as cuts_of
from ops_dashboard.metrics.definitions import Metric, Quantile, Ratio, registry
from ops_dashboard.metrics.periods import Grain, Period
from ops_dashboard.metrics.query import Query, Reader
from ops_dashboard.metrics.result import Figure, Result
from ops_dashboard.metrics.rollup import refill
from ops_dashboard.people.roles import SYSTEM
from tests.oracle import levels, stored
from tests.oracle.drafts import drafts
from tests.oracle.facts import Told
from tests.oracle.figures import Keys, Value, buckets, figures, nothing
from tests.oracle.metrics import ORACLES
from tests.oracle.naive import tell
from tickets import policies
from tickets.connectors.drafts import Draft
from tickets.intake import take_in
from tickets.policy_file import parse
from tickets.words import register_source

# Clocks change on 26 October and 29 March in London, on 2 November and 8 March in St. John's.
STRETCHES = (
    (datetime(2025, 10, 17, tzinfo=UTC), datetime(2025, 11, 5, tzinfo=UTC)),
    (datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 3, tzinfo=UTC)),
)
LEVELS_CHANGE = datetime(2026, 3, 18, 12, tzinfo=UTC)
FIRST_IMPORT = datetime(2026, 3, 27, 9, 30, tzinfo=UTC)
NOW = datetime(2026, 4, 4, 10, 17, 23, tzinfo=UTC)
LATER = NOW + timedelta(days=2)
PERIODS = (Period(date(2025, 10, 24), date(2025, 11, 9)), Period(date(2026, 3, 6), date(2026, 4, 4)))
GRAINS = (Grain.DAY, Grain.WEEK, Grain.TOTAL)
Cut = tuple[str, ...]
CUTS: tuple[Cut, ...] = ((), ("team",), ("priority",))
WEEKLY_CUTS = ("channel", "language", "agent")  # where the facts of a metric have them
TICKETS, SEED = 260, 2026
SHOWN = 20  # differences in a failure's message


@cache
def told_drafts(tickets: int = TICKETS) -> list[Draft]:
    return drafts(SEED, tickets=tickets, stretches=STRETCHES, until=NOW)


@cache
def service_levels() -> levels.Levels:
    """The oracle's own; its clocks cover everything that a ticket can ask."""
    start, end = (int(at.timestamp()) for at in (STRETCHES[0][0], LATER + timedelta(days=3)))
    return levels.Levels.between(start, end, changed_at=int(LEVELS_CHANGE.timestamp()))


@dataclass
class Clock:
    """The present, as every module of the product sees it."""

    at: datetime = NOW


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    present = Clock()
    monkeypatch.setattr(timezone, "now", lambda: present.at)
    return present


@pytest.fixture
def reporting_zone(settings: Settings) -> Settings:
    settings.REPORTING_ZONE = "Europe/London"
    return settings


@pytest.fixture
def taken_in(db: None, clock: Clock, reporting_zone: Settings) -> Clock:
    """The drafts taken in twice over: what was known at FIRST_IMPORT with cells filled, then all."""
    clock.at = STRETCHES[0][0]
    policies.load(parse(levels.FIRST))
    clock.at = LEVELS_CHANGE
    policies.load(parse(levels.LATER, known_calendars=policies.known_calendars()))
    source = register_source("desk", kind="events")
    for clock.at in (FIRST_IMPORT, NOW):
        summary = take_in(source, (d for d in told_drafts() if d.occurred_at <= clock.at), origin="oracle")
        assert summary.rejected == 0
        refill()
    return clock


def test_every_metric_of_tickets_has_an_oracle() -> None:
    ours = {metric.slug for metric in registry.metrics() if _is_about_tickets(metric)}
    assert ours == ORACLES.keys()


def _is_about_tickets(metric: Metric) -> bool:
    return all(registry.source(slug).about == "ticket" for slug in metric.sources)


def test_the_tickets_give_every_metric_something_to_count() -> None:
    naive = Naive(tell(told_drafts(), levels=service_levels(), now=NOW))
    shares = [slug for slug in ORACLES if isinstance(registry.metric(slug), Ratio)]
    assert [slug for slug, amounts in naive.amounts.items() if not any(amount.part for amount in amounts)] == []
    assert [slug for slug in shares if all(amount.part for amount in naive.amounts[slug])] == []


def test_every_stored_fact_equals_the_replay(taken_in: Clock) -> None:
    replayed, kept = tell(told_drafts(), levels=service_levels(), now=taken_in.at), stored.read()
    _expect_none(_differences(replayed, kept))


def _expect_none(differences: Iterable[str]) -> None:
    found = list(differences)
    assert not found, "\n".join([f"{len(found)} differences", *found[:SHOWN]])


def _differences(replayed: Told, kept: Told) -> Iterator[str]:
    for name in (field.name for field in fields(Told) if field.name != "held"):  # spans are cut finer
        ours, theirs = (sorted(map(repr, getattr(told, name))) for told in (replayed, kept))
        counts = {fact: theirs.count(fact) - ours.count(fact) for fact in {*ours, *theirs}}
        for fact, surplus in sorted(counts.items()):
            if surplus:
                yield f"{'stored' if surplus > 0 else 'replayed'} only: {fact}"


@pytest.mark.parametrize(
    ("zone", "grains", "cuts"),
    [("Europe/London", GRAINS, CUTS), ("America/St_Johns", (Grain.DAY,), ((), ("team",)))],
)
def test_every_figure_equals_the_replay_and_the_stored_facts(
    taken_in: Clock, reporting_zone: Settings, zone: str, grains: Sequence[Grain], cuts: Sequence[Cut]
) -> None:
    reporting_zone.REPORTING_ZONE = zone
    refill()
    queries = [Query(*asked) for asked in product(ORACLES, PERIODS, grains, cuts)]
    if Grain.WEEK in grains:
        queries += _weekly()
    replayed = Naive(tell(told_drafts(), levels=service_levels(), now=taken_in.at))
    kept = Naive(stored.read())
    _expect_none(f"{query}: stored facts differ" for query in queries if kept.figures(query) != replayed.figures(query))
    _expect_none(_disagreements(replayed, queries))


def _weekly() -> Iterator[Query]:
    """Every metric by each further cut that its facts have."""
    for slug, period, cut in product(ORACLES, PERIODS, WEEKLY_CUTS):
        if cut in cuts_of(registry.metric(slug)):
            yield Query(slug, period, Grain.WEEK, (cut,))


def test_what_falls_due_is_missed_though_nobody_notices(taken_in: Clock) -> None:
    taken_in.at = LATER
    refill()
    replayed = Naive(tell(told_drafts(), levels=service_levels(), now=taken_in.at))
    promised = [slug for slug in ORACLES if "promises" in registry.metric(slug).sources]
    period = Period(date(2026, 3, 27), date(2026, 4, 6))
    queries = [Query(*asked) for asked in product(promised, [period], [Grain.DAY], CUTS)]
    _expect_none(_disagreements(replayed, queries))


class Naive:
    """Answers to queries, by the oracles, from facts."""

    def __init__(self, told: Told) -> None:
        self.amounts = {slug: list(amounts_of(told)) for slug, amounts_of in ORACLES.items()}
        self.zone = ZoneInfo(settings.REPORTING_ZONE)

    def figures(self, query: Query) -> dict[tuple[date, Keys], Value]:
        """The figures by the first day of their buckets and by cut."""
        cut = buckets(query.period.start, query.period.end, query.grain)
        metric = registry.metric(query.metric)
        told = figures(metric, self.amounts[query.metric], cut, by=query.by, zone=self.zone)
        return {(bucket.first, keys): value for (bucket, keys), value in told.items()}


def _disagreements(naive: Naive, queries: Iterable[Query]) -> Iterator[str]:
    """Figures of the engine that are not the naive ones: exactly, or within 1 % where it reads histograms."""
    reader = Reader(SYSTEM)
    for query in queries:
        expected = naive.figures(query)
        is_rounded = isinstance(registry.metric(query.metric), Quantile)
        for is_exact in (True, False) if is_rounded else (True,):
            for where, ours, theirs in _pairs(reader.run(replace(query, exact=is_exact)), expected):
                if not _agree(ours, theirs, within=1e-9 if is_exact else 0.01):
                    yield f"{query} {where}: {ours}, not {theirs.value, theirs.n}"


def _pairs(
    result: Result, expected: Mapping[tuple[date, Keys], Value]
) -> Iterator[tuple[tuple[date, Keys], Value, Figure]]:
    """Every figure of a result beside the one expected; where either is missing there was nothing to count."""
    start, zero = result.period.start, nothing(result.metric)
    rows = {(max(row.start or start, start), row.keys): row.figure for row in result.rows}
    for where in sorted({*rows, *expected}):
        yield where, expected.get(where, zero), rows.get(where, Figure(*zero))


def _agree(ours: Value, theirs: Figure, *, within: float) -> bool:
    if ours[0] is None or theirs.value is None:
        return ours == (theirs.value, theirs.n)
    return ours[1] == theirs.n and isclose(ours[0], theirs.value, rel_tol=within, abs_tol=1e-9)
