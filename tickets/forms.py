"""The query string of the list of tickets -> what is wanted. Page and API parse it here.

`?status=unsolved&team=a&team=b&waiting=4h&promise=overdue&created=last-28-days&sort=due`. A value
that makes no sense is left out, with a message under its name in `problems`. How long something lasts is
said from and to: `age=3d&age-under=7d`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TypeVar
from urllib.parse import urlencode

from django.http import QueryDict

from ops_dashboard.metrics import slices
from ops_dashboard.metrics.local_days import bounds
from ops_dashboard.metrics.periods import BadPeriod, parse_period
from ops_dashboard.metrics.questions import names_people
from ops_dashboard.people.roles import Scope
from tickets.drill import BadDrill, Drill, behind
from tickets.labels import NAMED
from tickets.vocabulary import DONE, GONE, UNSOLVED, PromiseKind, Status
from tickets.wanted import Lasting, PromiseIs, Sort, Wanted

Value = TypeVar("Value")

STATUS_GROUPS = {"unsolved": UNSOLVED, "done": DONE, "gone": GONE}
SPANS = {
    "1h": timedelta(hours=1),
    "4h": timedelta(hours=4),
    "1d": timedelta(days=1),
    "2d": timedelta(days=2),
    "3d": timedelta(days=3),
    "7d": timedelta(days=7),
    "14d": timedelta(days=14),
    "30d": timedelta(days=30),
}
ANY_WAIT = "any"
UNDER = "-under"
NOTHING: tuple[int, ...] = ()
METRIC = "metric"
_OF_NO_FIGURE = "That is a slice of a figure, and none is named."
LONGEST_REF = 120
PLAIN = urlencode({"sort": Sort.CREATED.value})  # what the list asks by itself


@dataclass(frozen=True)
class AskedTickets:
    """`problems` maps a parameter to what was wrong with it; `understood` are the parameters that made sense."""

    wanted: Wanted
    problems: dict[str, str] = field(default_factory=dict)
    drill: Drill | None = None
    understood: tuple[tuple[str, str], ...] = ()

    @property
    def querystring(self) -> str:
        """Canonical: the figure asked about, then what the list adds, in fixed order."""
        own = urlencode([*self.understood, ("sort", self.wanted.sort.value)])
        if self.drill is None:
            return own
        return f"metric={self.drill.metric.slug}&{self.drill.asked.querystring}&{own}"

    @property
    def is_plain(self) -> bool:
        """Whether nothing is asked but the list."""
        return self.querystring == PLAIN

    @property
    def names_people(self) -> bool:
        """Whether an agent is asked for, by the list's own filter or the figure's."""
        return "assignee" in dict(self.understood) or names_people(self.querystring)

    @property
    def refusal(self) -> str:
        """Why no figure is listed although one was named."""
        return self.problems.get(METRIC, "") or " ".join(self.drill.problems.values() if self.drill else ())


class TicketsForm:
    """Parses a query string for one reader."""

    def __init__(self, data: QueryDict, *, scope: Scope, today: date) -> None:
        self._data, self._scope, self._today = data, scope, today
        self._problems: dict[str, str] = {}
        self._understood: list[tuple[str, str]] = []
        self._taken: frozenset[str] = frozenset()

    def asked(self) -> AskedTickets:
        drill = self._drill()
        wanted = Wanted(
            ids=drill.tickets if drill else NOTHING if METRIC in self._problems else None,
            statuses=self._statuses(),
            codes=self._codes(),
            created=self._period("created"),
            solved=self._period("solved"),
            age=self._lasting("age", SPANS),
            waiting=self._lasting("waiting", [ANY_WAIT, *SPANS]),
            stale=self._lasting("stale", SPANS),
            promise=self._choice("promise", PromiseIs, PromiseIs),
            promise_kind=self._choice("kind", PromiseKind.from_label, [kind.label for kind in PromiseKind]),
            ref=self._ref(),
            sort=self._choice("sort", Sort, Sort) or Sort.CREATED,
        )
        understood = tuple(pair for pair in self._understood if pair[0] != "sort")
        return AskedTickets(wanted, self._problems, drill, understood)

    def _drill(self) -> Drill | None:
        """The figure asked about. One that cannot be had lists nothing, rather than everything."""
        try:
            drill = behind(self._data, scope=self._scope, today=self._today)
        except BadDrill as problem:
            self._problems[METRIC] = str(problem)
            return None
        if drill is None:
            self._problems |= dict.fromkeys((name for name in slices.NAMES if self._text(name)), _OF_NO_FIGURE)
            return None
        self._problems |= drill.problems
        parts = [(name, self._text(name)) for name in slices.NAMES if name not in drill.problems]
        self._understood += [(name, word) for name, word in parts if word]
        self._taken = drill.taken
        return drill

    def _statuses(self) -> frozenset[Status]:
        found: set[Status] = set()
        for word in self._words("status"):
            group = STATUS_GROUPS.get(word)
            if group is None and word not in _STATUS_WORDS:
                known = ", ".join([*STATUS_GROUPS, *(status.label for status in Status)])
                self._problems["status"] = f"{word!r} is none of {known}."
                continue
            found |= group or {Status.from_label(word)}
            self._understood.append(("status", word))
        return frozenset(found)

    def _codes(self) -> tuple[tuple[str, frozenset[int]], ...]:
        cuts = []
        for cut, dimension in NAMED.items():
            slugs = self._words(cut)
            if not slugs:
                continue
            if cut == "assignee" and not self._scope.sees_people:
                self._problems[cut] = "Your role may not list tickets by agent."
                continue
            known = dimension.codes([slug for slug in slugs if slug != "none"])
            if unknown := [slug for slug in slugs if slug != "none" and slug not in known]:
                self._problems[cut] = f"There is no {dimension.label.lower()} {unknown[0]!r}."
            codes = {*known.values(), *([0] if "none" in slugs else [])}
            if codes:
                cuts.append((cut, frozenset(codes)))
                self._understood += [(cut, slug) for slug in slugs if slug == "none" or slug in known]
        return tuple(cuts)

    def _period(self, name: str) -> tuple[datetime, datetime] | None:
        if not (word := self._text(name)):
            return None
        try:
            period = parse_period(word, today=self._today)
        except BadPeriod as problem:
            self._problems[name] = str(problem)
            return None
        self._understood.append((name, word))
        return bounds(period.start, period.end)

    def _lasting(self, name: str, known: Iterable[str]) -> Lasting:
        at_least = self._choice(name, _span, known)
        under = self._choice(name + UNDER, _span, SPANS)
        if at_least is not None and under is not None and at_least >= under:
            said = f"{self._text(name)} and under {self._text(name + UNDER)}"
            self._problems[name + UNDER] = f"Nothing lasts at least {said}."
            self._understood.pop()
            under = None
        return Lasting(at_least, under)

    def _choice(self, name: str, read: Callable[[str], Value], known: Iterable[str]) -> Value | None:
        """The value of a word among `known`; None without one."""
        word = self._text(name)
        if not word:
            return None
        if word not in set(known):
            self._problems[name] = f"{word!r} is none of {', '.join(known)}."
            return None
        self._understood.append((name, word))
        return read(word)

    def _ref(self) -> str:
        ref = self._text("ref")
        self._understood += [("ref", ref)] if ref else []
        return ref

    def _words(self, name: str) -> list[str]:
        if name in self._taken:
            return []
        return sorted({word.strip() for word in self._data.getlist(name) if word.strip()})

    def _text(self, name: str) -> str:
        text = "" if name in self._taken else self._data.get(name, "").strip()
        if len(text) > LONGEST_REF or "\x00" in text:
            self._problems[name] = f"At most {LONGEST_REF} characters, please."
            return ""
        return text


def _span(word: str) -> timedelta:
    return timedelta() if word == ANY_WAIT else SPANS[word]


_STATUS_WORDS = frozenset(status.label for status in Status)
