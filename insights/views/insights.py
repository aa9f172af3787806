"""The insights: their list, one of them with its evidence, the editor, quotes and asks."""

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from insights import asks, drafting
from insights.asks import BadStep
from insights.counting import SATISFIED
from insights.drafting import NotReady
from insights.feedback_list import source_names
from insights.forms import AskForm, InsightForm
from insights.impact import together, weekly_costs
from insights.models import Feedback, Insight, Theme
from insights.models.loop import area_name
from insights.sizing import by_cut, by_week, is_withheld, reader_for, size, withheld
from insights.views.acting import actor, complain
from insights.views.asks import lines
from ops_dashboard.metrics.definitions import Unit
from ops_dashboard.metrics.periods import Period
from ops_dashboard.metrics.query import Query, Reader, today
from ops_dashboard.metrics.rendering import charts, tables
from ops_dashboard.metrics.rendering.numbers import day, plural, significant, span, text, whole
from ops_dashboard.metrics.rendering.sentences import sentence
from ops_dashboard.metrics.reporting_weeks import last_week_over
from ops_dashboard.metrics.result import SMALL_CELL, WHY_WITHHELD, Figure, Result
from ops_dashboard.people.access import requires
from ops_dashboard.people.requests import ReaderRequest
from ops_dashboard.people.roles import SYSTEM

STATES = (Insight.State.PUBLISHED, Insight.State.DRAFT, Insight.State.SHELVED)
TO_CUT = {"feedback_source": "source", "channel": "channel", "language": "language"}


@require_safe
@requires("sees_insights")
def listing(request: ReaderRequest) -> HttpResponse:
    found = Insight.objects.visible_to(request.scope).annotate(area_name=area_name()).prefetch_related("themes", "asks")
    shown = request.GET.get("state", "")
    counts = {state: sum(i.state == state for i in found) for state in STATES}
    state = shown if shown in counts else next((s for s in STATES if counts[s]), Insight.State.PUBLISHED)
    context = {
        "insights": [insight for insight in found if insight.state == state],
        "tabs": [(s.value, s.label, counts[s]) for s in STATES if request.scope.sees_every_area or counts[s]],
        "state": state,
        "may_tag": request.scope.may_tag,
    }
    return render(request, "insights/list.html", context)


@require_safe
@requires("sees_insights")
def detail(request: ReaderRequest, pk: int) -> HttpResponse:
    insight, scope = _visible(request, pk), request.scope
    themes = list(insight.themes.all())
    until = last_week_over(today()) if scope.small_cells_hidden else today() - timedelta(days=1)
    every = Reader(SYSTEM)
    reader = reader_for(scope) if scope.small_cells_hidden else every
    live = size(themes, until, reader=every) if themes else {}
    is_kept = bool(themes) and scope.small_cells_hidden and is_withheld(themes, until, reader=reader)
    period = Period(until - timedelta(days=27), until)
    rated = reader.run(Query(SATISFIED, period, where=(("theme", tuple(t.slug for t in themes)),))) if themes else None
    cost = together(weekly_costs(themes, until, scope=scope, reader=every).values())
    quoted, names = insight.quotes.select_related("feedback"), source_names()
    context = {
        "insight": insight,
        "themes": themes,
        "figures": _figures(insight, live, request, is_kept=is_kept),
        "cost": {"n": plural(cost.conversations, "conversation"), "money": text(cost.total, Unit.MONEY)}
        if cost
        else {},
        "satisfied": _satisfied(rated.total) if rated else "",
        "reads": urlencode([("theme", theme.slug) for theme in themes]) if themes and scope.sees_text else "",
        "until": until,
        "days": f"{period.end - timedelta(days=6)}..{period.end}",
        "chart": _by_week(by_week(themes, until, reader=reader)) if themes else {},
        "cuts": [_cut(by_cut(themes, period, cut, reader=reader), cut) for cut in TO_CUT] if themes else [],
        "questions": live.get("questions", []) if scope.sees_every_area else [],
        "quotes": [_said(q.feedback, names) for q in quoted if not q.feedback.detections],
        "asks": lines(insight.asks.all(), scope),
        "ask_form": AskForm(area=insight.area, initial={"due_on": today() + timedelta(days=7)}),
        "quotable": [_said(f, names) for f in drafting.quotable(insight)] if scope.may_tag and scope.sees_text else [],
        "may_tag": scope.may_tag,
    }
    return render(request, "insights/insight.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("sees_every_area", "may_tag")
def new(request: ReaderRequest) -> HttpResponse:
    form = InsightForm(request.POST or None, initial=_about(request.GET.getlist("theme")))
    if form.is_valid():
        told = form.cleaned_data
        insight = drafting.create(
            claim=told["claim"], area=told["area"], themes=told["themes"], story=told["story"],
            since=today() - timedelta(days=27), by=actor(request),
        )  # fmt: skip
        messages.success(request, "Drafted. Choose quotes, then publish it.")
        return redirect("insight", insight.pk)
    return render(request, "insights/editor.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@requires("sees_every_area", "may_tag")
def edit(request: ReaderRequest, pk: int) -> HttpResponse:
    insight = _visible(request, pk)
    initial = {"claim": insight.claim, "area": insight.area, "story": insight.story, "themes": insight.themes.all()}
    form = InsightForm(request.POST or None, initial=initial)
    if form.is_valid():
        told = form.cleaned_data
        drafting.edit(
            insight, claim=told["claim"], story=told["story"], area=told["area"], themes=list(told["themes"]),
            by=actor(request),
        )  # fmt: skip
        messages.success(request, "Saved.")
        return redirect("insight", insight.pk)
    return render(request, "insights/editor.html", {"form": form, "insight": insight})


@require_POST
@requires("sees_every_area", "may_tag")
def set_state(request: ReaderRequest, pk: int, step: str) -> HttpResponse:
    insight = _visible(request, pk)
    try:
        if step == "publish":
            drafting.publish(insight, by=actor(request))
            messages.success(request, "Published: the partners of its area see it now.")
        else:
            drafting.shelve(insight, by=actor(request))
            messages.success(request, "Shelved: partners see it no more. Publish brings it back.")
    except NotReady as problem:
        messages.error(request, str(problem))
    return redirect("insight", insight.pk)


@require_POST
@requires("sees_every_area", "may_tag", "sees_text")
def quote(request: ReaderRequest, pk: int, feedback: int) -> HttpResponse:
    """Choose a quote, or take it back."""
    insight = _visible(request, pk)
    if request.POST.get("away"):
        drafting.unquote(insight, feedback)
    else:
        said = get_object_or_404(Feedback.objects.visible_to(request.scope), pk=feedback)
        try:
            drafting.quote(insight, said, by=actor(request))
        except NotReady as problem:
            messages.error(request, str(problem))
    return redirect("insight", insight.pk)


@require_POST
@requires("sees_every_area", "may_tag")
def ask(request: ReaderRequest, pk: int) -> HttpResponse:
    insight = _visible(request, pk)
    form = AskForm(request.POST, area=insight.area)
    if not form.is_valid():
        complain(request, form)
        return redirect("insight", insight.pk)
    try:
        asks.put(insight, by=actor(request), **form.cleaned_data)
        is_out = insight.state == Insight.State.PUBLISHED
        messages.success(request, "Asked." if is_out else "Noted; partners see it once the insight is published.")
    except BadStep as problem:
        messages.error(request, str(problem))
    return redirect("insight", insight.pk)


def _about(slugs: list[str]) -> dict[str, Any]:
    """What the form starts with when someone comes from feedback about these themes."""
    themes = list(Theme.objects.active().leaves().filter(slug__in=[slug for slug in slugs if "\0" not in slug]))
    return {"themes": themes, "area": themes[0].area} if themes else {}


def _visible(request: ReaderRequest, pk: int) -> Insight:
    return get_object_or_404(Insight.objects.visible_to(request.scope).annotate(area_name=area_name()), pk=pk)


def _satisfied(figure: Figure) -> str:
    """`20.0 % [9.1–38.0] of 30 who rated it in 28 days are satisfied`; "" where too few rated."""
    if figure.n < SMALL_CELL or figure.value is None or figure.low is None or figure.high is None:
        return ""
    interval = span(figure.low, figure.high, Unit.SHARE)
    return f"{text(figure.value, Unit.SHARE)} [{interval}] of {whole(figure.n)} who rated it in 28 days are satisfied."


def _said(feedback: Feedback, names: dict[str, str]) -> dict[str, Any]:
    source = names.get(feedback.source, feedback.source)
    return {"pk": feedback.pk, "text": feedback.text, "source": source, "on": feedback.occurred_at}


def _figures(insight: Insight, live: dict[str, Any], request: ReaderRequest, *, is_kept: bool) -> list[dict[str, str]]:
    """The size when it was published (or drafted) and now, one column each; `is_kept`: what it is now is kept back."""
    frozen = insight.evidence.get("published") or insight.evidence.get("drafted")
    then = "When published" if "published" in insight.evidence else "When drafted"
    shown = [(then, frozen, bool(frozen) and withheld(frozen, request.scope)), ("Now", live, is_kept)]
    return [_figure(label, told, is_kept=is_kept) for label, told, is_kept in shown if told]


def _figure(label: str, told: dict[str, Any], *, is_kept: bool) -> dict[str, str]:
    to = date.fromisoformat(told["to"])
    if is_kept:
        return {"label": label, "to": day(to, year=True), "n": "–", "why": WHY_WITHHELD}
    share = text(told["share"], Unit.SHARE)
    return {
        "label": label,
        "to": day(to, year=True),
        "n": whole(told["n"]),
        "share": share,
        "interval": "" if told["low"] is None else f"{100 * told['low']:.1f}–{100 * told['high']:.1f} %",
        "rate": significant(1000 * told["share"]) if told["share"] is not None else "–",
        "usual": text(told["usual_share"], Unit.SHARE),
        "ratio": f"×{significant(told['ratio'], 2)}" if told["ratio"] else "–",
    }


def _by_week(result: Result) -> dict[str, Any]:
    caption = "Messages by week"
    return {
        "id": "weeks",
        "figure": charts.bars(result),
        "marks": charts.marks(result, as_bars=True),
        "pins": charts.pins(result),
        "table": tables.over_time(result, caption=caption),
        "sentence": sentence(result),
    }


def _cut(result: Any, cut: str) -> dict[str, Any]:
    name = TO_CUT[cut]
    return {"title": f"By {name}", "table": tables.by_cut(result, caption=f"28 days by {name}")}
