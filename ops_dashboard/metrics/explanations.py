"""Asks both periods of one metric and splits the change."""

from dataclasses import dataclass, replace

from ops_dashboard.metrics.definitions import Level, Metric, Quantile, Ratio, Total, registry
from ops_dashboard.metrics.explain import Effect, Part, amount_effects, driven_effects, ratio_effects
from ops_dashboard.metrics.periods import Period
from ops_dashboard.metrics.query import BadQuery, Query, Reader
from ops_dashboard.metrics.result import Figure, Result

WITHHELD = "withheld"  # the key of what is kept back, all of it together


@dataclass(frozen=True)
class Explanation:
    """A change and its effects, the largest first; they add up to `after - before`."""

    before: Figure
    after: Figure
    effects: tuple[Effect, ...]

    @property
    def change(self) -> float | None:
        if self.before.value is None or self.after.value is None:
            return None
        return self.after.value - self.before.value


def explain(query: Query, *, against: Period, by: str, reader: Reader) -> Explanation:
    """Why `query` over its period differs from the same over `against`, by one cut."""
    metric = registry.metric(query.metric)
    if isinstance(metric, Quantile | Level):
        raise BadQuery(f"{metric.slug} is a {type(metric).__name__.lower()}; its change does not split into parts.")
    after = reader.run(replace(query, by=(by,), compare=None))
    before = reader.run(replace(query, by=(by,), period=against, compare=None))
    effects = _effects(metric, before, after) if _is_told(before, after) else []
    return Explanation(before.total, after.total, tuple(sorted(effects, key=lambda effect: -abs(effect.total))))


def _effects(metric: Metric, before: Result, after: Result) -> list[Effect]:
    is_driven = isinstance(metric, Total) and bool(metric.driver)
    parts = _parts(before, after, is_ratio=is_driven or isinstance(metric, Ratio))
    if is_driven:
        return driven_effects(parts)
    return ratio_effects(parts) if isinstance(metric, Ratio) else amount_effects(parts)


def _is_told(*results: Result) -> bool:
    return not any(result.total.is_withheld for result in results)


def _parts(before: Result, after: Result, *, is_ratio: bool) -> list[Part]:
    old = {row.keys[0]: row for row in before.rows}
    new = {row.keys[0]: row for row in after.rows}
    parts = []
    withheld = {row.keys[0] for result in (before, after) for row in result.rows if row.figure.is_withheld}
    for key in dict.fromkeys([*new, *old]):
        if key in withheld:
            continue
        label = (new.get(key) or old[key]).labels[0]
        b = _amounts(old[key].figure, is_ratio) if key in old else (0.0, 0.0)
        a = _amounts(new[key].figure, is_ratio) if key in new else (0.0, 0.0)
        parts.append(Part(key, label, *b, *a))
    if withheld:
        whole = (*_amounts(before.total, is_ratio), *_amounts(after.total, is_ratio))
        parts.append(_rest(parts, whole))
    return parts


def _rest(parts: list[Part], whole: tuple[float, ...]) -> Part:
    """What is withheld, all of it together: what the parts leave of the whole."""
    told = [(p.before_part, p.before_whole, p.after_part, p.after_whole) for p in parts]
    return Part(WITHHELD, "Withheld", *(amount - sum(each) for amount, *each in zip(whole, *told, strict=True)))


def _amounts(figure: Figure, is_ratio: bool) -> tuple[float, float]:
    """(part, whole) of a ratio; an amount as both."""
    if is_ratio:
        return figure.part, figure.whole
    return figure.value or 0.0, figure.value or 0.0
