"""Results made by hand, for tests of what is drawn from them."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from ops_dashboard.metrics.definitions import Better, Level, Metric, Quantile, Ratio, Total, Unit
from ops_dashboard.metrics.periods import Grain, Period
from ops_dashboard.metrics.result import Figure, Freshness, Result, Row

MONDAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 16, 9, 30, tzinfo=UTC)
_WORDS: dict[str, Any] = {"definition": "What it means.", "attribution": "the decision", "owner": "the team"}

ON_TIME = Ratio(
    slug="on_time",
    label="On time",
    unit=Unit.SHARE,
    better=Better.HIGHER,
    source="s",
    part="met",
    whole="all",
    **_WORDS,
)
REPLY_TIME = Quantile(
    slug="reply", label="Reply", unit=Unit.SECONDS, better=Better.LOWER, source="s", measure="m", p=0.5, **_WORDS
)
CREATED = Total(
    slug="created", label="Created", unit=Unit.COUNT, better=Better.NEITHER, source="s", measure="m", **_WORDS
)
REPLIES = Ratio(
    slug="replies",
    label="Replies",
    unit=Unit.PER,
    better=Better.LOWER,
    source="s",
    part="replies",
    whole="all",
    of_shares=False,
    **_WORDS,
)
BACKLOG = Level(
    slug="backlog",
    label="Backlog",
    unit=Unit.COUNT,
    better=Better.LOWER,
    entered=(("s", "in"),),
    left=(("s", "out"),),
    **_WORDS,
)


def share(value: float, n: int = 1000, *, half: float = 0.02) -> Figure:
    return Figure(value, n, value - half, value + half)


def by_day(metric: Metric, figures: list[Figure], **more: Any) -> Result:
    """One row a day from MONDAY on; `previous` may hold as many compared figures."""
    before: list[Figure | None] = more.pop("previous", [None] * len(figures))
    maturing = more.pop("maturing", 0)
    rows = tuple(
        Row(MONDAY + timedelta(days=i), (), (), figure, then, maturing=i >= len(figures) - maturing)
        for i, (figure, then) in enumerate(zip(figures, before, strict=True))
    )
    return result(metric, rows, days=len(figures), **more)


def by_team(metric: Metric, figures: dict[str, Figure], **more: Any) -> Result:
    rows = tuple(Row(None, (name.lower(),), (name,), figure) for name, figure in figures.items())
    return result(metric, rows, **({"grain": Grain.TOTAL, "by": ("team",)} | more))


def by_hour(metric: Metric, figures: dict[int, Figure], **more: Any) -> Result:
    rows = tuple(Row(None, (), (), figure, hour=hour) for hour, figure in figures.items())
    return result(metric, rows, **({"grain": Grain.HOUR_OF_WEEK} | more))


def result(metric: Metric, rows: tuple[Row, ...], *, days: int = 14, **more: Any) -> Result:
    period = Period(MONDAY, MONDAY + timedelta(days=days - 1))
    given: dict[str, Any] = {
        "grain": Grain.DAY,
        "by": (),
        "total": Figure(None, 0),
        "previous_period": None,
        "previous_total": None,
        "freshness": Freshness(NOW, 0, "Europe/London"),
    }
    return Result(metric=metric, period=period, rows=rows, **(given | more))
