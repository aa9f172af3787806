"""Tickets for machines. The same filters, the same scope and the same counts as the pages."""

from typing import Any

from django.http import Http404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import api_view
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from ops_dashboard.metrics.keyset import BadCursor
from ops_dashboard.metrics.query import today
from ops_dashboard.people.access import api_requires, scope_behind
from ops_dashboard.people.requests import next_address
from tickets.forms import TicketsForm
from tickets.labels import NAMED
from tickets.lists import PAGE_SIZE, TicketRow, list_tickets
from tickets.models import Ticket
from tickets.ticket_page import Moment, Promised, State, find_ticket, ticket_page

LARGEST_PAGE = 500
FILTERS = (
    ("status", "new, open ... or unsolved, done, gone; repeatable"),
    *((cut, "Slug, or none; repeatable") for cut in NAMED),
    ("created", "Period of creation: last-28-days or 2016-03-01..2016-05-31"),
    ("solved", "Period of the latest solve"),
    ("age", "At least so old: 1h, 4h, 1d, 2d, 3d, 7d, 14d or 30d; age-under: less than that"),
    ("waiting", "The requester waits: any, or at least a span as for age; waiting-under: less than that"),
    ("stale", "Unsolved and untouched by agents for at least a span as for age; stale-under: less than that"),
    ("metric", "The tickets behind a metric, with its period and filters as the metrics API takes them"),
    ("hour", "Of those, the ones of an hour of the week: mon-09"),
    ("at-least", "Of those behind a duration, the ones from 15m, 4h or 2d on; under: less than that"),
    ("promise", "running, due-1h, due-4h, due-24h, overdue, paused, met or missed"),
    ("kind", "Kind of that promise: first_reply, next_reply ..."),
    ("ref", "The source's own number"),
    ("sort", "created, updated, waiting or due"),
    ("after", "Cursor of the next page, as `next` gives it"),
)
PARAMETERS = [OpenApiParameter(name, str, description=words) for name, words in FILTERS]


@extend_schema(
    parameters=[*PARAMETERS, OpenApiParameter("size", int, description=f"Rows a page, up to {LARGEST_PAGE}")],
    responses=OpenApiTypes.OBJECT,
    operation_id="tickets",
)
@api_requires("sees_tickets")
@api_view(["GET"])
def tickets(request: Request) -> Response:
    """A page of tickets; 400 names each parameter that makes no sense."""
    asked = TicketsForm(request.query_params, scope=scope_behind(request), today=today()).asked()
    size = request.query_params.get("size", str(PAGE_SIZE))
    problems = dict(asked.problems)
    if not (size.isascii() and size.isdigit() and len(size) < 5 and 1 <= int(size) <= LARGEST_PAGE):
        problems["size"] = f"A whole number from 1 to {LARGEST_PAGE}, please."
    if problems:
        raise ValidationError(problems)
    try:
        found = list_tickets(
            asked.wanted,
            scope=scope_behind(request),
            now=timezone.now(),
            after=request.query_params.get("after", ""),
            size=int(size),
        )
    except BadCursor as problem:
        raise ValidationError({"after": str(problem)}) from problem
    return Response(
        {
            "count": found.count,
            "count_is_capped": found.is_capped,
            "next": next_address(request, after=found.after),
            "results": [_row(row, request) for row in found.rows],
        }
    )


@extend_schema(responses=OpenApiTypes.OBJECT, operation_id="ticket")
@api_requires("sees_tickets")
@api_view(["GET"])
def ticket(request: Request, source: str, ref: str) -> Response:
    """One ticket: its facts, events, states and promises; 404 also when it is not the reader's."""
    try:
        found = find_ticket(source, ref, scope=scope_behind(request))
    except Ticket.DoesNotExist as error:
        raise Http404 from error
    page = ticket_page(found, scope=scope_behind(request), now=timezone.now())
    return Response(
        {
            **_facts(found),
            "status": page.status.label,
            **{cut: label.slug or None for cut, label in page.labels.items()},
            "events": [_moment(moment) for moment in page.moments],
            "events_left_out": page.moments_left_out,
            "states": [_state(state) for state in page.states],
            "promises": [_promise(promised) for promised in page.promises],
        }
    )


def _facts(ticket: Ticket) -> dict[str, Any]:
    return {
        "ref": ticket.ref,
        "created_at": ticket.created_at,
        "updated_at": ticket.updated_at,
        "waiting_since": ticket.waiting_since,
        "first_reply_at": ticket.first_reply_at,
        "first_solved_at": ticket.first_solved_at,
        "last_solved_at": ticket.last_solved_at,
        "first_closed_at": ticket.first_closed_at,
        **{name: getattr(ticket, name) for name in COUNTS},
    }


def _row(row: TicketRow, request: Request) -> dict[str, Any]:
    return {
        **_facts(row.ticket),
        "status": row.status.label,
        **{cut: getattr(row, cut).slug or None for cut in NAMED},
        "due_at": row.due.due_at if row.due else None,
        "due_kind": row.due.kind.label if row.due else None,
        "url": reverse("api-ticket", args=[row.source.slug, row.ticket.ref], request=request),
    }


def _moment(moment: Moment) -> dict[str, Any]:
    return {
        "at": moment.at,
        "type": moment.type.label,
        "actor_kind": moment.actor_kind.label,
        "actor": moment.actor,
        "is_public": moment.is_public,
        "sets": dict(moment.changes),
    }


def _state(state: State) -> dict[str, Any]:
    return {
        "start_at": state.start_at,
        "end_at": state.end_at,
        "status": state.status.label,
        **{cut: getattr(state, cut).slug or None for cut in ("team", "assignee", "priority")},
    }


def _promise(promised: Promised) -> dict[str, Any]:
    row = promised.row
    return {
        "kind": promised.kind.label,
        "run": row.run,
        "policy": promised.policy,
        "state": promised.state.label,
        **{name: getattr(row, name) for name in ("started_at", "due_at", "fulfilled_at", "decided_at")},
        **{name: getattr(row, name) for name in ("elapsed_s", "business_elapsed_s", "paused_s", "target_s")},
    }


COUNTS = (
    "public_replies",
    "requester_messages",
    "internal_notes",
    "touches",
    "reopens",
    "reassignments",
    "transfers",
)
