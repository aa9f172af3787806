"""The list of tickets, one ticket, and the proof of one promise."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from ops_dashboard.metrics.keyset import BadCursor
from ops_dashboard.metrics.query import Reader, today
from ops_dashboard.metrics.rendering.freshness import freshness_line
from ops_dashboard.metrics.saving import opened_with
from ops_dashboard.metrics.view_menu import view_menu
from ops_dashboard.people.access import requires
from ops_dashboard.people.requests import ReaderRequest, page_or_part
from tickets import showing
from tickets.forms import PLAIN, TicketsForm
from tickets.list_chips import list_chips
from tickets.lists import list_tickets
from tickets.models import Promise, Ticket
from tickets.pages import TICKETS
from tickets.proof_card import proof_card
from tickets.ticket_page import find_ticket, ticket_page
from tickets.vocabulary import PromiseKind


@require_safe
@requires("sees_tickets")
def tickets(request: ReaderRequest) -> HttpResponse:
    """The list; to htmx only what stands under the filter bar."""
    now = timezone.now()
    asked = TicketsForm(request.GET, scope=request.scope, today=today()).asked()
    views = view_menu(TICKETS, request.scope, address=request.path, querystring=asked.querystring, plain=PLAIN)
    if answer := opened_with(request, views):
        return answer
    try:
        found = list_tickets(asked.wanted, scope=request.scope, now=now, after=request.GET.get("after", ""))
    except BadCursor as problem:
        raise Http404(str(problem)) from problem
    query = request.GET.copy()
    query.pop("after", None)
    taken = asked.drill.taken if asked.drill else frozenset()
    context = {
        "asked": asked,
        "views": views,
        "found": found,
        "chips": list_chips(request.GET, asked.problems, scope=request.scope, taken=taken),
        "count": showing.count_words(found),
        "table": showing.list_table(found, now=now),
        "first_page": query.urlencode(),
        "is_first": "after" not in request.GET,
        "is_filtered": not asked.is_plain or bool(asked.problems),
        "drill": showing.drill_words(asked.drill, found) if asked.drill else "",
        "kept": showing.kept_fields(request.GET, asked.drill) if asked.drill else (),
        "freshness": freshness_line(Reader(request.scope).freshness, now=now),
    }
    return page_or_part(request, "tickets/list.html", "tickets/_list.html", context, shown_at=request.get_full_path())


@require_safe
@requires("sees_tickets")
def ticket(request: ReaderRequest, source: str, ref: str) -> HttpResponse:
    now = timezone.now()
    page = ticket_page(_found(request, source, ref), scope=request.scope, now=now)
    context = {
        "page": page,
        "source": source,
        "promises": showing.promise_lines(page),
        "states": showing.state_table(page.states),
        "moments": showing.moment_table(page.moments),
        "freshness": freshness_line(Reader(request.scope).freshness, now=now),
    }
    return render(request, "tickets/ticket.html", context)


@require_safe
@requires("sees_tickets")
def proof(request: ReaderRequest, source: str, ref: str, kind: str, run: int) -> HttpResponse:
    found = _found(request, source, ref)
    try:
        card = proof_card(found, PromiseKind.from_label(kind), run, scope=request.scope, now=timezone.now())
    except (KeyError, Promise.DoesNotExist) as error:
        raise Http404("This ticket has no such promise.") from error
    context = {
        "ticket": found,
        "source": source,
        "card": card,
        "name": showing.words(card.promised.kind),
        "drawn": showing.drawn_proof(card),
        "table": showing.proof_table(card),
    }
    return render(request, "tickets/proof.html", context)


def _found(request: ReaderRequest, source: str, ref: str) -> Ticket:
    """404 alike for a ticket that does not exist and for one that is not the reader's."""
    try:
        return find_ticket(source, ref, scope=request.scope)
    except Ticket.DoesNotExist as error:
        raise Http404("There is no such ticket, or it is not yours to see.") from error
