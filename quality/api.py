"""Reviews for machines. The same lists, filters and scope as the pages; nothing is written here."""

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import api_view
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from ops_dashboard.people.access import api_requires, scope_behind
from ops_dashboard.people.requests import next_address
from ops_dashboard.people.roles import Scope
from quality import listing
from quality.agreement import FEWEST_UNITS
from quality.calibration import calibration
from quality.calibration_sheet import criterion_agreement
from quality.disputes import steps_in_force
from quality.models import Dispute, Review, Scorecard
from quality.scorecards import Card, as_share

LARGEST_PAGE = 500


@extend_schema(
    parameters=[
        OpenApiParameter("list", str, description="all, mine, open, disputed, critical, unseen: as the role has them"),
        OpenApiParameter("team", str, description="Slug; repeatable"),
        OpenApiParameter("scorecard", str, description="Slug; repeatable"),
        OpenApiParameter("period", str, description="Days of the solve: last-28-days or 2026-03-01..2026-03-31"),
        OpenApiParameter("before", int, description="The id that the page before ended with, as `next` gives it"),
        OpenApiParameter("size", int, description=f"Rows a page, up to {LARGEST_PAGE}"),
    ],
    responses=OpenApiTypes.OBJECT,
    operation_id="reviews",
)
@api_requires("sees_reviews")
@api_view(["GET"])
def reviews(request: Request) -> Response:
    """Submitted reviews within reach, newest id first; an agent gets their own. 400 names what makes no sense."""
    scope = scope_behind(request)
    slug, size, before = _asked(request, scope)
    found = listing.narrowed(listing.reviews_of(slug, scope), request.query_params)
    page = found.filter(pk__lt=before) if before is not None else found
    rows = list(listing.with_names(page).order_by("-pk")[: size + 1])
    return Response(
        {
            "count": found.count(),
            "next": next_address(request, before=rows[size - 1].pk) if len(rows) > size else None,
            "results": [_row(review, request) for review in rows[:size]],
        }
    )


@extend_schema(responses=OpenApiTypes.OBJECT, operation_id="review")
@api_requires("sees_reviews")
@api_view(["GET"])
def review(request: Request, pk: int) -> Response:
    """One submitted review with its criteria and disputes; 404 also when it is not the reader's to see."""
    visible = Review.objects.visible_to(scope_behind(request)).filter(state=Review.State.SUBMITTED)
    found = get_object_or_404(listing.with_names(visible).prefetch_related("scores"), pk=pk)
    told = found.disputes.prefetch_related("criteria__criterion")
    return Response(
        {
            **_row(found, request),
            "notes": found.notes,
            "criteria": _criteria(found),
            "disputes": [_dispute(dispute) for dispute in told],
        }
    )


@extend_schema(
    parameters=[OpenApiParameter("scorecard", str, required=True, description="Slug of a scorecard")],
    responses=OpenApiTypes.OBJECT,
    operation_id="calibration",
)
@api_requires("sees_reviews")
@api_view(["GET"])
def agreement(request: Request) -> Response:
    """Krippendorff's alpha of each criterion of a scorecard, from tickets that two scored blind, with its 95 %
    bootstrap interval; null under fifty tickets. For readers of every team, since pairs are told apart by none."""
    if scope_behind(request).teams is not None:
        raise PermissionDenied("Agreement is told over all teams, which this account does not see.")
    slug = request.query_params.get("scorecard", "")
    scorecard = Scorecard.objects.filter(slug=slug).first()
    if scorecard is None:
        known = ", ".join(Scorecard.objects.filter(is_active=True).values_list("slug", flat=True))
        raise ValidationError({"scorecard": f"There is no scorecard '{slug}'; there are {known or 'none yet'}."})
    found = calibration(scorecard)
    return Response(
        {
            "scorecard": scorecard.slug,
            "double_reviews": found.pairs,
            "fewest_tickets": FEWEST_UNITS,
            "criteria": [criterion_agreement(row) for row in found.criteria],
        }
    )


def _asked(request: Request, scope: Scope) -> tuple[str, int, int | None]:
    """Which list, how many rows, before which id; ValidationError names each parameter that makes no sense."""
    asked, problems = request.query_params, {}
    known = [slug for slug, _ in listing.lists_of(scope) if slug != listing.QUEUE]
    slug = asked.get("list", "all")
    size, before = _whole(asked.get("size", str(listing.ROWS))), _whole(asked.get("before", ""))
    if slug not in known:
        problems["list"] = f"'{slug}' is none of {', '.join(known)}."
    if size is None or not 1 <= size <= LARGEST_PAGE:
        problems["size"] = f"A whole number from 1 to {LARGEST_PAGE}, please."
    if before is None and asked.get("before"):
        problems["before"] = "This page does not exist any more; start from the first one."
    if problem := listing.solved_in(asked)[1]:
        problems["period"] = problem
    if problems:
        raise ValidationError(problems)
    assert size is not None
    return slug, size, before


def _row(review: Review, request: Request) -> dict[str, Any]:
    return {
        "id": review.pk,
        "url": reverse("api-review", args=[review.pk], request=request),
        "scorecard": review.version.scorecard.slug,
        "version": review.version.number,
        "team": review.team.slug,
        "agent": review.agent.slug,
        "reviewer": review.reviewer.username if review.reviewer else None,
        "seat": review.seat,
        "solved_at": review.solved_at,
        "submitted_at": review.submitted_at,
        "published_at": review.published_at,
        "weight": review.weight,
        "score": as_share(review.score_bp),
        "score_before_critical": as_share(review.score_before_critical_bp),
        "critical_failed": review.critical_failed,
        "given_score": as_share(review.given_score_bp),
        "is_seen": review.is_seen,
        "is_disputed": review.is_disputed,
    }


def _criteria(review: Review) -> list[dict[str, Any]]:
    scores = {score.criterion_id: score for score in review.scores.all()}
    in_force = steps_in_force(review)
    return [
        {
            "key": criterion.key,
            "name": criterion.name,
            "group": criterion.group.name,
            "weight": criterion.weight,
            "steps": criterion.steps,
            "critical": criterion.critical,
            "given_step": scores[criterion.pk].step,
            "step": in_force[criterion.pk],
            "reasons": scores[criterion.pk].reasons,
            "note": scores[criterion.pk].note,
        }
        for criterion in Card.of(review.version).criteria
        if criterion.pk in scores
    ]


def _dispute(dispute: Dispute) -> dict[str, Any]:
    return {
        "state": dispute.state,
        "raised_at": dispute.raised_at,
        "reason": dispute.reason,
        "decided_at": dispute.decided_at,
        "answer": dispute.answer,
        "score_before": as_share(dispute.score_before_bp),
        "score_after": as_share(dispute.score_after_bp),
        "criteria": [
            {
                "key": row.criterion.key,
                "given_step": row.given_step,
                "proposed_step": row.proposed_step,
                "is_granted": row.is_granted,
            }
            for row in dispute.criteria.all()
        ],
    }


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None
