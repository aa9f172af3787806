"""Lists of reviews, the reviewing desk, and one review as everyone concerned reads it."""

from datetime import datetime

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from ops_dashboard.metrics.definitions import Unit
from ops_dashboard.metrics.local_days import bounds
from ops_dashboard.metrics.query import today
from ops_dashboard.metrics.rendering.numbers import text
from ops_dashboard.people.access import requires
from ops_dashboard.people.models import User
from ops_dashboard.people.requests import ReaderRequest
from quality import disputes, listing, reviews
from quality.conversation import conversation, ticket_of
from quality.desk import desk, settled
from quality.forms import answers_from
from quality.models import Dispute, Review, Scorecard
from quality.review_sheet import review_sheet
from quality.samples import week_of
from quality.scorecards import Card, Steps, as_share
from quality.strips import strip_of
from quality.views.files import sent


@require_safe
@requires("sees_reviews")
def index(request: ReaderRequest) -> HttpResponse:
    """The lists of this reader's role."""
    here, now = listing.chosen_list(request.GET, request.scope), timezone.now()
    found = listing.narrowed(listing.reviews_of(here, request.scope), request.GET)
    query = request.GET.copy()
    query.pop("page", None)
    context: dict[str, object] = {
        "here": here,
        "tabs": listing.tabs(request.scope, here),
        "strip": strip_of(request.scope, signed_in(request), now=now, week=this_week()),
        "page": None if here == listing.QUEUE else listing.page_of(found, request.GET.get("page", "1")),
        "chips": [] if here == listing.QUEUE else listing.bar(request.GET, request.scope),
        "query": query.urlencode(),
        "is_agent": request.scope.agent_id is not None,
        "may_export": request.scope.may_export,
    }
    if here == listing.QUEUE:
        reviewer = signed_in(request)
        context["waiting"] = listing.waiting_for(reviewer, now=now, week=this_week())
        context["drafts"] = Review.objects.filter(reviewer=reviewer, state=Review.State.DRAFT).select_related(
            "version__scorecard"
        )
    return render(request, "quality/reviews.html", context)


@require_safe
@requires("sees_reviews", "may_export")
def export(request: ReaderRequest, form: str) -> HttpResponse:
    """The list as a file, for the same query string as its page."""
    return sent(request, review_sheet(request.GET, request.scope), form)


@requires("may_review")
@require_POST
def claim(request: ReaderRequest) -> HttpResponse:
    """Open the next seat; one draft at a time."""
    slug = request.POST.get("scorecard", "")
    scorecard = get_object_or_404(Scorecard, slug=slug) if slug else None
    review = reviews.claim(signed_in(request), now=timezone.now(), scorecard=scorecard)
    if review is None:
        messages.info(request, "Nothing waits for you here.")
        return redirect("reviews")
    return redirect("review", review.pk)


@require_safe
@requires("sees_reviews")
def review(request: ReaderRequest, pk: int) -> HttpResponse:
    """The desk while it is the reader's draft, else the review with what was said about it."""
    found = visible(request, pk)
    if found.state == Review.State.DRAFT:
        return render(request, "quality/desk.html", desk_context(found))
    in_force = disputes.steps_in_force(found)
    told = found.disputes.select_related("decided_by").prefetch_related("criteria__criterion")
    is_own = request.scope.agent_id == found.agent_id
    context = desk_context(found, in_force=in_force) | {
        "disputes": [(dispute, [settled(row) for row in dispute.criteria.all()]) for dispute in told],
        "has_open": any(dispute.state == Dispute.State.OPEN for dispute in told),
        "is_own": is_own,
        "seen": getattr(found, "acknowledgement", None),
        "may_settle": request.scope.may_settle,
        "reading_whole": found.seat == 1,
    }
    return render(request, "quality/review.html", context)


@requires("may_review")
@require_POST
def save(request: ReaderRequest, pk: int) -> HttpResponse:
    """Keep the draft: to htmx a line that says so, else back to the desk."""
    found, problem = visible(request, pk), ""
    try:
        kept = reviews.save_draft(
            pk, signed_in(request), answers_of(request, found), notes=notes_of(request), now=timezone.now()
        )
    except reviews.NotReviewable as refusal:
        problem = str(refusal)
    if request.htmx:
        context = {"problem": problem, "review": None if problem else kept, "desk": None if problem else desk(kept)}
        return render(request, "quality/_saved.html", context)
    _say(request, problem, "The draft is saved.")
    return redirect("reviews" if problem else "review", *(() if problem else (pk,)))


@requires("may_review")
@require_POST
def submit(request: ReaderRequest, pk: int) -> HttpResponse:
    """Score and, once every seat of the ticket is in, publish. An unfinished form is kept as a draft."""
    found, reviewer, now = visible(request, pk), signed_in(request), timezone.now()
    given, notes = answers_of(request, found), notes_of(request)
    try:
        done = reviews.submit(pk, reviewer, given, notes=notes, now=now)
    except reviews.NotReviewable as refusal:
        messages.error(request, str(refusal))
        return _kept_draft(request, pk, given, notes)
    messages.success(request, _submitted_words(done))
    return redirect("reviews")


def _kept_draft(request: ReaderRequest, pk: int, given: reviews.Answers, notes: str) -> HttpResponse:
    try:
        reviews.save_draft(pk, signed_in(request), given, notes=notes, now=timezone.now())
    except reviews.NotReviewable:
        return redirect("reviews")
    return redirect("review", pk)


@requires("may_review")
@require_POST
def release(request: ReaderRequest, pk: int) -> HttpResponse:
    visible(request, pk)
    try:
        reviews.release(pk, signed_in(request))
    except reviews.NotReviewable as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "The ticket is back in the queue, without your draft.")
    return redirect("reviews")


def visible(request: ReaderRequest, pk: int) -> Review:
    """404 alike for a review that does not exist and for one that is not the reader's to see."""
    rows = Review.objects.visible_to(request.scope).select_related(
        "agent", "team", "reviewer", "version__scorecard", "sampled__sample__plan"
    )
    found = rows.prefetch_related("scores", "version__groups", "version__criteria").filter(pk=pk).first()
    if found is None:
        raise Http404("There is no such review, or it is not yours to see.")
    return found


def signed_in(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def this_week() -> tuple[datetime, datetime]:
    """From Monday to Monday, in the reporting zone."""
    return bounds(*week_of(today()))


def answers_of(request: ReaderRequest, review: Review) -> dict[int, reviews.Answer]:
    return answers_from(request.POST, Card.of(review.version))


def notes_of(request: ReaderRequest) -> str:
    return request.POST.get("notes", "")


def desk_context(review: Review, *, in_force: Steps | None = None) -> dict[str, object]:
    """What the conversation and the form, or the result, are printed from."""
    return {
        "review": review,
        "desk": desk(review, in_force=in_force),
        "ticket": ticket_of(review),
        "conversation": conversation(review),
    }


def _say(request: HttpRequest, problem: str, done: str) -> None:
    if problem:
        messages.error(request, problem)
    else:
        messages.success(request, done)


def _submitted_words(review: Review) -> str:
    if review.published_at is None:
        return "Submitted. Another reviewer scores the same ticket; both are shown once both are in."
    share = as_share(review.score_bp)
    score = "No score: nothing applied." if share is None else f"Score {text(share, Unit.SHARE)}."
    return f"Submitted. {score}" + (" A critical criterion failed." if review.critical_failed else "")
