"""Scorecards: what is scored, in which versions, and what changed between them."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ops_dashboard.people.access import requires
from ops_dashboard.people.models import Team
from ops_dashboard.people.requests import ReaderRequest
from quality import scorecard_form, scorecards
from quality.models import Scorecard, ScorecardVersion
from quality.scorecard_plan import BadScorecard, differences


@require_safe
@requires("sees_reviews")
def index(request: ReaderRequest) -> HttpResponse:
    found = Scorecard.objects.prefetch_related("versions", "versions__criteria")
    taken = {scorecard.support_function for scorecard in found}
    functions = Team.objects.exclude(support_function="").values_list("support_function", flat=True)
    rows = [(scorecard, max(scorecard.versions.all(), key=lambda v: v.number, default=None)) for scorecard in found]
    context = {"rows": rows, "functions": sorted({*functions} - taken)}
    return render(request, "quality/scorecards.html", context)


@requires("may_review")
@require_POST
def create(request: ReaderRequest) -> HttpResponse:
    """A scorecard for a support function that has none; its criteria come next."""
    function = request.POST.get("support_function", "").strip()[:80]
    if not Team.objects.filter(support_function=function).exclude(support_function="").exists():
        messages.error(request, "Choose a support function that a team has.")
        return redirect("scorecards")
    made = scorecards.make_scorecard(function, by=request.scope.username)
    return redirect("scorecard-edit", made.slug)


@require_safe
@requires("sees_reviews")
def scorecard(request: ReaderRequest, slug: str) -> HttpResponse:
    """One version, and what differs from the one before it or from any other."""
    found = get_object_or_404(Scorecard, slug=slug)
    versions = list(found.versions.order_by("-number").prefetch_related("groups", "criteria"))
    here = _numbered(versions, request.GET.get("version", "")) or next(iter(versions), None)
    older = [version for version in versions if here and version.number < here.number]
    against = _numbered(versions, request.GET.get("against", "")) or next(iter(older), None)
    context = {
        "scorecard": found,
        "versions": versions,
        "here": here,
        "against": against if here else None,
        "card": scorecards.Card.of(here) if here else None,
        "differences": differences(scorecards.plan_of(against), scorecards.plan_of(here)) if here and against else [],
    }
    return render(request, "quality/scorecard.html", context)


@requires("may_review")
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: ReaderRequest, slug: str) -> HttpResponse:
    """An edit makes the next version; reviews keep the one they were scored against."""
    found = get_object_or_404(Scorecard, slug=slug)
    before = scorecards.latest(found)
    plan = scorecards.plan_of(before) if before else None
    rows = scorecard_form.rows_of(plan)
    if request.method == "POST":
        rows = scorecard_form.sent_rows(request.POST)
        try:
            plan = scorecard_form.plan_from(request.POST)
            made = scorecards.save_version(
                found, plan, by=request.scope.username, note=request.POST.get("note", "").strip()
            )
        except BadScorecard as problem:
            messages.error(request, str(problem))
        else:
            is_new = before is None or made.number != before.number
            messages.success(
                request,
                f"Version {made.number} is in force for tickets drawn from now on."
                if is_new
                else "Nothing differs from the latest version.",
            )
            return redirect("scorecard", found.slug)
    context = {"scorecard": found, "before": before} | scorecard_form.context_of(rows, plan)
    return render(request, "quality/scorecard_edit.html", context)


def _numbered(versions: list[ScorecardVersion], number: str) -> ScorecardVersion | None:
    return next((version for version in versions if str(version.number) == number), None)
