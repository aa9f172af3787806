"""Samples: the plans, each draw with its probabilities, and how far reviewers are."""

from datetime import date, timedelta

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ops_dashboard.metrics.periods import EARLIEST, LATEST
from ops_dashboard.metrics.query import today
from ops_dashboard.people.access import requires
from ops_dashboard.people.models import User
from ops_dashboard.people.requests import ReaderRequest
from quality import samples
from quality.models import Review, Sample, SamplePlan
from quality.plan_form import PlanForm
from quality.plans import owed, save_plan, weeks_to_know
from quality.sample_sheet import sample_sheet
from quality.views.files import sent
from quality.views.reviews import this_week

DRAWS = 30


@require_safe
@requires("may_review")
def index(request: ReaderRequest) -> HttpResponse:
    drawn = Sample.objects.select_related("plan__scorecard").annotate(
        seats=Count("tickets__reviews"),
        done=Count("tickets__reviews", filter=Q(tickets__reviews__state=Review.State.SUBMITTED)),
        drawn=Count("tickets", distinct=True),
    )
    monday = samples.week_of(today() - timedelta(days=7))[0]
    context = {
        "plans": SamplePlan.objects.select_related("scorecard"),
        "page": Paginator(drawn.order_by("-start_on", "plan__name"), DRAWS).get_page(request.GET.get("page", "1")),
        "week": monday,
        "quotas": quotas(),
    }
    return render(request, "quality/samples.html", context)


@require_safe
@requires("may_review")
def export(request: ReaderRequest, form: str) -> HttpResponse:
    """Every draw, stratum by stratum, as a file."""
    return sent(request, sample_sheet(), form)


@requires("may_review")
@require_POST
def draw(request: ReaderRequest) -> HttpResponse:
    """Draw a week of a plan now."""
    plan = get_object_or_404(SamplePlan, pk=_number(request.POST.get("plan", "")))
    day = _day(request.POST.get("week", ""))
    if day is None or samples.week_of(day)[1] >= today():
        messages.error(request, "Choose a day of a week that is over.")
        return redirect("samples")
    try:
        sample = samples.draw(plan, day, by=request.scope.username)
    except samples.NotDrawable as problem:
        messages.error(request, str(problem))
        return redirect("samples")
    messages.success(request, f"Drawn from {sample.population:,} solved tickets.")
    return redirect("sample", sample.pk)


@require_safe
@requires("may_review")
def sample(request: ReaderRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Sample.objects.select_related("plan__scorecard"), pk=pk)
    states = dict(
        Review.objects.filter(sampled__sample=found).values_list("state").annotate(Count("id")).order_by("state")
    )
    strata = [
        row
        | {"probability": row["drawn"] / row["held"], "weight": row["held"] / row["drawn"] if row["drawn"] else None}
        for row in found.strata
    ]
    context = {
        "sample": found,
        "strata": strata,
        "drawn": sum(row["drawn"] for row in found.strata),
        "unheard": sum(row["held"] for row in found.strata if not row["drawn"]),
        "double": found.tickets.filter(seats=2).count(),
        "states": states,
    }
    return render(request, "quality/sample.html", context)


@requires("may_review")
@require_http_methods(["GET", "HEAD", "POST"])
def plan(request: ReaderRequest, pk: int | None = None) -> HttpResponse:
    """A new plan, or one to change."""
    found = get_object_or_404(SamplePlan, pk=pk) if pk else None
    form = PlanForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        save_plan(form.save(commit=False), changed=form.changed_data, by=request.scope.username)
        messages.success(request, "Saved; it counts for draws from now on.")
        return redirect("samples")
    context = {"form": form, "plan": found, "weeks": weeks_to_know(found) if found else None}
    return render(request, "quality/plan.html", context)


def quotas() -> list[dict[str, object]]:
    """Reviewers with what they submitted this week, against what they owe."""
    begin, end = this_week()
    due = sum(owed().values())
    done = Count("reviews", filter=Q(reviews__submitted_at__gte=begin, reviews__submitted_at__lt=end))
    reviewers = User.objects.filter(role="reviewer", is_active=True).annotate(done=done).order_by("username")
    return [
        {
            "name": user.shown_name,
            "done": user.done,
            "owed": due,
            "share": min(100.0, 100 * user.done / due) if due else 0.0,
        }
        for user in reviewers
    ]


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if EARLIEST < day < LATEST else None
