"""The tagging desk: one feedback at a time, the least certain first; and many at once by their words."""

from typing import Any

from django.contrib import messages
from django.contrib.postgres.search import SearchQuery
from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from insights import tagging
from insights.models import Area, Feedback, FeedbackSource, FeedbackTheme, Theme
from insights.tagging import BadTag
from insights.tagging_queue import Filters, choices, done_today, following, left, untagged
from insights.views.acting import actor
from insights.views.tagging_side import side
from ops_dashboard.people import audit
from ops_dashboard.people.access import requires
from ops_dashboard.people.requests import ReaderRequest
from tickets.models import Channel, Language

KEPT = ("source", "channel", "language", "area", "second")  # what the address keeps from one to the next
MOST = 50  # feedbacks of one bulk
Chips = list[tuple[str, str, list[tuple[str, str, bool]]]]  # name, label, options: value, words, chosen


@require_safe
@requires("may_tag", "sees_text")
def desk(request: ReaderRequest) -> HttpResponse:
    filters, user = Filters.of(request.GET.dict()), actor(request)
    waiting = left(filters, scope=request.scope, user=user)
    at, chips = request.GET.get("at", ""), _chips(filters)
    feedback = _at(request, at) if at else following(waiting)
    context = {
        "feedback": feedback,
        "is_again": bool(at),
        "choices": _numbered(feedback) if feedback else [],
        "mine": _mine(feedback, request) if feedback and at else [],
        "themes": sorted(theme_names()),
        "left": waiting.count(),
        "done": done_today(user),
        "chips": chips,
        "second": filters.second,
        "query": _query(request.GET),
        "words": _words(feedback, chips) if feedback else [],
    }
    return render(request, "insights/tagging.html", context | side())


@require_POST
@requires("may_tag", "sees_text")
def judge(request: ReaderRequest, pk: int) -> HttpResponse:
    """Take what was said of one feedback, and go on to the next; `add` and `remove` stay with it."""
    feedback = get_object_or_404(Feedback.objects.visible_to(request.scope), pk=pk)
    act = "remove" if "remove" in request.POST else request.POST.get("act", "tag")
    stays = act in ("add", "remove")
    try:
        _take(act, feedback, request)
    except BadTag as problem:
        messages.error(request, str(problem))
        stays = True
    return _to_desk(request, at=pk if stays else None)


@require_POST
@requires("may_tag", "sees_text")
def undo(request: ReaderRequest) -> HttpResponse:
    undone = tagging.undo(by=actor(request))
    if not undone:
        messages.error(request, "You have nothing to undo.")
    elif len(undone) == 1:
        messages.success(request, "Undone; this is the one.")
    else:
        messages.success(request, f"Undone for {len(undone)} feedbacks.")
    return _to_desk(request, at=undone[0] if len(undone) == 1 else None)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("may_tag", "sees_text")
def bulk(request: ReaderRequest) -> HttpResponse:
    """Untagged feedback with certain words, to be given one theme at once."""
    if request.method == "POST":
        return _tag_many(request)
    words = request.GET.get("q", "").strip()[:200]
    found: list[Feedback] = []
    if words:
        query = SearchQuery(words, config="simple", search_type="websearch")
        visible = untagged(Feedback.objects.visible_to(request.scope)).filter(search=query)
        found = list(visible.order_by("-occurred_at", "-id")[:MOST])
        audit.record(request.scope.username, "feedback_read", "tagging desk", feedback=[f.pk for f in found])
    context = {"found": found, "q": words, "themes": sorted(theme_names()), "most": MOST}
    return render(request, "insights/tagging_bulk.html", context)


def theme_names() -> dict[str, Theme]:
    """What a theme is called where one is typed: its name, and its parent's where two are called alike."""
    themes = list(Theme.objects.active().leaves().select_related("parent"))
    names = [theme.name.casefold() for theme in themes]
    return {
        t.name if names.count(t.name.casefold()) == 1 else f"{t.name} ({t.parent.name if t.parent else t.area})": t
        for t in themes
    }


def _take(act: str, feedback: Feedback, request: ReaderRequest) -> None:
    user = actor(request)
    match act:
        case "none":
            tagging.no_theme(feedback.pk, by=user)
            messages.success(request, "No theme fits the last one.")
        case "skip":
            tagging.skip(feedback.pk, by=user)
            messages.success(request, "Skipped; it comes back tomorrow.")
        case "add":
            tagging.add([feedback.pk], _theme(request.POST), by=user)
        case "remove":
            tagging.reject(feedback.pk, _chosen(request.POST["remove"]), by=user)
        case _:
            theme = _theme(request.POST)
            tagging.tag(feedback.pk, theme, by=user)
            messages.success(request, f"Tagged: {theme.name}.")


def _theme(told: QueryDict) -> Theme:
    """The typed theme, or the chosen one."""
    typed = told.get("theme", "").strip()
    if typed:
        known = {name.casefold(): theme for name, theme in theme_names().items()}
        if typed.casefold() not in known:
            raise BadTag(f"There is no theme '{typed[:80]}': choose one of the list.")
        return known[typed.casefold()]
    return _chosen(told.get("choice", ""))


def _chosen(pk: str) -> Theme:
    theme = Theme.objects.filter(pk=int(pk)).first() if pk.isdecimal() and len(pk) < 19 else None
    if theme is None:
        raise BadTag("Choose a theme first.")
    return theme


def _tag_many(request: ReaderRequest) -> HttpResponse:
    told = [int(pk) for pk in request.POST.getlist("feedback")[:MOST] if pk.isdecimal() and len(pk) < 19]
    ids = list(Feedback.objects.visible_to(request.scope).filter(pk__in=told).values_list("pk", flat=True))
    there = f"{reverse('tagging-bulk')}?{urlencode({'q': request.POST.get('q', '')[:200]})}"
    if not ids:
        messages.error(request, "Tick what it is to be said of.")
        return redirect(there)
    try:
        theme = _theme(request.POST)
        changed = tagging.add(ids, theme, by=actor(request))
        messages.success(request, f"{theme.name}: {changed} tagged. Undo takes all of them back.")
    except BadTag as problem:
        messages.error(request, str(problem))
    return redirect(there)


def _at(request: ReaderRequest, at: str) -> Feedback:
    return get_object_or_404(
        Feedback.objects.visible_to(request.scope), pk=int(at) if at.isdecimal() and len(at) < 19 else 0
    )


def _to_desk(request: ReaderRequest, *, at: int | None) -> HttpResponse:
    query = _query(request.GET)
    if at is not None:
        query = "&".join(filter(None, [query, urlencode({"at": at})]))
    return redirect(f"{reverse('tagging')}?{query}" if query else reverse("tagging"))


def _query(told: QueryDict) -> str:
    return urlencode({name: str(told[name]) for name in KEPT if told.get(name)})


def _numbered(feedback: Feedback) -> list[dict[str, Any]]:
    return [
        {
            "key": key,
            "theme": choice.theme,
            "said": "rule" if choice.confidence is None else f"{100 * choice.confidence:.0f} %",
            "confidence": choice.confidence,
        }
        for key, choice in enumerate(choices(feedback), start=1)
    ]


def _mine(feedback: Feedback, request: ReaderRequest) -> QuerySet[FeedbackTheme]:
    return feedback.tags.filter(user=actor(request), state=FeedbackTheme.State.ACCEPTED).select_related("theme")


def _words(feedback: Feedback, chips: Chips) -> list[str]:
    """Where it came from, in the words of the filters."""
    named = {(name, value): words for name, _, options in chips for value, words, _ in options}
    told = [named.get((name, str(getattr(feedback, name))), "") for name, _, _ in chips]
    rating = f"rated {feedback.rating}" if feedback.rating is not None else ""
    return [word for word in (*told, rating) if word]


def _chips(filters: Filters) -> Chips:
    """The filters that can be chosen."""
    named = (
        ("source", "Source", FeedbackSource.objects.order_by("name").values_list("slug", "name")),
        ("channel", "Channel", Channel.objects.order_by("label").values_list("pk", "label")),
        ("language", "Language", Language.objects.order_by("label").values_list("pk", "label")),
        ("area", "Area", Area.objects.order_by("name").values_list("slug", "name")),
    )
    return [
        (name, label, [(str(value), words, value == getattr(filters, name)) for value, words in options])
        for name, label, options in named
    ]
