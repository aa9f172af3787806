"""The day as it goes: what was expected, what came, who is there, what will be late."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from workforce import expected_misses
from workforce.away import Off, in_time_off
from workforce.coverage import Grid, staffed_by
from workforce.deferred import due_bins
from workforce.forecasts import assumptions_of, net_agents
from workforce.hours import Hours
from workforce.intraday import rest_of_day_factor
from workforce.models import (
    INTERVAL_S,
    ForecastPoint,
    ForecastRun,
    Queue,
    QueueVolume,
    RosterVersion,
    ShiftSegment,
    TimeOff,
)
from workforce.requirements_read import required_by
from workforce.roster_rows import seconds
from workforce.series import Instants
from workforce.staffing import Assumptions
from workforce.waiting import by_due_edge, waiting

Amounts = NDArray[np.float64]
BEFORE, AHEAD = timedelta(hours=48), timedelta(hours=96)
LOOK_AHEAD = 8  # intervals that "the next hours" are
HOUR_S = 3600
WORTH_COUNTING_AGAIN = 0.02  # by how far the day departs from its forecast


@dataclass(frozen=True)
class QueueDay:
    """One queue on the grid. `planned` is the forecast, `expected` what the day so far makes of it."""

    queue: Queue
    zone: ZoneInfo
    begins: int  # the slots of the queue's local day: its first, and the one after its last
    ends: int
    planned: Amounts  # nan where there is no forecast
    expected: Amounts
    came: Amounts  # nan from now on, and where nothing has been heard yet
    required: Amounts  # nan where unknown
    staffed: Amounts
    late: Amounts  # contacts, from now on
    factor: float
    waiting: int | None  # contacts without a first reply; None where work does not wait
    overdue: int
    shortage: expected_misses.Shortage | None  # within the next hours, slots of the grid


@dataclass(frozen=True)
class Day:
    grid: Grid
    now: datetime
    here: int  # the slot of now
    heard: int  # the first slot up to now whose contacts are not all counted yet; `here` where none is owed
    queues: tuple[QueueDay, ...]

    @property
    def next_hours(self) -> slice:
        return slice(self.here, min(self.here + LOOK_AHEAD, self.grid.count))


@dataclass(frozen=True)
class _Coming:
    """What one queue will get and has to do, before anybody is there for it."""

    hours: Hours
    told: Assumptions
    begins: int
    ends: int
    factor: float
    expected: Amounts
    required: Amounts
    by_due: Amounts | None  # contacts that wait, by the edge from now on at which they are due


def read_day(queues: Sequence[Queue], *, now: datetime, counted_to: datetime | None = None) -> Day:
    """Two days back, for a local day of any zone, and as far ahead as deferred work may wait.

    What came is known up to `counted_to`, up to now if that is None: later contacts are missing, not none.
    """
    first = int((now - BEFORE).timestamp())
    grid = Grid(first - first % INTERVAL_S, INTERVAL_S, int((BEFORE + AHEAD).total_seconds()) // INTERVAL_S + 1)
    here = (int(now.timestamp()) - grid.first_s) // INTERVAL_S
    heard = (int(min(now, counted_to or now).timestamp()) - grid.first_s) // INTERVAL_S
    planned, spread = _forecasts(queues, grid)
    came = np.where(np.arange(grid.count) < heard, _volumes(queues, grid), np.nan)
    required = required_by(queues, grid)
    backlog = waiting(queues, now)
    coming = [
        _coming(queue, grid, here, heard, planned[n], spread[n], came[n], required[n], backlog.get(queue.pk))
        for n, queue in enumerate(queues)
    ]
    needed = np.array([each.required for each in coming]).reshape(len(queues), grid.count)
    staffed = _staffed(queues, needed, grid)
    told = tuple(
        _queue_day(queue, grid, here, planned[n], came[n], staffed[n], coming[n]) for n, queue in enumerate(queues)
    )
    return Day(grid, now, here, max(heard, 0), told)


def _coming(
    queue: Queue,
    grid: Grid,
    here: int,
    heard: int,
    planned: Amounts,
    day_sd: float,
    came: Amounts,
    required: Amounts,
    backlog: Instants | None,
) -> _Coming:
    """The rest of the local day by what came of it, and the people that this and the backlog ask for."""
    hours, told = Hours.of(queue), assumptions_of(queue)
    begins, ends = _local_day(hours, grid, here)
    so_far = slice(begins, max(begins, heard))
    known = ~np.isnan(planned[so_far])
    factor = rest_of_day_factor(float(came[so_far][known].sum()), float(planned[so_far][known].sum()), day_sd=day_sd)
    slots = np.arange(grid.count)
    is_rest = (slots >= here) & (slots < ends)
    expected = np.where(
        slots >= here, planned * np.where(is_rest, factor, 1.0), np.where(slots >= heard, planned, came)
    )
    by_due = None
    if backlog is not None:
        by_due = by_due_edge(backlog, grid.starts[here:], hours, told, step_s=grid.step_s)
        if not np.isnan(planned[here:]).all():
            again = net_agents(np.nan_to_num(expected[here:]), grid.starts[here:], hours, told, backlog)
            required = np.concatenate([required[:here], again])
    elif abs(factor - 1) >= WORTH_COUNTING_AGAIN:
        contacts = np.where(is_rest, np.nan_to_num(expected), 0.0)
        again = net_agents(contacts, grid.starts, hours, told)
        required = np.where(is_rest & ~np.isnan(required), again, required)
    return _Coming(hours, told, begins, ends, factor, expected, required, by_due)


def _local_day(hours: Hours, grid: Grid, here: int) -> tuple[int, int]:
    """The first slot of the queue's local day and the one after its last: 46 to 50 of them."""
    now = datetime.fromtimestamp(int(grid.starts[here]), UTC)
    begins, ends = (int(hours.midnight(now, days=days).timestamp()) for days in (0, 1))
    return max((begins - grid.first_s) // INTERVAL_S, 0), (ends - grid.first_s) // INTERVAL_S


def _queue_day(
    queue: Queue, grid: Grid, here: int, planned: Amounts, came: Amounts, staffed: Amounts, coming: _Coming
) -> QueueDay:
    by_due = coming.by_due
    return QueueDay(
        queue=queue,
        zone=ZoneInfo(coming.hours.zone),
        begins=coming.begins,
        ends=coming.ends,
        planned=planned,
        expected=coming.expected,
        came=came,
        required=coming.required,
        staffed=staffed,
        late=np.concatenate([np.zeros(here), _late(grid, here, staffed, coming)]),
        factor=coming.factor,
        waiting=None if by_due is None else int(by_due.sum()),
        overdue=0 if by_due is None else int(by_due[0]),
        shortage=_ahead(coming.required, staffed, here),
    )


def _late(grid: Grid, here: int, staffed: Amounts, coming: _Coming) -> Amounts:
    """Contacts late in each slot from now on."""
    told, contacts = coming.told, np.nan_to_num(coming.expected[here:])
    if coming.by_due is None:
        return expected_misses.live(contacts, staffed[here:], interval_s=INTERVAL_S, assumptions=told)
    open_hours = coming.hours.open_hours(grid.starts[here:])
    due = due_bins(open_hours, told.target_s / HOUR_S, business=told.is_business_time, bin_hours=INTERVAL_S / HOUR_S)
    return expected_misses.deferred(
        contacts * told.aht_s / HOUR_S,
        np.asarray(due, dtype=np.int64),
        open_hours,
        staffed[here:],
        aht_s=told.aht_s,
        waiting=coming.by_due,
    )


def _ahead(required: Amounts, staffed: Amounts, here: int) -> expected_misses.Shortage | None:
    hours = slice(here, here + LOOK_AHEAD)
    found = expected_misses.worst_shortage(required[hours], staffed[hours])
    if found is None:
        return None
    return expected_misses.Shortage(found.first + here, found.last + here, found.people)


def _forecasts(queues: Sequence[Queue], grid: Grid) -> tuple[Amounts, list[float]]:
    """(queues, intervals) medians, the newest run that reaches an interval; and how far whole days miss."""
    told = np.full((len(queues), grid.count), np.nan)
    place = {queue.pk: n for n, queue in enumerate(queues)}
    begin, end = (datetime.fromtimestamp(int(edge), UTC) for edge in grid.edges[[0, -1]])
    runs = list(ForecastRun.objects.filter(queue__in=queues, until__gt=begin, as_of__lt=end).order_by("as_of"))
    spread = [0.0] * len(queues)
    for run in runs:
        spread[place[run.queue_id]] = float(run.params.get("day_sd", 0.0))
    rows = ForecastPoint.objects.filter(run__in=runs, start_at__gte=begin, start_at__lt=end).order_by("run__as_of")
    for queue, at, p50 in rows.values_list("run__queue", "start_at", "p50"):
        told[place[queue], int((at.timestamp() - grid.first_s) // grid.step_s)] = p50
    return told, spread


def _volumes(queues: Sequence[Queue], grid: Grid) -> Amounts:
    told = np.zeros((len(queues), grid.count))
    place = {queue.pk: n for n, queue in enumerate(queues)}
    begin, end = (datetime.fromtimestamp(int(edge), UTC) for edge in grid.edges[[0, -1]])
    rows = QueueVolume.objects.filter(queue__in=queues, start_at__gte=begin, start_at__lt=end)
    for queue, at, offered in rows.values_list("queue", "start_at", "offered"):
        told[place[queue], int((at.timestamp() - grid.first_s) // grid.step_s)] = offered
    return told


def _agreed_time_off(begin: datetime, end: datetime) -> list[Off]:
    found = TimeOff.objects.approved().touching(begin, end).values_list("agent_id", "start_at", "end_at")
    return [(agent, seconds(start), seconds(stop)) for agent, start, stop in found]


def _staffed(queues: Sequence[Queue], required: Amounts, grid: Grid) -> Amounts:
    """(queues, intervals) heads of published shifts less time off; a team of several queues is split by their needs."""
    answering = [{team.pk for team in queue.teams.all()} for queue in queues]
    every = {team for teams in answering for team in teams}
    begin, end = (datetime.fromtimestamp(int(edge), UTC) for edge in grid.edges[[0, -1]])
    rows = list(
        ShiftSegment.objects.filter(
            shift__version__state=RosterVersion.State.PUBLISHED, activity__is_productive=True,
            start_at__lt=end, end_at__gt=begin, shift__start_at__gt=begin - timedelta(days=1), shift__start_at__lt=end,
        ).values_list("shift__team", "shift__agent", "start_at", "end_at")
    )  # fmt: skip
    places = {team: n for n, team in enumerate(sorted({row[0] for row in rows} | every))}
    team = np.array([places[row[0]] for row in rows], dtype=np.int64)
    agent = np.array([row[1] for row in rows], dtype=np.int64)
    start = np.array([seconds(begins) for _, _, begins, _ in rows], dtype=np.int64)
    stop = np.array([seconds(ends) for _, _, _, ends in rows], dtype=np.int64)
    away = in_time_off(agent, start, stop, _agreed_time_off(begin, end))
    heads = staffed_by(team, start, stop, grid, groups=len(places))
    heads -= staffed_by(team[away.row], away.start, away.end, grid, groups=len(places))
    told = np.zeros((len(queues), grid.count))
    for pk, number in places.items():
        mine = [n for n, teams in enumerate(answering) if pk in teams or not teams]
        if mine:
            told[mine] += expected_misses.shared(heads[number], np.nan_to_num(required[mine]))
    return told
