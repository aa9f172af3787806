"""The asks: what waits for me, what waits for others, and every answer."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST, require_safe

from insights import asks
from insights.asks import BadStep, Kind
from insights.forms import AnswerForm
from insights.letter import asked_words, effect_words
from insights.models import Ask, Effect, Insight, Theme
from insights.models.loop import AskQuerySet, area_name
from insights.views.acting import actor, back, complain
from ops_dashboard.metrics.local_days import day_at
from ops_dashboard.metrics.query import today
from ops_dashboard.metrics.rendering.numbers import day, fixed, places_for, plural, whole
from ops_dashboard.people.access import requires
from ops_dashboard.people.requests import ReaderRequest
from ops_dashboard.people.roles import Scope

TONES = {"open": "warning", "accepted": "accent", "declined": "worse", "shipped": "accent", "closed": ""}
ANSWERS = ("accept", "decline", "ship", "tell")  # a partner's
KEEPING = ("close", "reopen")  # an analyst's


@require_safe
@requires("sees_insights")
def listing(request: ReaderRequest) -> HttpResponse:
    every = lines(Ask.objects.all(), request.scope)
    waiting = [row for row in every if row["ask"].status == Ask.Status.OPEN]
    moving = [row for row in every if row["ask"].status in (Ask.Status.ACCEPTED, Ask.Status.SHIPPED)]
    done = [row for row in every if row["ask"].status in (Ask.Status.DECLINED, Ask.Status.CLOSED)]
    context = {
        "groups": [
            ("Wait for your answer" if request.scope.may_answer else "Wait for an answer", waiting),
            ("Accepted and shipped", moving),
            ("Declined and closed", done),
        ],
        "may_answer": request.scope.may_answer,
        "count": len(every),
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
            return asks.ship(ask, by=by, on=told["shipped_on"] or today(), note=note, users_told=told["users_told"])
        case "tell":
            return asks.tell_users(ask, by=by, count=told["users_told"])
        case "close":
            return asks.close(ask, by=by, note=note)
        case _:
            return asks.reopen(ask, by=by, note=note)


def lines(found: AskQuerySet, scope: Scope) -> list[dict[str, Any]]:
    """The asks that this reader may see, as their fragment prints them. Three queries."""
    told = found.visible_to(scope).annotate(area_name=area_name())
    told = told.select_related("owner", "insight", "effect", "program").prefetch_related("steps__by")
    asks_told = list(told)
    slugs = {slug for ask in asks_told for slug in ask.registered.get("themes", [])}
    names = dict(Theme.objects.filter(slug__in=slugs).values_list("slug", "name")) if slugs else {}
    return [_line(ask, scope, names) for ask in asks_told]


def _line(ask: Any, scope: Scope, names: dict[str, str]) -> dict[str, Any]:
    effect = getattr(ask, "effect", None)
    is_shelved = ask.insight.state == Insight.State.SHELVED
    return {
        "ask": ask,
        "tone": "worse" if ask.is_late(today()) else TONES[ask.status],
        "is_late": ask.is_late(today()),
        "asked": asked_words((today() - day_at(ask.opened_at)).days),
        "steps": list(ask.steps.all()),
        "effect": effect_words(effect.told(small_hidden=scope.small_cells_hidden) if effect else None),
        "counted": counted_words(effect, scope),
        "program": ask.program if ask.program and scope.sees_area(ask.program.area) else None,
        "judged": _judged(ask.registered, names),
        "told": "" if ask.users_told is None else f"{plural(ask.users_told, 'user')} told that it is mended.",
        "may_accept": scope.may_answer and asks.follows(Kind.ACCEPTED, ask),
        "may_decline": scope.may_answer and asks.follows(Kind.DECLINED, ask),
        "may_ship": scope.may_answer and asks.follows(Kind.SHIPPED, ask),
        "may_tell": scope.may_answer and ask.status == Ask.Status.SHIPPED,
        "may_close": scope.may_tag and asks.follows(Kind.CLOSED, ask),
        "may_reopen": scope.may_tag and asks.follows(Kind.REOPENED, ask) and not is_shelved,
        "today": today(),
    }


def _judged(registered: dict[str, Any], names: dict[str, str]) -> str:
    """By what the change will be judged, as it was written down; "" before somebody accepts."""
    if not registered.get("rule"):
        return ""
    on = day(date.fromisoformat(registered["on"]), year=True)
    themes = ", ".join(names.get(slug, slug) for slug in registered["themes"])
    return f"Written down on {on}, before anybody knew: {registered['rule']} Themes: {themes}."


def counted_words(effect: Effect | None, scope: Scope) -> str:
    """`Before 53 of 2,289 contacts (23.2 per 1,000), after 22 of 2,605 (8.4)`; "" where too few to show."""
    if effect is None or not effect.base_contacts or not effect.after_contacts:
        return ""
    if scope.small_cells_hidden and effect.is_small:
        return ""
    before = f"{whole(effect.base_count)} of {plural(effect.base_contacts, 'contact')}"
    after = f"{whole(effect.after_count)} of {whole(effect.after_contacts)}"
    rates = [1000 * effect.base_count / effect.base_contacts, 1000 * effect.after_count / effect.after_contacts]
    places = places_for(rates)
    said = [fixed(rate, places) for rate in rates]
    return f"Before {before} ({said[0]} per 1,000), after {after} ({said[1]})"
