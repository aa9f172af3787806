"""An outlook as charts, tables, figures and sentences."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ops_dashboard.metrics.definitions import Unit
from ops_dashboard.metrics.rendering.fan import FanPin, FanPoint, fan, fan_marks, letters
from ops_dashboard.metrics.rendering.numbers import (
    DASH,
    MINUS,
    NOTHING,
    clock_time,
    day,
    fixed,
    goal,
    places_for,
    plural,
    whole,
)
from ops_dashboard.metrics.rendering.tables import Cell, Column, Table
from workforce.models import Event
from workforce.outlook import Day, Kept, Outlook, Slot

Body = dict[str, Any]


@dataclass(frozen=True)
class Tile:
    """A figure of the strip with its quiet line."""

    label: str
    value: str
    unit: str = ""
    under: str = ""
    quiet: str = ""


def tiles(seen: Outlook) -> list[Tile]:
    """The next day, the next week, the busiest interval of the day shown, and how good forecasts are here."""
    found = []
    if coming := seen.coming:
        found.append(_contacts(f"{day(coming[0].on, weekday=True)}, contacts", coming[:1]))
        found.append(_contacts(f"{len(coming[:7])} days from then", coming[:7]))
    busiest = max((slot for slot in seen.slots if slot.net_p50 is not None), key=lambda s: s.net_p50 or 0, default=None)
    if busiest is not None and busiest.net_p50 is not None and busiest.net_p90 is not None:
        found.append(
            Tile(
                "People on the work, busiest",
                people(busiest.net_p50),
                under=f"{busiest.at:%H:%M}, {day(seen.on, weekday=True)}",
                quiet=f"{people(busiest.net_p90)} to be safe in 9 of 10 · {people(busiest.gross_p50)} with shrinkage",
            )
        )
    return [*found, *_quality(seen)]


def people(value: float | None) -> str:
    """Whole people as they are, parts of people to one digit."""
    if value is None:
        return NOTHING
    return whole(value) if value == round(value) else f"{value:.1f}"


def _contacts(label: str, days: Sequence[Day]) -> Tile:
    expected = sum(each.p50 or 0 for each in days)
    if len(days) == 1 and days[0].p10 is not None and days[0].p90 is not None:
        return Tile(label, whole(expected), quiet=f"{whole(days[0].p10)}{DASH}{whole(days[0].p90)} in 4 of 5 such days")
    return Tile(label, whole(expected), quiet=f"{whole(expected / max(len(days), 1))} a day")


def _quality(seen: Outlook) -> list[Tile]:
    ours = _of(seen.run.backtest, seen.run.model)
    if ours is None:
        return [Tile("Missed by, tested", NOTHING, quiet="the past is too short to test it")]
    floor = seen.run.backtest.get("day_floor")
    bias = ours["bias"]
    return [
        Tile(
            "Missed by, tested",
            _share(ours["day_wape"]),
            "%",
            under=f"WAPE by day; {_share(ours['wape'])} % by half hour",
            quiet=f"chance alone {_share(floor)} %" if floor else "",
        ),
        Tile(
            "Bias, tested",
            f"{'+' if bias and bias > 0 else ''}{_share(bias)}",
            "%",
            under="told too much" if bias and bias > 0 else "told too little",
            quiet=f"{seen.run.backtest['origins']} origins, {seen.run.backtest['horizon_days']} days each",
        ),
    ]


def _of(backtest: dict[str, Any], model: str) -> dict[str, Any] | None:
    return next((each for each in backtest.get("accuracies", ()) if each["model"] == model), None)


def _share(value: float | None) -> str:
    return NOTHING if value is None else f"{value * 100:.1f}".replace("-", MINUS)


def by_day(seen: Outlook) -> Body:
    """Four weeks that came and the weeks ahead."""
    points = [
        FanPoint(each.on.isoformat(), day(each.on, weekday=True), each.p10, each.p50, each.p90, each.actual)
        for each in seen.days
    ]
    pins = _pins(seen.events, seen.days)
    return {
        "figure": fan(points, pins=pins, since=seen.as_of.date().isoformat()),
        "marks": fan_marks(points, expected="expected", band="4 of 5 days", actual="came"),
        "pins": pins,
        "sentence": _day_sentence(seen),
        "table": _day_table(seen.days),
    }


def _day_sentence(seen: Outlook) -> str:
    coming = [each for each in seen.coming if each.p50]
    if not coming:
        return "Nothing is expected in these days."
    top = max(coming, key=lambda each: each.p50 or 0)
    return (
        f"{whole(sum(each.p50 or 0 for each in coming))} contacts are expected in {len(seen.coming)} days; "
        f"the busiest is {day(top.on, weekday=True)} with {whole(top.p50 or 0)} "
        f"({whole(top.p10 or 0)}{DASH}{whole(top.p90 or 0)})."
    )


def _day_table(days: Sequence[Day]) -> Table:
    columns = (
        Column("Day"), Column("Came", "number"), Column("Expected", "number"),
        Column("4 of 5 days", "number", sorts=False),
    )  # fmt: skip
    places = _places(days)
    rows = tuple(
        (
            Cell(day(each.on, weekday=True), order=each.on.isoformat()),
            _number(each.actual, 0),
            _number(each.p50, places),
            Cell(NOTHING if each.p10 is None or each.p90 is None else f"{whole(each.p10)}{DASH}{whole(each.p90)}"),
        )
        for each in days
    )
    return Table(columns, rows, "Contacts by day")


def _places(parts: Sequence[Day] | Sequence[Slot]) -> int:
    """Decimals that tell the largest expectation of a column in two figures, and never more than two."""
    return min(places_for([each.p50 for each in parts], 2), 2)


def _number(value: float | None, places: int) -> Cell:
    return Cell(fixed(value, places), order=value)


def by_interval(seen: Outlook) -> Body:
    """One day by half hour."""
    points = [FanPoint(_x(slot), f"{slot.at:%H:%M}", slot.p10, slot.p50, slot.p90, slot.actual) for slot in seen.slots]
    expected = sum(slot.p50 or 0 for slot in seen.slots)
    return {
        "figure": fan(points, tick_format="%H:%M"),
        "marks": fan_marks(points, expected="expected", band="4 of 5 half hours", actual="came"),
        "pins": (),
        "sentence": f"{plural(round(expected), 'contact')} expected on {day(seen.on, weekday=True)} ({seen.zone}).",
        "table": _slot_table(seen.slots),
    }


def required(seen: Outlook) -> Body:
    """People on the work for what is expected, up to what nine of ten half hours need."""
    points = [FanPoint(_x(slot), f"{slot.at:%H:%M}", slot.net_p50, slot.net_p50, slot.net_p90) for slot in seen.slots]
    hours = sum(slot.net_p50 or 0 for slot in seen.slots) / 2
    safe = sum(slot.net_p90 or 0 for slot in seen.slots) / 2
    return {
        "figure": fan(points, tick_format="%H:%M", stepped=True),
        "marks": [("expected", "for what is expected"), ("interval", "up to 9 of 10 half hours")],
        "pins": (),
        "sentence": f"{whole(hours)} hours of people on the work, {whole(safe)} to be safe; {_basis(seen)}.",
        "table": _people_table(seen.slots),
    }


def _basis(seen: Outlook) -> str:
    staffing = getattr(seen.run, "staffing", None)
    if staffing is None:
        return "not computed yet"
    words = {"erlang-c": "Erlang C", "erlang-a": "Erlang A", "chat": "chat by concurrency", "deferred": "by deadline"}
    shrinkage = goal(staffing.inputs["shrinkage"], Unit.SHARE)
    return f"{words.get(staffing.model, staffing.model)}, shrinkage {shrinkage} on top"


def _x(slot: Slot) -> str:
    return slot.at.replace(tzinfo=None).isoformat(timespec="minutes")


def _slot_table(slots: Sequence[Slot]) -> Table:
    columns = (
        Column("From"), Column("Came", "number"), Column("Expected", "number"),
        Column("4 of 5 half hours", "number", sorts=False),
    )  # fmt: skip
    places = _places(slots)
    rows = tuple(
        (
            Cell(f"{slot.at:%H:%M}", order=_x(slot)),
            _number(slot.actual, 0),
            _number(slot.p50, places),
            Cell(
                NOTHING
                if slot.p10 is None or slot.p90 is None
                else f"{fixed(slot.p10, places)}{DASH}{fixed(slot.p90, places)}"
            ),
        )
        for slot in slots
    )
    return Table(columns, rows, "Contacts by half hour")


def _people_table(slots: Sequence[Slot]) -> Table:
    columns = (
        Column("From"), Column("On the work", "number"), Column("To be safe", "number"),
        Column("On the payroll", "number"),
    )  # fmt: skip
    rows = tuple(
        (
            Cell(f"{slot.at:%H:%M}", order=_x(slot)),
            *(Cell(people(value), order=value) for value in (slot.net_p50, slot.net_p90, slot.gross_p50)),
        )
        for slot in slots
    )
    return Table(columns, rows, "People by half hour")


def accuracy_table(seen: Outlook) -> Table:
    """How the model and two simple ways did on the same past."""
    columns = (
        Column("Way"), Column("WAPE %", "number"), Column("By day %", "number"), Column("Bias %", "number"),
    )  # fmt: skip
    tested = seen.run.backtest
    rows = [
        (
            Cell(each["model"].capitalize(), quiet="used" if each["model"] == seen.run.model else ""),
            *(Cell(_share(each[name]), order=each[name]) for name in ("wape", "day_wape", "bias")),
        )
        for each in tested.get("accuracies", ())
    ]
    if rows:
        floor = (Cell(_share(tested["floor"])), Cell(_share(tested["day_floor"])), Cell(NOTHING))
        rows.append((Cell("Chance alone"), *floor))
    return Table(columns, tuple(rows), "How far forecasts missed, tested on the past")


def in_band(seen: Outlook) -> str:
    """The share of half hours that came inside the band of 80 % in the test."""
    below, above = (seen.run.backtest.get(name) for name in ("below_low", "above_high"))
    return "" if below is None or above is None else f"{_share(1 - below - above)} %"


def accuracy_sentence(seen: Outlook) -> str:
    """What a manager should take from the table."""
    tested = seen.run.backtest
    ours, average = _of(tested, seen.run.model), _of(tested, "eight-week average")
    if ours is None or average is None or ours["day_wape"] is None or average["day_wape"] is None:
        return "The past is too short to say how good this forecast is."
    gain = average["day_wape"] - ours["day_wape"]
    against = (
        f"{gain * 100:.1f} points closer by day than an eight-week average" if gain > 0.0005
        else "no closer than an eight-week average"
    )  # fmt: skip
    if tested["is_near_floor"]:
        return f"It is {against}. What is left is chance: it cannot improve much further."
    return (
        f"It is {against}. Chance alone would miss days by {_share(tested['day_floor'])} %: there is room to improve."
    )


def run_table(seen: Outlook, *, now: Any) -> Table:
    """Runs by the day they were made, with what they said then and how it turned out."""
    columns = (
        Column("As of"), Column("Model"), Column("Tested %", "number"), Column("Turned out %", "number"),
        Column("Bias %", "number"), Column("Hours so far", "number"),
    )  # fmt: skip
    return Table(columns, tuple(_run_cells(seen, each, now) for each in seen.runs), "Forecasts made before")


def _run_cells(seen: Outlook, kept: Kept, now: Any) -> tuple[Cell, ...]:
    tested = _of(kept.run.backtest, kept.run.model)
    is_shown = kept.run.pk == seen.run.pk
    words = clock_time(kept.run.as_of, seen.zone, now=now)
    return (
        Cell(
            words,
            order=kept.run.as_of.isoformat(),
            href=f"?queue={seen.queue.slug}&run={kept.run.pk}",
            quiet="shown" if is_shown else "",
        ),
        Cell(kept.run.model),
        Cell(_share(tested["wape"] if tested else None), order=tested["wape"] if tested else None),
        Cell(_share(kept.wape), order=kept.wape),
        Cell(_share(kept.bias), order=kept.bias),
        Cell(whole(kept.hours), order=kept.hours),
    )


def _pins(events: Sequence[Event], days: Sequence[Day]) -> list[FanPin]:
    shown = {each.on for each in days}
    return letters([(each.start_on.isoformat(), event_words(each)) for each in events if each.start_on in shown])


def event_words(event: Event) -> str:
    until = f" {DASH} {day(event.end_on)}" if event.end_on and event.end_on != event.start_on else ""
    return f"{event.label}, {day(event.start_on)}{until}"
