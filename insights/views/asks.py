"""The asks: what waits for me, what waits for others, and every answer."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST, require_safe

from insights import asks
from insights.asks import BadStep
from insights.forms import AnswerForm
from insights.letter import effect_words
from insights.models import Ask
from insights.views.acting import actor, back, complain
from ops_dashboard.metrics.query import today
from ops_dashboard.metrics.rendering.numbers import plural
from ops_dashboard.people.access import requires
from ops_dashboard.people.requests import ReaderRequest
from ops_dashboard.people.roles import Scope

TONES = {"open": "warning", "accepted": "accent", "declined": "worse", "shipped": "accent", "closed": ""}
ANSWERS = ("accept", "decline", "ship")  # a partner's
KEEPING = ("close", "reopen")  # an analyst's


@require_safe
@requires("sees_insights")
def listing(request: ReaderRequest) -> HttpResponse:
    found = Ask.objects.visible_to(request.scope).select_related("owner", "insight", "effect", "program")
    lines = [line(ask, request.scope) for ask in found.prefetch_related("steps__by")]
    waiting = [row for row in lines if row["ask"].status == Ask.Status.OPEN]
    moving = [row for row in lines if row["ask"].status in (Ask.Status.ACCEPTED, Ask.Status.SHIPPED)]
    done = [row for row in lines if row["ask"].status in (Ask.Status.DECLINED, Ask.Status.CLOSED)]
    context = {
        "groups": [
            ("Wait for your answer" if request.scope.may_answer else "Wait for an answer", waiting),
            ("Accepted and shipped", moving),
            ("Declined and closed", done),
        ],
        "may_answer": request.scope.may_answer,
        "count": len(lines),
    }
    return render(request, "insights/asks.html", context)


@require_POST
@requires("sees_insights")
def step(request: ReaderRequest, pk: int, step: str) -> HttpResponse:
    """A partner answers within its areas; whoever keeps insights closes and asks again."""
    if step not in (*ANSWERS, *KEEPING):
        raise Http404("There is no such step.")
    if not (request.scope.may_answer if step in ANSWERS else request.scope.may_tag):
        raise PermissionDenied("Partners answer asks; analysts close them and ask again.")
    ask = get_object_or_404(Ask.objects.visible_to(request.scope), pk=pk)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        complain(request, form)
        return back(request, "asks")
    try:
        after = _take(step, ask, form.cleaned_data, request)
        messages.success(request, f"{after.get_status_display()}: {after.question}")
    except BadStep as problem:
        messages.error(request, str(problem))
    return back(request, "asks")


def _take(step: str, ask: Ask, told: dict[str, Any], request: ReaderRequest) -> Ask:
    by, note = actor(request), told["note"]
    match step:
        case "accept":
            return asks.accept(ask, by=by, note=note)
        case "decline":
            return asks.decline(ask, by=by, reason=note)
        case "ship":
            return asks.ship(ask, by=by, on=told["shipped_on"] or today(), note=note)
        case "close":
            return asks.close(ask, by=by, note=note)
        case _:
            return asks.reopen(ask, by=by, note=note)


def line(ask: Ask, scope: Scope) -> dict[str, Any]:
    """One ask as its fragment prints it, with the steps that this reader may take."""
    effect = getattr(ask, "effect", None)
    status = Ask.Status(ask.status)
    return {
        "ask": ask,
        "tone": "worse" if ask.is_late(today()) else TONES[ask.status],
        "is_late": ask.is_late(today()),
        "age": plural((today() - ask.opened_at.date()).days, "day"),
        "steps": list(ask.steps.all()),
        "effect": effect_words(effect.told() if effect else None),
        "may_accept": scope.may_answer and status == Ask.Status.OPEN,
        "may_decline": scope.may_answer and status in (Ask.Status.OPEN, Ask.Status.ACCEPTED),
        "may_ship": scope.may_answer and status == Ask.Status.ACCEPTED,
        "may_close": scope.may_tag and status in (Ask.Status.OPEN, Ask.Status.DECLINED, Ask.Status.SHIPPED),
        "may_reopen": scope.may_tag and status in (Ask.Status.DECLINED, Ask.Status.CLOSED),
        "today": today(),
    }
