"""The what-if page's answer: what is needed, and what a few more or fewer people would give."""

from dataclasses import dataclass

from ops_dashboard.metrics.definitions import Unit
from ops_dashboard.metrics.rendering.numbers import NOTHING, fixed, goal, significant, text, whole
from ops_dashboard.metrics.rendering.tables import Cell, Column, Table
from workforce.forecast_charts import Tile, people
from workforce.staffing import Assumptions, Given, given, needed

AROUND = 4  # people to either side

MODELS = {"erlang-c": "Erlang C", "erlang-a": "Erlang A", "chat": "Chat by concurrency"}


@dataclass(frozen=True)
class Answer:
    tiles: tuple[Tile, ...]
    table: Table
    sentence: str


def answer(arrivals_per_hour: float, agents: int | None, assumptions: Assumptions) -> Answer:
    """For so many people, or for the fewest that keep the goal. Raises Impossible."""
    least = needed(arrivals_per_hour, assumptions)
    shown = least if agents is None else given(arrivals_per_hour, agents, assumptions)
    low = max(0, int(min(shown.agents, least.agents)) - AROUND)
    high = int(max(shown.agents, least.agents)) + AROUND
    if high - low > 8 * AROUND:  # far apart: the neighbourhood of each
        numbers = sorted(
            {n for each in (shown, least) for n in range(max(0, int(each.agents) - 2), int(each.agents) + 3)}
        )
    else:
        numbers = list(range(low, high + 1))
    rows = [given(arrivals_per_hour, number, assumptions) for number in numbers]
    return Answer(_tiles(shown, least), _table(rows, least, shown), _sentence(shown, least, assumptions))


def _tiles(shown: Given, least: Given) -> tuple[Tile, ...]:
    wait = NOTHING if shown.mean_wait_s is None else text(shown.mean_wait_s, Unit.SECONDS)
    return (
        Tile("Needed on the work", whole(least.agents), quiet=f"load {significant(least.load)} erlangs"),
        Tile("Needed on the payroll", people(round(least.gross, 1)), quiet="with shrinkage"),
        Tile(
            "Answered in time",
            _share(shown.service_level),
            "%",
            quiet=f"of all offered, with {whole(shown.agents)} on the work",
        ),
        Tile("Mean wait", wait, quiet="no end: more comes than is done" if not shown.is_stable else "of all offered"),
        Tile("Occupancy", _share(shown.occupancy), "%"),
        Tile("Give up", _share(shown.p_abandon), "%"),
    )


def _sentence(shown: Given, least: Given, assumptions: Assumptions) -> str:
    aim = f"{goal(assumptions.share, Unit.SHARE)} within {text(assumptions.target_s, Unit.SECONDS)}"
    model = MODELS[assumptions.model]
    if shown.agents == least.agents:
        limit = f"occupancy at most {goal(assumptions.max_occupancy, Unit.SHARE)}"
        return f"{whole(least.agents)} people keep {aim} and {limit} ({model})."
    short = int(least.agents - shown.agents)
    against = f"{abs(short)} {'more' if short > 0 else 'fewer'} than these"
    return f"{aim} takes {whole(least.agents)} people, {against} ({model})."


def _table(rows: list[Given], least: Given, shown: Given) -> Table:
    columns = (
        Column("People on the work"), Column("Answered in time %", "number"), Column("Mean wait", "number"),
        Column("Wait at all %", "number"), Column("Give up %", "number"), Column("Occupancy %", "number"),
        Column("On the payroll", "number"),
    )  # fmt: skip
    return Table(columns, tuple(_cells(row, least, shown) for row in rows), "What more or fewer people give")


def _cells(row: Given, least: Given, shown: Given) -> tuple[Cell, ...]:
    quiet = "fewest that keep the goal" if row.agents == least.agents else "these" if row.agents == shown.agents else ""
    wait = "no end" if row.mean_wait_s is None else text(row.mean_wait_s, Unit.SECONDS)
    return (
        Cell(whole(row.agents), order=row.agents, quiet=quiet),
        Cell(_share(row.service_level), order=row.service_level),
        Cell(wait, order=row.mean_wait_s),
        Cell(_share(row.p_wait), order=row.p_wait),
        Cell(_share(row.p_abandon), order=row.p_abandon),
        Cell(_share(row.occupancy), order=row.occupancy),
        Cell(fixed(row.gross, 1), order=row.gross),
    )


def _share(value: float | None) -> str:
    return NOTHING if value is None else f"{value * 100:.1f}"
