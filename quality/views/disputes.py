"""What agents answer to a review, and what leads decide."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from ops_dashboard.people.access import requires
from ops_dashboard.people.requests import ReaderRequest
from quality import disputes
from quality.desk import settled
from quality.forms import granted_from, proposed_from
from quality.models import Dispute, Review
from quality.reviews import NotReviewable
from quality.scorecards import Card
from quality.views.reviews import desk_context, signed_in, visible


@requires("sees_reviews")
@require_POST
def acknowledge(request: ReaderRequest, pk: int) -> HttpResponse:
    found = visible(request, pk)
    try:
        disputes.acknowledge(found, signed_in(request), now=timezone.now())
    except NotReviewable as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "Noted: you have seen this review.")
    return redirect("review", pk)


@requires("sees_reviews")
@require_http_methods(["GET", "HEAD", "POST"])
def dispute(request: ReaderRequest, pk: int) -> HttpResponse:
    """The agent proposes other ratings, and says why."""
    found = visible(request, pk)
    if request.scope.agent_id != found.agent_id:
        raise Http404("Only the agent whose work it is can dispute a review.")
    in_force = disputes.steps_in_force(found)
    if request.method == "POST":
        proposed = proposed_from(request.POST, Card.of(found.version))
        try:
            disputes.raise_dispute(
                found, signed_in(request), proposed, reason=request.POST.get("reason", ""), now=timezone.now()
            )
        except NotReviewable as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, "Your lead decides; you will see the answer here.")
            return redirect("review", pk)
    context = desk_context(found, in_force=in_force) | {"reason": request.POST.get("reason", "")}
    return render(request, "quality/dispute.html", context)


@requires("may_settle")
@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: ReaderRequest, pk: int) -> HttpResponse:
    """The lead grants or refuses each criterion."""
    found = _found(request, pk)
    if request.method == "POST":
        try:
            done = disputes.decide(
                found,
                signed_in(request),
                granted_from(request.POST, found),
                answer=request.POST.get("answer", ""),
                now=timezone.now(),
            )
        except NotReviewable as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, f"{Dispute.State(done.state).label}. The agent sees your answer.")
            return redirect("review", found.review_id)
    review = visible(request, found.review_id)
    context = desk_context(review, in_force=disputes.steps_in_force(review)) | {
        "dispute": found,
        "rows": [settled(row) for row in found.criteria.select_related("criterion")],
        "answer": request.POST.get("answer", ""),
    }
    return render(request, "quality/decide.html", context)


def _found(request: ReaderRequest, pk: int) -> Dispute:
    """A dispute about a review within the lead's teams."""
    rows = Dispute.objects.filter(review__in=Review.objects.visible_to(request.scope))
    found = rows.select_related("review", "agent").filter(pk=pk).first()
    if found is None:
        raise Http404("There is no such dispute, or it is not yours to decide.")
    return found
