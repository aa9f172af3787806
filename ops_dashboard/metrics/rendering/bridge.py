"""Explanation -> the steps from one period's figure to the other's."""

from dataclasses import dataclass

from ops_dashboard.metrics.definitions import Better, Metric, Unit
from ops_dashboard.metrics.explain import Effect
from ops_dashboard.metrics.explanations import Explanation
from ops_dashboard.metrics.rendering.numbers import MINUS, fixed, places_of, text
from ops_dashboard.metrics.rendering.numbers import whole as whole_number

STEPS_SHOWN = 6


@dataclass(frozen=True)
class Step:
    label: str
    size: str  # signed
    verdict: str  # better, worse or moved


@dataclass(frozen=True)
class Bridge:
    """Steps that add up exactly to the change, the largest first, the small ones as one."""

    before: str
    after: str
    change: Step
    steps: tuple[Step, ...]


def bridge(explanation: Explanation, metric: Metric) -> Bridge | None:
    """None where one of the periods has no figure."""
    if explanation.change is None or not explanation.effects:
        return None
    parts = [part for effect in explanation.effects for part in _parts(effect)]
    parts.sort(key=lambda part: -abs(part[1]))
    shown, rest = parts[:STEPS_SHOWN], parts[STEPS_SHOWN:]
    if rest:
        shown = [*shown, ("Everything else", sum(amount for _, amount in rest))]
    places = places_of([explanation.change, *(amount for _, amount in shown)], metric.unit)
    return Bridge(
        before=text(explanation.before.value, metric.unit, clock=metric.clock),
        after=text(explanation.after.value, metric.unit, clock=metric.clock),
        change=_step(metric, "Change", explanation.change, places),
        steps=tuple(_step(metric, label, amount, places) for label, amount in shown),
    )


def _parts(effect: Effect) -> list[tuple[str, float]]:
    is_split = bool(effect.mix or effect.rate)
    named = [
        (f"{effect.label}: volume" if is_split else effect.label, effect.volume),
        (f"{effect.label}: rate", effect.rate),
        (f"{effect.label}: mix", effect.mix),
    ]
    return [(label, amount) for label, amount in named if amount]


def _step(metric: Metric, label: str, amount: float, places: int) -> Step:
    signed = _signed(metric, amount, places)
    if metric.better is Better.NEITHER or not amount:
        return Step(label, signed, "moved")
    good = (amount > 0) == (metric.better is Better.HIGHER)
    return Step(label, signed, "better" if good else "worse")


def _signed(metric: Metric, amount: float, places: int) -> str:
    """`places`: decimals of the column, so that money and rates align."""
    sign = "+" if amount > 0 else MINUS if amount < 0 else ""
    size = abs(amount)
    if metric.unit is Unit.SHARE:
        return f"{sign}{size * 100:.2f}"
    if metric.unit is Unit.COUNT:
        return f"{sign}{whole_number(size)}"
    if metric.unit is Unit.SECONDS:
        return sign + text(size, metric.unit, clock=metric.clock)
    return sign + fixed(size, places)
