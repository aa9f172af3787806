"""Words for the codes of many rows at once, however many rows."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from ops_dashboard.metrics import kept_values
from ops_dashboard.metrics.teams import TEAM
from ops_dashboard.people.roles import Scope
from tickets.dimensions import AGENT, CHANNEL, LANGUAGE, PRIORITY, REASON, SOURCE

NAMED = {
    "source": SOURCE,
    "team": TEAM,
    "assignee": AGENT,
    "priority": PRIORITY,
    "channel": CHANNEL,
    "language": LANGUAGE,
    "reason": REASON,
}
SOMEBODY = ("agent", "an agent")


@dataclass(frozen=True)
class Label:
    """A value of a cut as URLs and as people write it; both empty for none."""

    slug: str = ""
    text: str = ""

    def __str__(self) -> str:
        return self.text

    def __bool__(self) -> bool:
        return bool(self.slug)


NO_LABEL = Label()


class Labels:
    """`labels("team", 7)` after at most one look-up per cut. An agent is named to whom it may be."""

    def __init__(self, found: Mapping[str, Mapping[int, Label]]) -> None:
        self._found = found

    def __call__(self, cut: str, code: int | None) -> Label:
        return self._found.get(cut, {}).get(code or 0, NO_LABEL)

    @classmethod
    def of(cls, codes: Mapping[str, Iterable[int | None]], *, scope: Scope) -> "Labels":
        """Labels of the codes that stand under each cut of NAMED."""
        found = {}
        for cut, values in codes.items():
            wanted = {value for value in values if value and value > 0}
            named = kept_values.labels(NAMED[cut], wanted) if wanted else {}
            found[cut] = {code: Label(*pair) for code, pair in named.items()}
        if "assignee" in found:
            found["assignee"] = _as_seen_by(scope, found["assignee"])
        return cls(found)


def _as_seen_by(scope: Scope, agents: Mapping[int, Label]) -> dict[int, Label]:
    """Agents by name for readers of people's figures and for themselves; otherwise merely somebody."""
    is_named: Callable[[int], bool] = lambda code: scope.sees_people or code == scope.agent_id  # noqa: E731
    return {code: label if is_named(code) else Label(*SOMEBODY) for code, label in agents.items()}
