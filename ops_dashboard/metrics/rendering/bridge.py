"""Explanation -> the steps from one period's figure to the other's."""

from collections.abc import Callable
from dataclasses import dataclass

from ops_dashboard.metrics.definitions import Better, Metric, Unit
from ops_dashboard.metrics.explain import Effect
from ops_dashboard.metrics.explanations import WITHHELD, Explanation
from ops_dashboard.metrics.rendering.numbers import MINUS, fixed, places_of, text
from ops_dashboard.metrics.rendering.numbers import whole as whole_number

STEPS_SHOWN = 6


@dataclass(frozen=True)
class Step:
    label: str
    size: str  # signed
    verdict: str  # better, worse or moved
    href: str = ""  # to the figures of the one value that it is about


@dataclass(frozen=True)
class Bridge:
    """Steps that add up exactly to the change, the largest first, the small ones as one."""

    before: str
    after: str
    change: Step
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class _Part:
    label: str
    amount: float
    key: str = ""


def bridge(explanation: Explanation, metric: Metric, *, links: Callable[[str], str] = lambda key: "") -> Bridge | None:
    """None where one of the periods has no figure. `links` leads from a value of the cut to its figures."""
    if explanation.change is None or not explanation.effects:
        return None
    parts = [part for effect in explanation.effects for part in _parts(effect)]
    parts.sort(key=lambda part: -abs(part.amount))
    shown, rest = parts[:STEPS_SHOWN], parts[STEPS_SHOWN:]
    if rest:
        shown = [*shown, _Part("Everything else", sum(part.amount for part in rest))]
    places = places_of([explanation.change, *(part.amount for part in shown)], metric.unit)
    return Bridge(
        before=text(explanation.before.value, metric.unit, clock=metric.clock),
        after=text(explanation.after.value, metric.unit, clock=metric.clock),
        change=_step(metric, _Part("Change", explanation.change), places),
        steps=tuple(_step(metric, part, places, href=links(part.key) if part.key else "") for part in shown),
    )


def _parts(effect: Effect) -> list[_Part]:
    is_split = bool(effect.mix or effect.rate)
    named = [
        (f"{effect.label}: volume" if is_split else effect.label, effect.volume),
        (f"{effect.label}: rate", effect.rate),
        (f"{effect.label}: mix", effect.mix),
    ]
    key = "" if effect.key == WITHHELD else effect.key
    return [_Part(label, amount, key) for label, amount in named if amount]


def _step(metric: Metric, part: _Part, places: int, *, href: str = "") -> Step:
    signed = _signed(metric, part.amount, places)
    if metric.better is Better.NEITHER or not any(digit in signed for digit in "123456789"):
        return Step(part.label, signed, "moved", href)
    good = (part.amount > 0) == (metric.better is Better.HIGHER)
    return Step(part.label, signed, "better" if good else "worse", href)


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
