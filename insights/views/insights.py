"""The insights: their list, one of them with its evidence, the editor, quotes and asks."""

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from insights import asks, drafting
from insights.drafting import NotReady
from insights.forms import AskForm, InsightForm
from insights.models import Feedback, Insight
from insights.sizing import by_cut, size, withheld
from insights.views.acting import actor, complain, drawn
from insights.views.asks import line
from ops_dashboard.metrics.definitions import Unit
from ops_dashboard.metrics.periods import Period
from ops_dashboard.metrics.query import today
from ops_dashboard.metrics.rendering import tables
from ops_dashboard.metrics.rendering.numbers import significant, text, whole
from ops_dashboard.metrics.result import SMALL_CELL, WHY_WITHHELD
from ops_dashboard.people.access import requires
from ops_dashboard.people.requests import ReaderRequest

STATES = (Insight.State.PUBLISHED, Insight.State.DRAFT, Insight.State.SHELVED)
TO_CUT = ("channel", "language")


@require_safe
@requires("sees_insights")
def listing(request: ReaderRequest) -> HttpResponse:
    found = Insight.objects.visible_to(request.scope).prefetch_related("themes", "asks")
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
    insight = _visible(request, pk)
    themes = list(insight.themes.all())
    until = today() - timedelta(days=1)
    live = size(themes, until) if themes else {}
    period = Period(until - timedelta(days=27), until)
    found = insight.asks.visible_to(request.scope).select_related("owner", "effect").prefetch_related("steps__by")
    context = {
        "insight": insight,
        "themes": themes,
        "figures": _figures(insight, live, request),
        "spark": _spark(live, request),
        "cuts": [_cut(by_cut(themes, period, cut, scope=request.scope), cut) for cut in TO_CUT] if themes else [],
        "questions": live.get("questions", []) if request.scope.sees_every_area else [],
        "quotes": [q.feedback for q in insight.quotes.select_related("feedback") if not q.feedback.detections],
        "asks": [line(ask, request.scope) for ask in found],
        "ask_form": AskForm(area=insight.area, initial={"due_on": today() + timedelta(days=7)}),
        "quotable": drafting.quotable(insight) if request.scope.may_tag and request.scope.sees_text else [],
        "may_tag": request.scope.may_tag,
    }
    return render(request, "insights/insight.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("sees_every_area", "may_tag")
def new(request: ReaderRequest) -> HttpResponse:
    form = InsightForm(request.POST or None)
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
    if form.is_valid():
        asks.put(insight, by=actor(request), **form.cleaned_data)
        is_out = insight.state == Insight.State.PUBLISHED
        messages.success(request, "Asked." if is_out else "Noted; partners see it once the insight is published.")
    else:
        complain(request, form)
    return redirect("insight", insight.pk)


def _visible(request: ReaderRequest, pk: int) -> Insight:
    return get_object_or_404(Insight.objects.visible_to(request.scope), pk=pk)


def _figures(insight: Insight, live: dict[str, Any], request: ReaderRequest) -> list[dict[str, str]]:
    """The size when it was published (or drafted) and now, one column each."""
    frozen = insight.evidence.get("published") or insight.evidence.get("drafted")
    shown = [("When published" if "published" in insight.evidence else "When drafted", frozen), ("Now", live)]
    return [_figure(label, told, request) for label, told in shown if told]


def _figure(label: str, told: dict[str, Any], request: ReaderRequest) -> dict[str, str]:
    to = date.fromisoformat(told["to"])
    if withheld(told, request.scope):
        return {"label": label, "to": str(to), "n": "–", "why": WHY_WITHHELD}
    share = text(told["share"], Unit.SHARE)
    return {
        "label": label,
        "to": str(to),
        "n": whole(told["n"]),
        "share": share,
        "interval": "" if told["low"] is None else f"{100 * told['low']:.1f}–{100 * told['high']:.1f} %",
        "rate": significant(1000 * told["share"]) if told["share"] is not None else "–",
        "usual": text(told["usual_share"], Unit.SHARE),
        "ratio": f"×{significant(told['ratio'], 2)}" if told["ratio"] else "–",
    }


def _spark(live: dict[str, Any], request: ReaderRequest) -> str:
    counts = [week["n"] for week in live.get("weeks", [])]
    if request.scope.small_cells_hidden:
        counts = [None if 0 < n < SMALL_CELL else n for n in counts]
    return drawn(counts, words=f"Weekly counts of {len(counts)} weeks") if counts else ""


def _cut(result: Any, cut: str) -> dict[str, Any]:
    return {"title": f"By {cut}", "table": tables.by_cut(result, caption=f"The last 28 days by {cut}")}
