"""`/patterns/`: every component in every state, in both themes, drawn from results made by hand."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from math import sin, sqrt
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ops_dashboard.metrics.chips import Chip, Choice
from ops_dashboard.metrics.definitions import Better, Metric, Quantile, Ratio, Silence, Total, Unit
from ops_dashboard.metrics.explain import Effect
from ops_dashboard.metrics.explanations import Explanation
from ops_dashboard.metrics.pages import Bar, Link, site
from ops_dashboard.metrics.panels import Empty
from ops_dashboard.metrics.periods import Grain, Period
from ops_dashboard.metrics.query import Query
from ops_dashboard.metrics.rendering import charts, tables
from ops_dashboard.metrics.rendering.bridge import bridge
from ops_dashboard.metrics.rendering.figures import FigureItem, figure_item
from ops_dashboard.metrics.rendering.freshness import freshness_line
from ops_dashboard.metrics.rendering.heat import heat_map
from ops_dashboard.metrics.rendering.proof import Pace, ProofCard, Stretch, proof_card
from ops_dashboard.metrics.rendering.sentences import sentence
from ops_dashboard.metrics.result import Figure, Freshness, Note, Result, Row
from ops_dashboard.pattern_panels import Shown, around, drawn, views
from ops_dashboard.people.access import requires
from ops_dashboard.people.requests import ReaderRequest

NOW = datetime(2026, 11, 2, 14, 5, tzinfo=UTC)
PERIOD = Period(date(2026, 9, 7), date(2026, 11, 1))
FRESH = Freshness(NOW, 0, "America/Chicago")
CHART, TABLE = "panels/_chart.html", "panels/_table.html"

ON_TIME = Ratio(
    slug="first_reply_on_time",
    label="First reply on time",
    unit=Unit.SHARE,
    better=Better.HIGHER,
    definition="Share of first-reply promises decided in the period that were met.",
    attribution="the instant the promise was decided",
    owner="the team that held the ticket then",
    maturity_days=2,
    minimum_n=30,
    peers="Peers often leave out promises that are missed but still unanswered.",
    clock="business",
    source="promises",
    part="met",
    whole="decided",
)
REPLY_TIME = Quantile(
    slug="first_reply_median",
    label="Median first reply",
    unit=Unit.SECONDS,
    better=Better.LOWER,
    definition="Half of the first replies took less than this.",
    attribution="the instant of the reply",
    owner="the team that replied",
    clock="business",
    source="tickets",
    measure="first_reply_s",
    p=0.5,
)
CREATED = Total(
    slug="created",
    label="Tickets created",
    unit=Unit.COUNT,
    better=Better.NEITHER,
    definition="Tickets that came in.",
    attribution="the instant of creation",
    owner="the team that got it first",
    source="tickets",
    measure="created",
)
_WORDS: dict[str, Any] = {"definition": "Made up.", "attribution": "the day of work", "owner": "the vendor"}
COST = Ratio(
    slug="cost_per_resolution",
    label="Cost per resolution",
    unit=Unit.MONEY,
    better=Better.LOWER,
    source="paid",
    part="cents",
    whole="solved",
    of_shares=False,
    **_WORDS,
)
PAID = Total(
    slug="paid", label="Paid hours", unit=Unit.HOURS, better=Better.NEITHER, source="paid", measure="s", n="n", **_WORDS
)
SCORE = Ratio(
    slug="score",
    label="Quality score",
    unit=Unit.SHARE,
    better=Better.HIGHER,
    source="reviews",
    part="score",
    whole="reviews",
    squares="squares",
    of_shares=False,
    minimum_n=5,
    **_WORDS,
)
SPEED = Ratio(
    slug="speed",
    label="Solved per productive hour",
    unit=Unit.PER_HOUR,
    better=Better.HIGHER,
    source="paid",
    part="solved",
    whole="s",
    scale=3600,
    of_shares=False,
    **_WORDS,
)
VENDORS = (("Acme Care", 4.18, 4.02, 8120), ("In-house", 5.63, 5.71, 12_940), ("Meridian Support", 3.9, 4.4, 1630))
TEAMS = (
    ("Account access", 0.941, 0.933, 1842),
    ("Payments & gifts", 0.917, 0.905, 1203),
    ("Creator support", 0.903, 0.907, 977),
    ("Safety appeals <urgent>", 0.889, 0.915, 1410),
    ("Technical issues", 0.842, 0.921, 2266),
    ("Ads & business", 0.930, 0.929, 618),
    ("Live & video", 0.896, 0.907, 854),
    ("Privacy requests", 0.974, 0.971, 301),
)


if settings.DEBUG:
    site.add(Link("Patterns", "patterns", "Data", "pattern"))


@require_safe
@requires()
def patterns(request: ReaderRequest) -> HttpResponse:
    """The component page."""
    shown = _shown()
    themes = [
        {"theme": theme, "panels": drawn(theme, shown, scope=request.scope), **around(theme)}
        for theme in ("light", "dark")
    ]
    return render(request, "patterns/page.html", {"themes": themes, **_parts()})


def _parts() -> dict[str, Any]:
    return {
        "items": list(_figures()),
        "fresh": [freshness_line(f, now=NOW) for f in _freshness()],
        "chips": _chips(),
        "views": views(),
        "empties": _empties(),
        "proof": _proof(),
        "metric": ON_TIME,
    }


def _shown() -> tuple[Shown, ...]:
    """Every kind of panel that is made from results."""
    trend, counts, hours = on_time_by_day(), created_by_day(), on_time_by_hour()
    cuts, cost, score = on_time_by_team(), cost_by_vendor(), score_by_team()
    asked: dict[str, Any] = {
        "cuts": (Choice("team", "Team", True), Choice("channel", "Channel", False)),
        "query": Query("created", PERIOD),
        "export_querystring": "period=last-8-weeks",
    }
    by_team = tables.by_cut(cuts, series=team_series(), caption="First reply on time, by team")
    return (
        Shown("trend", by_day := "First reply on time, by day", "wide", CHART, _chart(trend, by_day), _said(trend)),
        Shown("why", "Why it changed", "side", "panels/_bridge.html", {"bridge": bridge(_explanation(), ON_TIME)},
              {"sentence": "91.5 % became 90.1 %; the steps add up to the change."}),
        Shown("counts", "Tickets created, by day", "half", CHART, _chart(counts, "Tickets created", as_bars=True),
              _said(counts)),
        Shown("teams", "First reply on time, by team", "half", CHART, _chart(team_series(), "By team"),
              {"sentence": "Seven largest of eight."}),
        Shown("cut", "By team", "half", TABLE, {"table": by_team}, _said(cuts) | asked),
        Shown("cost", "Cost per resolution", "half", TABLE,
              {"table": tables.by_cut(cost, caption="Cost per resolution, by vendor")}, _said(cost)),
        Shown("score", "Quality score", "half", TABLE,
              {"table": tables.by_cut(score, caption="Quality score, by team")}, _said(score)),
        Shown("hours", "By hour of the week", "half", "panels/_heat.html",
              {"heat": heat_map(hours, caption="First reply on time, by hour of the week")}, _said(hours)),
        Shown("missed", "Missed by", "side", "panels/_bars.html", {"bars": _bars()},
              {"sentence": "6 in 10 are late by less than 15 minutes."}),
    )  # fmt: skip


def _said(result: Result) -> dict[str, Any]:
    return {"sentence": sentence(result), "defined": result.metric, "rows_href": "?"}


def _share(met: float, n: int) -> Figure:
    """A share with the Wald interval, which is near enough for a pattern."""
    half = 1.96 * sqrt(met * (1 - met) / n)
    return Figure(met, n, max(met - half, 0.0), min(met + half, 1.0))


def _result(metric: Metric, rows: tuple[Row, ...], total: Figure, previous: Figure | None, **more: Any) -> Result:
    given = {"grain": Grain.DAY, "by": ()} | more
    return Result(
        metric=metric,
        period=PERIOD,
        rows=rows,
        total=total,
        previous_period=PERIOD.previous() if previous else None,
        previous_total=previous,
        freshness=FRESH,
        **given,
    )


def on_time_by_day() -> Result:
    """Eight weeks with an outage, a gap of two days and two days that still mature."""
    rows = []
    for i in range(PERIOD.days):
        day = PERIOD.start + timedelta(days=i)
        dip = 0.055 if day in (date(2026, 10, 14), date(2026, 10, 15)) else 0.0
        figure = _share(0.905 + 0.02 * sin(i * 0.9) - dip, 480 + 90 * (i % 5))
        if day in (date(2026, 9, 24), date(2026, 9, 25)):
            figure = Figure(None, 0)
        before = _share(0.914 + 0.016 * sin(i * 0.9 + 0.6), 500)
        rows.append(Row(day, (), (), figure, before, maturing=i >= PERIOD.days - 2))
    notes = (
        Note(date(2026, 10, 14), None, "login outage", "incident"),
        Note(date(2026, 10, 26), None, "macro <v2>", "lever"),
    )
    total, previous = _share(0.901, 38_412), _share(0.915, 37_904)
    return _result(ON_TIME, tuple(rows), total, previous, target=0.9, notes=notes)


def created_by_day() -> Result:
    rows = []
    for i in range(28):
        weekend = i % 7 in (5, 6)
        count = (310 if weekend else 640) + 23 * (i % 4)
        before = (300 if weekend else 610) + 19 * (i % 5)
        rows.append(Row(PERIOD.start + timedelta(days=i), (), (), Figure(count, count), Figure(before, before)))
    total = sum(row.figure.n for row in rows)
    previous = sum(row.previous.n for row in rows if row.previous)
    return _result(CREATED, tuple(rows), Figure(total, total), Figure(previous, previous))


def on_time_by_team() -> Result:
    rows = tuple(Row(None, (_slug(name),), (name,), _share(now, n), _share(then, n)) for name, now, then, n in TEAMS)
    return _result(ON_TIME, rows, _share(0.901, 9471), _share(0.915, 9300), grain=Grain.TOTAL, by=("team",), target=0.9)


def cost_by_vendor() -> Result:
    rows = tuple(Row(None, (_slug(name),), (name,), Figure(now, n), Figure(then, n)) for name, now, then, n in VENDORS)
    return _result(COST, rows, Figure(4.31, 22_690), Figure(4.62, 21_300), grain=Grain.TOTAL, by=("vendor",))


def score_by_team() -> Result:
    """Means with the interval that their spread together gives; one rests on too few to be told."""
    half = [0.24 * 1.96 / sqrt(n) for n in (48, 22, 9)]
    known = [
        Figure(x, n, x - h, min(x + h, 1.0)) for x, n, h in zip((0.86, 0.81, 0.74), (48, 22, 9), half, strict=True)
    ]
    figures = [*known, Figure(None, 3, is_few=True)]
    rows = tuple(Row(None, (_slug(t[0]),), (t[0],), figure) for t, figure in zip(TEAMS, figures, strict=False))
    return _result(SCORE, rows, Figure(0.83, 82, 0.778, 0.882), None, grain=Grain.TOTAL, by=("team",))


def team_series() -> Result:
    rows = tuple(
        Row(PERIOD.start + timedelta(days=7 * week), (_slug(name),), (name,), _team_week(place, week))
        for week in range(8)
        for place, (name, *_) in enumerate(TEAMS)
    )
    return _result(ON_TIME, rows, _share(0.901, 9471), None, grain=Grain.WEEK, by=("team",), target=0.9)


def _team_week(place: int, week: int) -> Figure:
    """One team had nothing to measure in one week."""
    _, now, _, n = TEAMS[place]
    if (place, week) == (7, 3):
        return Figure(None, 0)
    return _share(min(now + 0.02 * sin(week * 1.7 + place), 1), n // 8)


def on_time_by_hour() -> Result:
    rows = []
    for hour in range(168):
        day, at = divmod(hour, 24)
        weekend, awake = day >= 5, 6 <= at <= 22
        share = 0.915 + 0.02 * sin(hour) - (0.07 if weekend and 8 <= at <= 20 else 0)
        figure = _share(share, 120 if awake else 34) if awake or at % 5 else Figure(None, 0)
        rows.append(Row(None, (), (), figure._replace(n=9) if at == 4 else figure, hour=hour))
    return _result(ON_TIME, tuple(rows), _share(0.901, 9471), None, grain=Grain.HOUR_OF_WEEK)


def _figures() -> list[FigureItem]:
    worse = on_time_by_day()
    better = replace(worse, total=_share(0.928, 33_907), previous_total=_share(0.914, 33_100), target=0.92)
    time = _result(REPLY_TIME, (), Figure(2460, 8120, 2400, 2530), Figure(2490, 8000, 2440, 2550))
    count = created_by_day()
    nothing = replace(worse, total=Figure(None, 0))
    few = replace(worse, total=_share(0.75, 12), previous_total=Figure(None, 0))
    return [
        figure_item(worse),
        figure_item(better, label="Solved in target"),
        figure_item(time),
        figure_item(count),
        figure_item(few, label="Few facts"),
        figure_item(nothing, label="No facts"),
        figure_item(_result(COST, (), Figure(4.31, 22_690), Figure(4.62, 21_300))),
        figure_item(_result(PAID, (), Figure(18_412.5, 2630), Figure(17_960.0, 2571))),
        figure_item(_result(SPEED, (), Figure(2.914, 22_690), Figure(2.871, 21_300))),
        figure_item(_result(SCORE, (), Figure(None, 3, is_few=True), None)),
    ]


def _freshness() -> tuple[Freshness, ...]:
    return (
        FRESH,
        Freshness(NOW - timedelta(minutes=3), 3, FRESH.zone),
        Freshness(NOW - timedelta(days=2), 0, FRESH.zone),
        Freshness(NOW - timedelta(hours=3), 0, FRESH.zone, silent=(Silence("helpdesk", NOW - timedelta(hours=3)),)),
        Freshness(None, 0, FRESH.zone),
    )


def _chips() -> tuple[Chip, ...]:
    teams = tuple(Choice(_slug(name), name, i in (1, 2), f"{n:,}") for i, (name, _, _, n) in enumerate(TEAMS))
    period = (Choice("last-28-days", "Last 28 days", False), Choice("last-8-weeks", "Last 8 weeks", True))
    return (
        Chip("period", "Period", "Last 8 weeks", period),
        Chip("team", "Team", "Payments & gifts, Creator support", teams, many=True, active=True),
        Chip("channel", "Channel", "all", (Choice("email", "E-mail", False), Choice("chat", "Chat", False)), many=True),
        Chip("priority", "Priority", "all", (), many=True, problem="There is no priority 'hihg'."),
    )


def _chart(result: Result, title: str, *, as_bars: bool = False) -> dict[str, Any]:
    return {
        "figure": charts.bars(result) if as_bars else charts.line(result),
        "marks": charts.marks(result, as_bars=as_bars),
        "pins": charts.pins(result),
        "table": tables.over_time(result, caption=title),
        "sentence": sentence(result),
    }


def _explanation() -> Explanation:
    effects = (
        Effect("technical", "Technical issues", 0.0, mix=-0.003, rate=-0.011),
        Effect("appeals", "Safety appeals", 0.0, mix=0.0, rate=-0.005),
        Effect("payments", "Payments & gifts", 0.0, mix=0.0, rate=0.003),
        Effect("rest", "Live & video", 0.0, mix=0.0, rate=0.002),
    )
    return Explanation(_share(0.915, 37_904), _share(0.901, 38_412), effects)


def _bars() -> list[tuple[Bar, float]]:
    bars = (
        Bar("under 15 min", 1684),
        Bar("15–60 min", 571),
        Bar("1–4 h", 318, tone="warning"),
        Bar("over 4 h", 152, tone="worse"),
    )
    return [(bar, round(bar.count / 1684 * 100, 2)) for bar in bars]


def _empties() -> tuple[Empty, ...]:
    return (
        Empty("nothing-yet", "Nothing has been counted yet.", "Import tickets, then refresh the metrics."),
        Empty("no-match", "Nothing matches these filters.", "Clear the filters", "?"),
        Empty("late", "Data reaches only to 31 Oct 2026.", "Check the sources."),
        Empty("forbidden", "This account may not see figures by agent.", "Ask an administrator for access."),
    )


def _proof() -> ProofCard:
    """Opened on Friday afternoon, paused over a question, answered on Monday after the target had passed."""
    at = [datetime(2026, 10, day, hour, minute, tzinfo=UTC) for day, hour, minute in
          ((16, 15, 10), (16, 16, 0), (16, 16, 40), (16, 17, 0), (19, 9, 0), (19, 12, 25))]  # fmt: skip
    paces = (Pace.RUNNING, Pace.PAUSED, Pace.RUNNING, Pace.CLOSED, Pace.RUNNING)
    reasons = ("", "waits on the requester", "", "weekend", "")
    stretches = [Stretch(*part) for part in zip(paces, at, at[1:], reasons, strict=False)]
    facts = (
        ("Promise", "First reply within 4 h of business time"),
        ("Verdict", "missed by 15 min"),
        ("Policy", "Standard, version 3"),
        ("Calendar", "London support, version 2"),
    )
    return proof_card(
        stretches, due_at=datetime(2026, 10, 19, 12, 10, tzinfo=UTC), done_at=at[-1], zone="Europe/London", facts=facts
    )


def _slug(name: str) -> str:
    return "".join(letter if letter.isalnum() else "-" for letter in name.lower())
