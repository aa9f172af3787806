"""Result -> one sentence that says what to see."""

from collections.abc import Iterable

from ops_dashboard.metrics.definitions import Better, Level, Metric, Ratio
from ops_dashboard.metrics.periods import Grain
from ops_dashboard.metrics.rendering.changes import Verdict, change
from ops_dashboard.metrics.rendering.numbers import WEEKDAYS, bucket, goal, length, plural, text, whole
from ops_dashboard.metrics.result import WHY_WITHHELD, Figure, Result, Row


def sentence(result: Result) -> str:
    """What the result says: its total and change, and the one thing that stands out."""
    if result.total.is_withheld:
        return f"{WHY_WITHHELD.capitalize()}."
    if result.total.is_few:
        return (
            f"Too few to tell: n {whole(result.total.n)} in these {length(result.period)}, {few_words(result.metric)}."
        )
    if result.total.value is None and result.total.n:
        return f"{unknown_words(result.metric).capitalize()} in these {length(result.period)}."
    if result.total.value is None:
        return f"Nothing to measure in these {length(result.period)}."
    return _said(result) + (f" {_withheld(result)}" if result.withheld else "")


def _withheld(result: Result) -> str:
    return f"{plural(result.withheld, 'figure')} {WHY_WITHHELD}."


def _said(result: Result) -> str:
    if result.grain is Grain.HOUR_OF_WEEK:
        return _hours(result)
    if result.by and result.grain is Grain.TOTAL:
        return _cuts(result)
    reach = "at the end" if isinstance(result.metric, Level) else f"over {length(result.period)}"
    said = [f"{value(result.metric, result.total)} {reach}{_change(result)}"]
    if result.by:
        said.append(_spread(result))
    elif result.grain is not Grain.TOTAL and (extreme := _extreme(result)):
        said.append(extreme)
    return "; ".join(said) + "."


def value(metric: Metric, figure: Figure) -> str:
    return text(figure.value, metric.unit, clock=metric.clock)


def few_words(metric: Metric) -> str:
    """Why a figure is withheld."""
    return f"fewer than {metric.minimum_n}"


def unknown_words(metric: Metric) -> str:
    """Why there is no figure although there is something to measure."""
    return metric.unknown if isinstance(metric, Ratio) else ""


def worst_first(rows: Iterable[Row], metric: Metric) -> list[Row]:
    """Rows with a value, the worst at the head; by size where neither end is better."""
    known = [row for row in rows if row.figure.value is not None]
    highest_first = metric.better is not Better.HIGHER
    return sorted(known, key=lambda row: row.figure.value or 0.0, reverse=highest_first)


def misses(metric: Metric, figure: Figure, target: float | None) -> bool:
    """Whether a figure is on the wrong side of the target."""
    if target is None or figure.value is None or metric.better is Better.NEITHER:
        return False
    return figure.value < target if metric.better is Better.HIGHER else figure.value > target


def _change(result: Result) -> str:
    moved = change(result.metric, result.total, result.previous_total)
    if moved is None:
        return ", with nothing to compare" if result.previous_period else ""
    if moved.verdict is Verdict.NOISE:
        return ", no clear change"
    return f", {'up' if moved.rises else 'down'} {moved.text}"


def _extreme(result: Result) -> str:
    """The worst settled bucket, when it is unlike the rest."""
    told = [row for row in result.rows if row.figure.value is not None and row.figure.n >= result.metric.minimum_n]
    settled = [row for row in told if not row.maturing]
    if len(settled) < 3:
        return ""
    ranked = worst_first(settled, result.metric)
    row = ranked[0]
    if row.figure.value == ranked[-1].figure.value:
        return ""
    assert row.start is not None
    word = "lowest" if result.metric.better is Better.HIGHER else "highest"
    if worst_first(told, result.metric)[0].maturing:
        word += " of what has settled"
    return f"{word} on {bucket(row.start, result.grain)} at {value(result.metric, row.figure)}".replace(
        "on week", "in the week"
    )


def _spread(result: Result) -> str:
    """How far the cuts lie apart in the last settled bucket."""
    settled = [row for row in result.rows if row.start and not row.maturing and row.figure.n >= result.metric.minimum_n]
    last = max((row.start for row in settled if row.start), default=None)
    ranked = worst_first((row for row in settled if row.start == last), result.metric)
    if last is None or len(ranked) < 2:
        return "too few to tell its parts apart"
    ends = [f"{', '.join(row.labels)} {value(result.metric, row.figure)}" for row in (ranked[0], ranked[-1])]
    return f"{bucket(last, result.grain)} from {ends[0]} to {ends[1]}"


def _cuts(result: Result) -> str:
    ranked = worst_first((row for row in result.rows if row.figure.n >= result.metric.minimum_n), result.metric)
    if not ranked:
        few = any(row.figure.n for row in result.rows)
        return f"Too few to rank: {few_words(result.metric)} in each row." if few else "Nothing to rank in this period."
    name = ", ".join(ranked[0].labels)
    end = "lowest" if result.metric.better is Better.HIGHER else "highest"
    said = f"{name} is {end} at {value(result.metric, ranked[0].figure)}"
    if result.target is None or result.metric.better is Better.NEITHER:
        return f"{said}, of {plural(len(ranked), 'row')}." if len(ranked) > 1 else f"{said}."
    target = goal(result.target, result.metric.unit, clock=result.metric.clock)
    if len(ranked) == 1:
        verb = "misses" if misses(result.metric, ranked[0].figure, result.target) else "meets"
        return f"{name} {verb} the target of {target} with {value(result.metric, ranked[0].figure)}."
    missing = sum(misses(result.metric, row.figure, result.target) for row in ranked)
    if not missing:
        return f"All {len(ranked)} meet the target of {target}; {said}."
    return f"{missing} of {len(ranked)} miss the target of {target}; {said}."


def _hours(result: Result) -> str:
    counted = [row for row in result.rows if row.hour is not None and row.figure.n >= result.metric.minimum_n]
    ranked = worst_first(counted, result.metric)
    if not ranked:
        return "Too few in any hour to say."
    row = ranked[0]
    assert row.hour is not None
    word = "Lowest" if result.metric.better is Better.HIGHER else "Highest"
    at = f"{WEEKDAYS[row.hour // 24]} {row.hour % 24:02}:00"
    return f"{word} at {at}: {value(result.metric, row.figure)} against {value(result.metric, result.total)} in all."
