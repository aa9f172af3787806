"""The list of feedback: filters, search and pages."""

from dataclasses import dataclass, field
from datetime import date

from django.contrib.postgres.search import SearchQuery
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.http import QueryDict

from insights.models import Feedback, FeedbackSource, FeedbackTheme, Theme, ThemeFact
from ops_dashboard.metrics.forms import period_word
from ops_dashboard.metrics.keyset import capped_count, page_after
from ops_dashboard.metrics.local_days import bounds
from ops_dashboard.metrics.periods import BadPeriod, Period, parse_period
from ops_dashboard.metrics.teams import TEAM
from ops_dashboard.people.roles import Scope
from tickets.dimensions import CHANNEL, LANGUAGE

PAGE_SIZE = 40
LONGEST_SEARCH = 200
UNTAGGED = "untagged"
RATINGS = ("1", "2", "3", "4", "5")


@dataclass
class Asked:
    """What the query string asks for. `problems` maps a parameter to what was wrong with it."""

    conditions: list[Q | Exists] = field(default_factory=list)
    search: str = ""
    period: Period | None = None
    problems: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class FeedbackPage:
    """One page. `count` is exact up to COUNT_CAP; beyond it `is_capped`, and there are more."""

    rows: tuple[Feedback, ...]
    count: int
    is_capped: bool
    after: str  # cursor of the next page; empty on the last one


def asked(data: QueryDict, *, today: date) -> Asked:
    """Parse the query string. A value that makes no sense is left out, with a message in `problems`."""
    found = Asked()
    _search(found, data)
    _period(found, data, today)
    _named(found, data)
    _themes(found, _words(data, "theme"))
    ratings = [word for word in _words(data, "rating") if word in RATINGS]
    if ratings:
        found.conditions.append(Q(rating__in=[int(word) for word in ratings]))
    return found


def list_feedback(wanted: Asked, *, scope: Scope, after: str = "", size: int = PAGE_SIZE) -> FeedbackPage:
    """The page of `wanted`, the latest first, that follows the cursor `after`. BadCursor."""
    matching: QuerySet[Feedback] = Feedback.objects.visible_to(scope)
    for condition in wanted.conditions:
        matching = matching.filter(condition)
    count, is_capped = capped_count(matching)
    tags = FeedbackTheme.objects.filter(state=FeedbackTheme.State.ACCEPTED).select_related("theme")
    listed = matching.defer("search").prefetch_related(Prefetch("tags", queryset=tags))
    rows, following = page_after(listed, after, column="occurred_at", size=size)
    return FeedbackPage(tuple(rows), count, is_capped, following)


def _words(data: QueryDict, name: str) -> list[str]:
    return [word for value in data.getlist(name) if (word := value.strip()) and "\0" not in word][:50]


def _search(found: Asked, data: QueryDict) -> None:
    text = data.get("q", "").replace("\0", " ").strip()
    if len(text) > LONGEST_SEARCH:
        found.problems["q"] = f"At most {LONGEST_SEARCH} characters, please."
    elif text:
        found.search = text
        found.conditions.append(Q(search=SearchQuery(text, config="simple", search_type="websearch")))


def _period(found: Asked, data: QueryDict, today: date) -> None:
    if not (word := period_word(data)):
        return
    try:
        found.period = parse_period(word, today=today)
    except BadPeriod as problem:
        found.problems["period"] = str(problem)
        return
    start, end = bounds(found.period.start, found.period.end)
    found.conditions.append(Q(occurred_at__gte=start, occurred_at__lt=end))


def _named(found: Asked, data: QueryDict) -> None:
    for name in ("source", "area"):
        if words := _words(data, name):
            found.conditions.append(Q(**{f"{name}__in": words}))
    for name, dimension in (("team", TEAM), ("channel", CHANNEL), ("language", LANGUAGE)):
        if words := _words(data, name):
            codes = dimension.codes(words)
            if unknown := [word for word in words if word not in codes]:
                found.problems[name] = f"There is no {name} {unknown[0][:80]!r}."
            if codes:
                found.conditions.append(Q(**{f"{name}__in": codes.values()}))


def _themes(found: Asked, words: list[str]) -> None:
    """Any of the themes, as figures count them; `untagged` for feedback without one."""
    if not words:
        return
    counted = ThemeFact.objects.filter(feedback=OuterRef("id"))
    themes = dict(Theme.objects.filter(slug__in=words).values_list("slug", "id"))
    if unknown := [word for word in words if word != UNTAGGED and word not in themes]:
        found.problems["theme"] = f"There is no theme {unknown[0][:80]!r}."
    either = Q()
    if themes:
        either |= Q(Exists(counted.filter(theme__in=themes.values())))
    if UNTAGGED in words:
        either |= ~Q(Exists(counted))
    if either:
        found.conditions.append(either)


def source_names() -> dict[str, str]:
    return dict(FeedbackSource.objects.values_list("slug", "name"))
