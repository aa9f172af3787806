"""Feedback: what people told us, to search and to read."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.http import Http404, HttpResponse, QueryDict
from django.views.decorators.http import require_safe

from insights.feedback_list import RATINGS, UNTAGGED, Asked, FeedbackPage, asked, list_feedback, source_names
from insights.models import Area, Feedback, Theme
from ops_dashboard.metrics.chips import Chip, any_of, any_period
from ops_dashboard.metrics.forms import period_word
from ops_dashboard.metrics.keyset import COUNT_CAP, BadCursor
from ops_dashboard.metrics.query import today
from ops_dashboard.metrics.rendering.numbers import whole
from ops_dashboard.people.access import requires
from ops_dashboard.people.models import Team
from ops_dashboard.people.requests import ReaderRequest, page_or_part
from ops_dashboard.people.roles import Scope
from tickets.labels import Labels
from tickets.models import Channel, Language, Ticket

SHOWN_WORDS = 1_200


@dataclass(frozen=True)
class Voice:
    """One feedback as the page prints it."""

    text: str
    at: datetime
    source: str
    cuts: tuple[str, ...]
    themes: tuple[str, ...]
    ticket: tuple[str, str] | None


@require_safe
@requires("sees_insights", "sees_text")
def feedback(request: ReaderRequest) -> HttpResponse:
    """The list; to htmx only what stands under the filter bar."""
    wanted = asked(request.GET, today=today())
    try:
        found = list_feedback(wanted, scope=request.scope, after=request.GET.get("after", ""))
    except BadCursor as problem:
        raise Http404(str(problem)) from problem
    query = request.GET.copy()
    query.pop("after", None)
    names, areas = source_names(), dict(Area.objects.order_by("name").values_list("slug", "name"))
    context = {
        "asked": wanted,
        "found": found,
        "voices": list(_voices(found.rows, names, areas, request)),
        "chips": _chips(request.GET, wanted, names, areas, request.scope),
        "count": count_words(found),
        "first_page": query.urlencode(),
        "is_first": "after" not in request.GET,
        "raises": urlencode([("theme", slug) for slug in request.GET.getlist("theme") if slug != UNTAGGED])
        if request.scope.may_tag
        else "",
        "is_filtered": bool(query),
    }
    here = request.get_full_path()
    return page_or_part(request, "insights/feedback.html", "insights/_feedback.html", context, shown_at=here)


def count_words(found: FeedbackPage) -> str:
    """`1,204 voices`, or honestly `10,000+ voices`."""
    if found.is_capped:
        return f"{whole(COUNT_CAP)}+ pieces of feedback"
    return f"{whole(found.count)} piece{'' if found.count == 1 else 's'} of feedback"


def _voices(
    rows: Iterable[Feedback], names: dict[str, str], areas: dict[str, str], request: ReaderRequest
) -> Iterable[Voice]:
    rows = list(rows)
    cuts = ("channel", "language", "team")
    labels = Labels.of({cut: [getattr(row, cut) for row in rows] for cut in cuts}, scope=request.scope)
    tickets = _tickets(rows, request)
    for row in rows:
        said = [labels(cut, getattr(row, cut)).text for cut in cuts]
        rated = [f"rated {row.rating}"] if row.rating is not None else []
        yield Voice(
            text=row.text if len(row.text) <= SHOWN_WORDS else row.text[:SHOWN_WORDS] + " …",
            at=row.occurred_at,
            source=names.get(row.source, row.source),
            cuts=tuple(word for word in (*said, areas.get(row.area, row.area), *rated) if word),
            themes=tuple(sorted({tag.theme.name for tag in row.tags.all()})),
            ticket=tickets.get(row.ticket or 0),
        )


def _tickets(rows: Iterable[Feedback], request: ReaderRequest) -> dict[int, tuple[str, str]]:
    """Source and ref of the tickets that the reader may see."""
    wanted = [row.ticket for row in rows if row.ticket]
    found = list(Ticket.objects.ever_visible_to(request.scope).filter(id__in=wanted).values_list("id", "source", "ref"))
    labels = Labels.of({"source": [source for _, source, _ in found]}, scope=request.scope)
    return {number: (labels("source", source).slug, ref) for number, source, ref in found}


def _chips(data: QueryDict, wanted: Asked, names: dict[str, str], areas: dict[str, str], scope: Scope) -> list[Chip]:
    def many(name: str, label: str, offered: Iterable[tuple[str, str]]) -> Chip:
        return any_of(name, label, offered, data.getlist(name), problem=wanted.problems.get(name, ""))

    themes = [(UNTAGGED, "Without a theme"), *Theme.objects.active().order_by("name").values_list("slug", "name")]
    return [
        any_period(period_word(data), wanted.period, label="Period", problem=wanted.problems.get("period", "")),
        many("theme", "Theme", themes),
        many("source", "Source", sorted(names.items())),
        many("area", "Product area", areas.items()),
        many("team", "Team", Team.objects.visible_to(scope).exclude(support_function="").values_list("slug", "name")),
        many("channel", "Channel", Channel.objects.order_by("label").values_list("slug", "label")),
        many("language", "Language", Language.objects.order_by("label").values_list("slug", "label")),
        many("rating", "Rating", [(word, word) for word in RATINGS]),
    ]
