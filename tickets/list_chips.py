"""The filter bar of the list of tickets."""

from collections.abc import Callable, Iterable, Sequence

from django.http import QueryDict

from ops_dashboard.metrics import kept_values, slices
from ops_dashboard.metrics.chips import Chip, Choice
from ops_dashboard.metrics.definitions import Dimension
from ops_dashboard.metrics.forms import PERIODS
from ops_dashboard.metrics.teams import TEAM
from ops_dashboard.people.models import Agent
from ops_dashboard.people.roles import Scope
from tickets.dimensions import CHANNEL, LANGUAGE, PRIORITY, REASON, SOURCE
from tickets.forms import ANY_WAIT, SPANS, STATUS_GROUPS, UNDER
from tickets.vocabulary import PromiseKind, Status
from tickets.wanted import PromiseIs, Sort

Pairs = Sequence[tuple[str, str]]

SPAN_WORDS = {
    "1h": "1 hour",
    "4h": "4 hours",
    "1d": "1 day",
    "2d": "2 days",
    "3d": "3 days",
    "7d": "7 days",
    "14d": "14 days",
    "30d": "30 days",
}
SORTS = (
    (Sort.CREATED.value, "newest first"),
    (Sort.UPDATED.value, "latest touched first"),
    (Sort.WAITING.value, "longest waiting first"),
    (Sort.DUE.value, "due soonest first"),
)
PROMISES = (
    (PromiseIs.RUNNING.value, "running"),
    (PromiseIs.DUE_1H.value, "due within 1 hour"),
    (PromiseIs.DUE_4H.value, "due within 4 hours"),
    (PromiseIs.DUE_24H.value, "due within 24 hours"),
    (PromiseIs.OVERDUE.value, "overdue"),
    (PromiseIs.PAUSED.value, "paused"),
    (PromiseIs.MET.value, "met"),
    (PromiseIs.MISSED.value, "missed"),
)


def list_chips(
    data: QueryDict, problems: dict[str, str], *, scope: Scope, taken: frozenset[str] = frozenset()
) -> list[Chip]:
    """One chip for every filter this reader may use, and the order; none for what a figure has `taken`."""
    chips = [chip for chip in _all_chips(data, problems, scope) if chip.name not in taken]
    return [*_slice_chips(_Bar(data, problems)), *chips]


def _slice_chips(bar: "_Bar") -> Iterable[Chip]:
    """What a figure is sliced by, which can only be left out."""
    for name, label in ((slices.HOUR, "Hour"), (slices.AT_LEAST, "At least"), (slices.UNDER, "Under")):
        word = bar.said(name)
        if name in bar.problems:
            yield bar.one(name, label, [])
        elif said := slices.spoken(word):
            yield bar.one(name, label, [(word, said)])


def _all_chips(data: QueryDict, problems: dict[str, str], scope: Scope) -> list[Chip]:
    bar = _Bar(data, problems)
    statuses = [(group, group.capitalize()) for group in STATUS_GROUPS]
    statuses += [(status.label, status.label.capitalize()) for status in Status]
    chips = [
        bar.many("status", "Status", statuses),
        bar.many("team", "Team", _pairs(TEAM, scope.sees_team)),
        bar.many("channel", "Channel", _pairs(CHANNEL)),
        bar.many("priority", "Priority", reversed(_pairs(PRIORITY))),
        bar.many("reason", "Reason", _pairs(REASON)),
        bar.many("language", "Language", _pairs(LANGUAGE)),
        *bar.lasting("waiting", "Waiting", [(ANY_WAIT, "at all")]),
        *bar.lasting("age", "Age"),
        *bar.lasting("stale", "Untouched"),
        bar.one("promise", "Promise", PROMISES),
        bar.one("kind", "Kind", [(kind.label, kind.label.replace("_", " ").capitalize()) for kind in PromiseKind]),
        bar.one("created", "Created", PERIODS),
        bar.one("solved", "Solved", PERIODS),
        bar.one("sort", "Order", SORTS, default=Sort.CREATED.value),
    ]
    if scope.sees_people:
        chips.insert(2, bar.many("assignee", "Assignee", _agents(scope.teams)))
    sources = _pairs(SOURCE)
    if len(sources) > 1:
        chips.append(bar.many("source", "Source", sources))
    return chips


def _pairs(cut: Dimension, may_choose: Callable[[int], bool] = lambda code: True) -> list[tuple[str, str]]:
    return [(slug, label) for code, slug, label in kept_values.every(cut) if may_choose(code)]


def _agents(teams: frozenset[int] | None) -> list[tuple[str, str]]:
    """Who works now, of these teams or of all, as it stood at most NOW_S ago."""
    agents = Agent.objects.filter(is_active=True)
    if teams is not None:
        agents = agents.filter(memberships__team__in=teams).distinct()
    pairs = agents.order_by("name").values_list("slug", "name")
    return kept_values.kept_for_now(f"agents:{teams and sorted(teams)}", lambda: list(pairs))


class _Bar:
    """Makes chips from what the query string says."""

    def __init__(self, data: QueryDict, problems: dict[str, str]) -> None:
        self._data, self.problems = data, problems

    def said(self, name: str) -> str:
        return self._data.get(name, "").strip()

    def lasting(self, name: str, label: str, pairs: Pairs = ()) -> Iterable[Chip]:
        """From how long on; until how long only where the address says so."""
        yield self.one(name, label, [*pairs, *((word, f"over {SPAN_WORDS[word]}") for word in SPANS)])
        if self.said(name + UNDER):
            spans = [(word, SPAN_WORDS[word]) for word in SPANS]
            yield self.one(name + UNDER, f"{label} under", spans)

    def many(self, name: str, label: str, pairs: Iterable[tuple[str, str]]) -> Chip:
        chosen = set(self._data.getlist(name))
        choices = tuple(Choice(value, text, value in chosen) for value, text in (*pairs, *NONE_OF.get(name, ())))
        return self._chip(name, label, choices, default="all", many=True)

    def one(self, name: str, label: str, pairs: Pairs, *, default: str = "") -> Chip:
        chosen = self._data.get(name) or default
        anything = () if default else (Choice("", "any", not chosen),)
        known = tuple(Choice(value, text, value == chosen) for value, text in pairs)
        if chosen and not any(choice.chosen for choice in known) and name not in self.problems:
            known += (Choice(chosen, chosen, True),)  # a period typed as dates
        return self._chip(name, label, (*anything, *known), default="any")

    def _chip(self, name: str, label: str, choices: tuple[Choice, ...], *, default: str, many: bool = False) -> Chip:
        said = [choice.label for choice in choices if choice.chosen and choice.value]
        value = default if not said else ", ".join(said) if len(said) <= 2 else f"{len(said)} of {len(choices)}"
        problem = self.problems.get(name, "")
        return Chip(name, label, value, choices, many=many, problem=problem, active=bool(said) and name != "sort")


_NONE = (("none", "None"),)
NONE_OF: dict[str, Pairs] = dict.fromkeys(("team", "assignee", "channel", "priority", "reason", "language"), _NONE)
