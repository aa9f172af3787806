"""The pages of the operation: what stands today, the promises, the backlog."""

from dataclasses import replace
from datetime import timedelta
from functools import partial
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils import timezone

from ops_dashboard.metrics.forms import Asked
from ops_dashboard.metrics.pages import (
    Bar,
    BarsPanel,
    BridgePanel,
    Context,
    CustomPanel,
    CutPanel,
    FigureSpec,
    HeatPanel,
    LinePanel,
    Link,
    Page,
    Question,
    Tab,
    site,
)
from ops_dashboard.metrics.periods import Grain, Period
from ops_dashboard.metrics.query import Query, Reader, today
from ops_dashboard.metrics.rendering.numbers import MINUS, whole
from ops_dashboard.metrics.rows_behind import rows_behind, rows_behind_bands
from ops_dashboard.metrics.teams import TEAM_CUTS
from ops_dashboard.metrics.ways import Pairs, Way, days_and_teams, offer
from ops_dashboard.people.models import Team
from ops_dashboard.people.roles import Scope
from tickets import ageing, at_risk
from tickets.age_links import age_links, lists_all, unsolved_link, unsolved_pairs
from tickets.forms import TicketsForm
from tickets.narrowing import Narrowing
from tickets.small_counts import SMALL_COUNTS, refuse_small_cells
from tickets.today import today_so_far
from tickets.vocabulary import PromiseKind
from tickets.wanted import PromiseIs

LINES = 14  # of the table of what breaks next
_MISSED_BY_EDGES = (15 * 60, 3600, 4 * 3600)
_MISSED_BY_BANDS = ("under 15 min", "15–60 min", "1–4 h", "over 4 h")

# opening + entered - left = closing; each step is a metric of its own.
_BRIDGE = (
    ("backlog_created", 1),
    ("reopened", 1),
    ("restored", 1),
    ("moved_in", 1),
    ("backlog_solved", -1),
    ("merged", -1),
    ("deleted", -1),
    ("spam", -1),
    ("moved_out", -1),
)
_BETWEEN_CUTS = (("reclassified_in", 1), ("reclassified_out", -1))  # cancel out in a whole and in a team


def missed_by(metric: str, reader: Reader, asked: Asked) -> tuple[Bar, ...]:
    """How far the missed promises that `metric` is a quantile of went over."""
    refuse_small_cells(reader)
    counts = reader.distribution(Query(metric, asked.period, where=asked.where), edges=_MISSED_BY_EDGES)
    links = rows_behind_bands(reader, asked, metric, _MISSED_BY_EDGES, url_name="tickets")
    bars = zip(_MISSED_BY_BANDS, counts, links, strict=True)
    return tuple(Bar(label, count, link if count else "") for label, count, link in bars)


def backlog_bridge(reader: Reader, asked: Asked) -> Context:
    """Opening, every step, closing; the steps add up, or `off` says by how much they do not. Empty for days to come."""
    refuse_small_cells(reader)
    before = Period(*[asked.period.start - timedelta(days=1)] * 2)
    opening = reader.run(Query("backlog", before, where=asked.where)).total
    closing = reader.run(Query("backlog", asked.period, where=asked.where)).total
    if closing.value is None:
        return {}
    is_cut = any(slug != "team" for slug, _ in asked.where)
    bridge = (*_BRIDGE, *_BETWEEN_CUTS) if is_cut else _BRIDGE
    results = [(sign, reader.run(Query(slug, asked.period, where=asked.where))) for slug, sign in bridge]
    steps = [
        {
            "words": result.metric.label,
            "metric": result.metric,
            "count": int(result.total.value or 0),
            "signed": f"{'+' if sign > 0 else MINUS}{whole(result.total.value or 0)}",
            "href": rows_behind(reader, asked, result.metric.slug, url_name="tickets"),
        }
        for sign, result in results
    ]
    moved = sum(sign * int(r.total.value or 0) for sign, r in results)
    off = int(closing.value - (opening.value or 0) - moved)
    day_before = replace(asked, period=before, period_word=str(before))
    return {
        "opening": int(opening.value or 0),
        "opening_href": rows_behind(reader, day_before, "backlog", url_name="tickets") if opening.value else "",
        "steps": steps,
        "closing": int(closing.value),
        "closing_href": rows_behind(reader, asked, "backlog", url_name="tickets") if closing.value else "",
        "off": off,
    }


def ages(reader: Reader, asked: Asked) -> Context:
    """The unsolved tickets of now, by three clocks."""
    refuse_small_cells(reader)
    narrowing = _narrowing(reader, asked)
    bands = ageing.ageing(scope=reader.scope, narrowing=narrowing, now=timezone.now())
    most = max(1, *(band.age for band in bands))
    unsolved = unsolved_link(reader.scope, unsolved_pairs(asked, narrowing))
    links = age_links(bands, unsolved)
    return {
        "bands": [(band, 100 * band.age / most, hrefs) for band, hrefs in zip(bands, links, strict=True)],
        "total": sum(band.age for band in bands),
        "total_href": unsolved,
    }


def breaking_next(reader: Reader, asked: Asked) -> Context:
    """Running promises by team and kind, the nearest first."""
    refuse_small_cells(reader)
    rows = at_risk.running(scope=reader.scope, now=timezone.now(), narrowing=_narrowing(reader, asked))
    beside = [(slug, value) for slug, values in asked.where if slug not in TEAM_CUTS for value in values]
    teams_shown = Team.objects.filter(id__in={row.team for row in rows[:LINES]}).only("id", "slug", "name").in_bulk()
    listed = [
        {
            "team": team.name if team else "No team",
            "kind": row.kind,
            "cells": _cells(row, [("team", team.slug if team else "none"), *beside]),
        }
        for row in rows[:LINES]
        for team in [teams_shown.get(row.team)]
    ]
    return {
        "rows": listed,
        "leads_on": lists_all(reader.scope),
        "left_out": max(0, len(rows) - LINES),
        "within_hour": sum(row.within[0] for row in rows),
        "within_day": sum(row.within[-1] for row in rows),
        "overdue": sum(row.overdue for row in rows),
    }


def _cells(row: at_risk.Running, filters: list[tuple[str, str]]) -> list[dict[str, object]]:
    """Each count with the query string of the list behind it."""
    filters = [*filters, ("kind", row.kind.label), ("sort", "due")]
    counts = (
        (PromiseIs.OVERDUE, row.overdue),
        *zip((PromiseIs.DUE_1H, PromiseIs.DUE_4H, PromiseIs.DUE_24H), row.within, strict=True),
        (PromiseIs.RUNNING, row.within[-1] + row.later),
        (PromiseIs.PAUSED, row.paused),
    )
    return [
        {
            "count": count,
            "is_bad": state is PromiseIs.OVERDUE and count > 0,
            "querystring": urlencode([("promise", state.value), *filters]),
        }
        for state, count in counts
    ]


def _narrowing(reader: Reader, asked: Asked) -> Narrowing:
    return Narrowing(*reader.narrowed_to(Query("promises_running", asked.period, where=asked.where)))


OVERVIEW = Page(
    "overview",
    "Overview",
    "overview",
    "Operation",
    figures=(
        FigureSpec("first_reply_attainment", rows_url="tickets"),
        FigureSpec("resolution_attainment", rows_url="tickets"),
        FigureSpec("first_reply_median", label="Median first reply", rows_url="tickets"),
        FigureSpec("created", rows_url="tickets"),
        FigureSpec("solved", rows_url="tickets"),
        FigureSpec("backlog", rows_url="tickets"),
    ),
    panels=(
        CustomPanel(
            slug="today",
            title="Today so far",
            template="tickets/_today.html",
            context=today_so_far,
            size="full",
            rights=SMALL_COUNTS,
            of_now=False,
            of_today=True,
        ),
        LinePanel(slug="kept", title="First reply on time", metric="first_reply_attainment", rows_url="tickets"),
        BridgePanel(slug="why", title="Why it changed", metric="first_reply_attainment"),
        CustomPanel(
            slug="breaking",
            title="What breaks next",
            metric="promises_running",
            template="tickets/_breaking_next.html",
            context=breaking_next,
            rights=SMALL_COUNTS,
            size="full",
        ),
        CutPanel(slug="teams", title="By team", metric="first_reply_attainment", rows_url="tickets"),
        LinePanel(
            slug="created", title="Tickets created", metric="created", marks="bars", size="half", rows_url="tickets"
        ),
        LinePanel(
            slug="backlog", title="Backlog at the end of the day", metric="backlog", size="half", rows_url="tickets"
        ),
    ),
    icon="grid",
)


def _promise_tab(kind: PromiseKind, label: str, times: tuple[tuple[str, str], ...]) -> Tab:
    """One kind of promise: kept over time and by whom, how long it took, missed by how much.

    `times` are (title, start of the slug) of durations with a median and a p90 in business time.
    """
    kept, overshoot = f"{kind.label}_attainment", f"{kind.label}_missed_by_median"
    on_time = f"{label} on time"
    return Tab(
        kind.label.replace("_", "-"),
        label,
        (
            LinePanel(slug="kept", title=on_time, metric=kept, splits=True, rows_url="tickets"),
            BridgePanel(slug="why", title="Why it changed", metric=kept),
            HeatPanel(
                slug="hours",
                title="By hour of the week",
                metric=kept,
                size="wide",
                rows_url="tickets",
                rights=SMALL_COUNTS,
            ),
            BarsPanel(
                slug="missed-by",
                title="Missed by",
                metric=overshoot,
                bars=partial(missed_by, overshoot),
                rights=SMALL_COUNTS,
                rows_url="tickets",
            ),
            CutPanel(slug="cut", title=on_time, metric=kept, rows_url="tickets"),
            LinePanel(
                slug="missed-by-median",
                title="Missed by, median",
                metric=overshoot,
                size="half",
                splits=True,
                rows_url="tickets",
            ),
            *(
                LinePanel(
                    slug=f"{time}-{word}",
                    title=f"{title}, {word}",
                    metric=f"{time}_{word}_business",
                    size="half",
                    splits=True,
                    rows_url="tickets",
                )
                for title, time in times
                for word in ("median", "p90")
            ),
        ),
    )


SERVICE_LEVELS = Page(
    "service-levels",
    "Service levels",
    "service-levels",
    "Operation",
    figures=(
        FigureSpec("first_reply_attainment", rows_url="tickets"),
        FigureSpec("next_reply_attainment", rows_url="tickets"),
        FigureSpec("first_reply_median_business", label="Median first reply", rows_url="tickets"),
        FigureSpec("first_reply_p90_business", label="p90 first reply", rows_url="tickets"),
        FigureSpec("resolution_attainment", rows_url="tickets"),
        FigureSpec("promises_running", rows_url="tickets"),
    ),
    tabs=(
        _promise_tab(PromiseKind.FIRST_REPLY, "First reply", (("First reply time", "first_reply"),)),
        _promise_tab(PromiseKind.NEXT_REPLY, "Next reply", (("Next reply time", "next_reply"),)),
        _promise_tab(
            PromiseKind.RESOLUTION,
            "Resolution",
            (("Full resolution time", "resolution"), ("Requester wait", "wait")),
        ),
    ),
    panels=(
        CustomPanel(
            slug="breaking",
            title="Still running",
            metric="promises_running",
            template="tickets/_breaking_next.html",
            context=breaking_next,
            rights=SMALL_COUNTS,
            size="full",
        ),
    ),
    filters=("team", "channel", "priority", "language", "reason"),
    icon="target",
)

BACKLOG = Page(
    "backlog",
    "Backlog",
    "backlog",
    "Operation",
    figures=(
        FigureSpec("backlog", rows_url="tickets"),
        FigureSpec("created", rows_url="tickets"),
        FigureSpec("solved", rows_url="tickets"),
        FigureSpec("reopen_rate", rows_url="tickets"),
        FigureSpec("resolution_median", label="Median resolution", rows_url="tickets"),
        FigureSpec("wait_p90_business", label="p90 requester wait", rows_url="tickets"),
    ),
    panels=(
        LinePanel(
            slug="level", title="Backlog at the end of the day", metric="backlog", splits=True, rows_url="tickets"
        ),
        CustomPanel(
            slug="bridge",
            title="From opening to closing",
            metric="backlog",
            template="tickets/_backlog_bridge.html",
            context=backlog_bridge,
            rights=SMALL_COUNTS,
            size="side",
            of_now=False,
        ),
        CustomPanel(
            slug="ages",
            title="How old it is now",
            metric="backlog",
            template="tickets/_ageing.html",
            context=ages,
            rights=SMALL_COUNTS,
        ),
        CutPanel(slug="cut", title="Backlog", metric="backlog", rows_url="tickets"),
        LinePanel(
            slug="reopens", title="Reopen rate", metric="reopen_rate", size="half", splits=True, rows_url="tickets"
        ),
        LinePanel(
            slug="one-touch",
            title="One-touch rate",
            metric="one_touch_rate",
            size="half",
            splits=True,
            rows_url="tickets",
        ),
        CutPanel(
            slug="reassignments",
            title="Reassignments per resolution",
            metric="reassignments_per_resolution",
            rows_url="tickets",
        ),
        CutPanel(slug="replies", title="Replies per resolution", metric="replies_per_resolution", rows_url="tickets"),
    ),
    icon="layers",
    grain=Grain.DAY,
)


def _tickets_asked(data: QueryDict, scope: Scope) -> Question:
    asked = TicketsForm(data, scope=scope, today=today()).asked()
    return Question(asked.querystring, asked.names_people)


TICKETS = Link(
    "Tickets",
    "tickets",
    "Operation",
    "tickets",
    may_open=lambda scope: scope.sees_tickets,
    question=_tickets_asked,
)

site.add(OVERVIEW, SERVICE_LEVELS, BACKLOG, TICKETS)


def _missed(asked: Asked) -> Pairs:
    """The list of tickets has no period of its own, but one for each thing that may have happened in it."""
    teams = [("team", slug) for slug in asked.filtered("team")]
    return [("created", asked.period_word), *teams, ("promise", PromiseIs.MISSED.value)]


offer(
    Way("Service levels", "service-levels", days_and_teams, may_go=lambda scope: scope.sees_metrics),
    Way("Tickets created then that missed a promise", "tickets", _missed, may_go=lambda scope: scope.sees_tickets),
)
