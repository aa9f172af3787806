"""The pages of forecasts: what is coming, events, assumptions, and what-if."""

from datetime import date
from functools import partial
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from kombu.exceptions import OperationalError

from ops_dashboard.metrics.panels import Empty
from ops_dashboard.people import audit
from ops_dashboard.people.access import requires
from ops_dashboard.people.requests import ReaderRequest
from workforce import answered, forecast_orders, forecasts, what_if
from workforce import forecast_charts as charts
from workforce.erlang import Impossible
from workforce.forecast_accuracy import turned
from workforce.forecast_forms import AssumptionsForm, EventForm, WhatIfForm, asked_or_usual
from workforce.hours import Hours
from workforce.models import Event, ForecastRun, OwedForecast, Queue
from workforce.outlook import outlook
from workforce.tasks import forecast_again

REMOVED_SHOWN = 10


@require_safe
@requires("sees_plans")
def forecast(request: ReaderRequest) -> HttpResponse:
    """One queue's forecast: by day, one day by half hour, how good it is, events and earlier runs."""
    queues = list(Queue.objects.visible_to(request.scope).active())
    queue = next((each for each in queues if each.slug == request.GET.get("queue")), queues[0] if queues else None)
    if "queue" in request.GET and (queue is None or queue.slug != request.GET["queue"]):
        raise Http404("There is no such queue.")
    run = _run(request, queue)
    context: dict[str, Any] = {"queues": queues, "queue": queue, "may_plan": request.scope.may_plan}
    context["owed"] = OwedForecast.objects.filter(queue=queue).first() if queue else None
    if queue is None or run is None:
        words = "No queue has been set up." if queue is None else "Nothing has been forecast for this queue."
        step = "Queues are added in the administration." if queue is None else "Forecasts are made every night."
        return render(request, "workforce/forecast.html", context | {"empty": Empty("nothing-yet", words, step)})
    now = timezone.now()
    seen = outlook(queue, run, on=_date(request.GET.get("day", "")), now=now)
    context |= {
        "seen": seen,
        "tiles": charts.tiles(seen),
        "by_day": charts.by_day(seen),
        "by_interval": charts.by_interval(seen),
        "required": charts.required(seen),
        "accuracy": charts.accuracy_table(seen),
        "in_band": charts.in_band(seen),
        "accuracy_sentence": charts.accuracy_sentence(seen),
        "turned": turned(queue, scope=request.scope, now=now),
        "may_export": request.scope.may_export,
        "runs": charts.run_table(seen, now=now),
        "removed": Event.objects.concerning(queue)
        .filter(removed_at__isnull=False)
        .order_by("-removed_at")[:REMOVED_SHOWN],
        "event_form": EventForm(initial={"queues": [queue.pk]}),
    }
    return render(request, "workforce/forecast.html", context)


def _run(request: ReaderRequest, queue: Queue | None) -> ForecastRun | None:
    """The run that is asked for, the newest by default."""
    runs = ForecastRun.objects.visible_to(request.scope).filter(queue=queue).select_related("staffing", "queue")
    wanted = request.GET.get("run", "")
    if not wanted:
        return runs.first()
    if not (wanted.isascii() and wanted.isdigit() and len(wanted) < 18):
        raise Http404("There is no such forecast.")
    return get_object_or_404(runs, pk=int(wanted))


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _back(queue: str) -> HttpResponse:
    place = redirect("forecast")
    if queue and Queue.objects.filter(slug=queue).exists():
        place["Location"] += f"?{urlencode({'queue': queue})}#events"
    return place


@require_POST
@requires("sees_plans", "may_plan")
def again(request: ReaderRequest, slug: str) -> HttpResponse:
    """Have a queue's forecast made from this half-hour on; one that is owed or stands is not made twice."""
    queue = get_object_or_404(Queue.objects.visible_to(request.scope).active(), slug=slug)
    answer = forecast_orders.ask(queue, by=request.scope.username, now=timezone.now())
    at = f"{answer.as_of.astimezone(ZoneInfo(Hours.of(queue).zone)):%H:%M}"
    if answer.stands:
        messages.info(request, f"The forecast as of {at} stands already; the next half-hour begins another.")
    elif not answer.is_new:
        messages.info(request, f"A forecast as of {at} is being made already.")
    else:
        transaction.on_commit(partial(_ring, request, queue.pk))
    return redirect(f"{reverse('forecast')}?{urlencode({'queue': slug})}")


def _ring(request: ReaderRequest, queue: int) -> None:
    try:
        forecast_again.delay(queue)
    except OperationalError:
        messages.warning(request, "The workers cannot be reached; the forecast is made when the next hour begins.")


@require_POST
@requires("sees_plans", "may_plan")
def add_event(request: ReaderRequest) -> HttpResponse:
    """A new event, known from now on; the next forecast counts it in."""
    form = EventForm(request.POST, instance=Event(known_since=timezone.now()))
    if not form.is_valid():
        return render(
            request, "workforce/event.html", {"form": form, "queue": request.POST.get("back", "")}, status=422
        )
    with transaction.atomic():
        event = form.save()
        audit.record(
            request.scope.username, "event_added", f"event {event.pk}", type=event.type, on=str(event.start_on)
        )
    messages.success(request, f"{event.label} is noted; the next forecast counts it in.")
    return _back(request.POST.get("back", ""))


@require_http_methods(["GET", "HEAD", "POST"])
@requires("sees_plans", "may_plan")
def edit_event(request: ReaderRequest, pk: int) -> HttpResponse:
    event = get_object_or_404(Event.objects.standing(), pk=pk)
    form = EventForm(request.POST or None, instance=event)
    back = request.POST.get("back", request.GET.get("queue", ""))
    if request.method != "POST" or not form.is_valid():
        status = 422 if request.method == "POST" else 200
        return render(request, "workforce/event.html", {"form": form, "event": event, "queue": back}, status=status)
    with transaction.atomic():
        form.save()
        audit.record(request.scope.username, "event_changed", f"event {pk}", fields=list(form.changed_data))
    messages.success(request, f"{event.label} is changed; the next forecast counts it in.")
    return _back(back)


@require_POST
@requires("sees_plans", "may_plan")
def remove_event(request: ReaderRequest, pk: int) -> HttpResponse:
    """Take an event out of coming forecasts; it can be put back."""
    return _set_removed(request, pk, removed=True)


@require_POST
@requires("sees_plans", "may_plan")
def restore_event(request: ReaderRequest, pk: int) -> HttpResponse:
    return _set_removed(request, pk, removed=False)


def _set_removed(request: ReaderRequest, pk: int, *, removed: bool) -> HttpResponse:
    event = get_object_or_404(Event, pk=pk)
    with transaction.atomic():
        Event.objects.filter(pk=pk).update(removed_at=timezone.now() if removed else None)
        audit.record(request.scope.username, "event_removed" if removed else "event_restored", f"event {pk}")
    words = "is removed; it can be put back below the list" if removed else "is back"
    messages.success(request, f"{event.label} {words}.")
    return _back(request.POST.get("back", ""))


@require_http_methods(["GET", "HEAD", "POST"])
@requires("sees_plans", "may_plan")
def assumptions(request: ReaderRequest, slug: str) -> HttpResponse:
    """What staffing rests on; saving computes the newest run's requirements again, its forecast stays."""
    queue = get_object_or_404(Queue.objects.visible_to(request.scope), slug=slug)
    form = AssumptionsForm(request.POST or None, instance=queue)
    if request.method != "POST" or not form.is_valid():
        status = 422 if request.method == "POST" else 200
        return render(request, "workforce/assumptions.html", {"form": form, "queue": queue}, status=status)
    try:
        with transaction.atomic():
            queue = form.save()
            answered.mark()
            if newest := queue.runs.first():
                forecasts.rebuild_requirements(newest)
            fields: list[audit.Detail] = list(form.changed_data)
            audit.record(request.scope.username, "assumptions_changed", f"queue {slug}", fields=fields)
    except Impossible as problem:
        form.add_error(None, f"With these numbers {problem}.")
        return render(request, "workforce/assumptions.html", {"form": form, "queue": queue}, status=422)
    messages.success(request, f"Requirements of {queue.name} are computed from the new assumptions.")
    return redirect(f"{redirect('forecast')['Location']}?{urlencode({'queue': slug})}")


@require_safe
@requires("sees_plans")
def staffing(request: ReaderRequest) -> HttpResponse:
    """How many people given numbers need, and what more or fewer would give; everything is in the address."""
    form = WhatIfForm(asked_or_usual(request.GET))
    answer, problem = None, ""
    if form.is_valid():
        try:
            answer = what_if.answer(form.cleaned_data["arrivals"], form.cleaned_data["agents"], form.assumptions())
        except Impossible as error:
            problem = f"{error}."
    return render(request, "workforce/staffing.html", {"form": form, "answer": answer, "problem": problem})
