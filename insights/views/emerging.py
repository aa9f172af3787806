"""Emerging: what rose beyond chance, what is watched, with the evidence of both."""

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from insights import alarms, drafting
from insights.forms import DismissForm
from insights.models import Alarm, Insight, Survey, Theme
from insights.models.loop import area_name
from insights.surveillance import Class
from insights.views.acting import actor, complain, drawn
from ops_dashboard.metrics.rendering.marks import sparkline
from ops_dashboard.metrics.rendering.numbers import day, significant
from ops_dashboard.metrics.rendering.tables import Cell, Column, Table
from ops_dashboard.people.access import requires
from ops_dashboard.people.requests import ReaderRequest

GRAINS = {"day": "in one day", "week": "in seven days"}
SHOWN = 40
EVEN = 0.5


@require_safe
@requires("sees_every_area")
def emerging(request: ReaderRequest) -> HttpResponse:
    surveys = list(Survey.objects.order_by("-on", "grain")[:2])
    latest = [one for one in surveys if one.on == surveys[0].on]
    found = Alarm.objects.select_related("theme", "theme__parent", "insight", "closed_by")
    recent, told = _recent(latest), _told()
    context = {
        "looked_on": latest[0].on if latest else None,
        "open": [_alarm(alarm, recent, told) for alarm in found.open()],
        "closed": [_alarm(alarm, recent, told) for alarm in found.exclude(state=Alarm.State.OPEN)[:8]],
        "reads_feedback": request.scope.sees_text,
        "watched": _watched(latest, Class.WATCH, "On the watch list"),
        "every": _watched(latest, None, "Every theme at the last look"),
        "missed": _missed(latest),
        "themes": sum(len(one.findings) for one in latest[:1]),
        "may_tag": request.scope.may_tag,
    }
    return render(request, "insights/emerging.html", context)


@require_POST
@requires("sees_every_area", "may_tag")
def dismiss(request: ReaderRequest, pk: int) -> HttpResponse:
    alarm, form = get_object_or_404(Alarm.objects.open(), pk=pk), DismissForm(request.POST)
    if form.is_valid():
        alarms.dismiss(alarm, by=actor(request), reason=form.cleaned_data["reason"])
        messages.success(request, f"Dismissed. {alarm.theme} stays quiet for two weeks; it can be restored below.")
    else:
        complain(request, form)
    return redirect("emerging")


@require_POST
@requires("sees_every_area", "may_tag")
def restore(request: ReaderRequest, pk: int) -> HttpResponse:
    alarm = get_object_or_404(Alarm, pk=pk, state=Alarm.State.DISMISSED)
    if alarms.restore(alarm, by=actor(request)):
        messages.success(request, f"{alarm.theme} is open again.")
    else:
        messages.error(request, f"{alarm.theme} has another open alarm by now.")
    return redirect("emerging")


@require_POST
@requires("sees_every_area", "may_tag")
def start(request: ReaderRequest, pk: int) -> HttpResponse:
    """To the alarm's draft; a new one where there is none any more."""
    return redirect("insight-edit", drafting.of_alarm(get_object_or_404(Alarm, pk=pk)).pk)


def _recent(surveys: list[Survey]) -> dict[int, list[int]]:
    """Weekly counts by theme, for the small curves."""
    return {row["theme"]: row["recent"] for one in surveys if one.grain == "week" for row in one.findings}


def _told() -> dict[int, Insight]:
    """By theme, the newest published insight about a theme with an open alarm."""
    about = Insight.themes.through.objects.filter(
        insight__state=Insight.State.PUBLISHED, theme__alarms__state=Alarm.State.OPEN
    )
    pairs = about.order_by("insight__published_at", "insight_id").values_list("theme_id", "insight_id")
    newest = dict(pairs)
    found = Insight.objects.only("claim").in_bulk(newest.values())
    return {theme: found[insight] for theme, insight in newest.items()}


def _alarm(alarm: Alarm, recent: dict[int, list[int]], told: dict[int, Insight]) -> dict[str, Any]:
    entry = alarm.context[-1] if alarm.context else {}
    worst: dict[str, Any] = max(alarm.context, key=lambda entry: entry["ratio"] or 0.0, default={})
    counts = recent.get(alarm.theme_id, [])
    return {
        "alarm": alarm,
        "insight": getattr(alarm, "insight", None),
        "told": told.get(alarm.theme_id),
        "days": f"{alarm.last_on - timedelta(days=6)}..{alarm.last_on}",
        "now": _evidence(entry) if entry else "",
        "worst": _evidence(worst) if worst and worst != entry else "",
        "spark": drawn(counts, words=f"{alarm.theme}: weekly counts, the last is {counts[-1]}") if counts else "",
        "looks": len(alarm.context),
    }


def _evidence(entry: dict[str, Any]) -> str:
    """`41 in seven days to 22 Nov, where 18 [10–27] is usual: ×2.3; p 0.0002, q 0.004`."""
    usual = f"{entry['expected']:.0f} [{entry['low']:.0f}–{entry['high']:.0f}]"
    ratio = f": ×{significant(entry['ratio'], 2)}" if entry["ratio"] else ", the first of its kind"
    on = day(_date(entry["on"]))
    chance = f"p {_small(entry['p'])}, q {_small(entry['q'])}"
    return f"{entry['observed']} {GRAINS[entry['grain']]} to {on}, where {usual} is usual{ratio}; {chance}"


def _watched(surveys: list[Survey], status: Class | None, caption: str) -> Table:
    names = dict(Theme.objects.values_list("id", "name"))
    areas = dict(Theme.objects.annotate(area_name=area_name()).values_list("id", "area_name"))
    rows = [(one, row) for one in surveys for row in one.findings if status is None or row["status"] == status]
    rows.sort(key=lambda pair: pair[1]["p"])
    numbers = ("Seen", "Usual", "Alarm from", "Ratio", "p", "q")
    heads = (*map(Column, ("Theme", "Area", "Look")), *(Column(name, "number") for name in numbers))
    heads += (Column("Recent", "spark", sorts=False),)
    return Table(heads, tuple(_row(one, row, names, areas) for one, row in rows[:SHOWN]), caption)


def _missed(surveys: list[Survey]) -> int:
    """How many themes could have doubled in the seven days and would more likely than not have raised no alarm."""
    rows = [row for one in surveys if one.grain == "week" for row in one.findings]
    return sum(row.get("doubling", 1.0) < EVEN and row["status"] != Class.TOO_LITTLE for row in rows)


def _row(one: Survey, row: dict[str, Any], names: dict[int, str], areas: dict[int, str]) -> tuple[Cell, ...]:
    name = names.get(row["theme"], "removed")
    return (
        Cell(name, order=name),
        Cell(areas.get(row["theme"], "")),
        Cell(GRAINS[one.grain]),
        Cell(f"{row['observed']:,}", order=row["observed"]),
        Cell(f"{row['expected']:.1f}", order=row["expected"], quiet=f"{row['low']:.0f}–{row['high']:.0f}"),
        _alarm_from(row),
        Cell(f"×{significant(row['ratio'], 2)}" if row["ratio"] else "–", order=row["ratio"]),
        Cell(_small(row["p"]), order=row["p"]),
        Cell(_small(row["q"]), order=row["q"]),
        Cell(spark=sparkline(row["recent"], words=f"{name}, {one.get_grain_display().lower()} by {one.grain}")),
    )


def _alarm_from(row: dict[str, Any]) -> Cell:
    """The count that would have been an alarm, and how often a doubling reaches it in one such period."""
    if not row.get("alarm_at"):
        return Cell("–")
    return Cell(f"{row['alarm_at']:,}", order=row["alarm_at"], quiet=f"sees {row['doubling'] * 100:.0f} % of doublings")


def _small(value: float) -> str:
    return "<0.0001" if value < 0.0001 else significant(value, 2)


def _date(text: str) -> date:
    return date.fromisoformat(text)
