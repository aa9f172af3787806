"""The day as it goes: what was expected, what came, who is there, what will be late."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from workforce import expected_misses
from workforce.coverage import Grid, staffed_by
from workforce.deferred import due_bins
from workforce.forecasts import assumptions_of
from workforce.hours import Hours
from workforce.intraday import rest_of_day_factor
from workforce.models import INTERVAL_S, ForecastPoint, ForecastRun, Queue, QueueVolume, RosterVersion, ShiftSegment
from workforce.requirements_read import required_by
from workforce.staffing import Assumptions, Kind, by_interval

Amounts = NDArray[np.float64]
BEFORE, AHEAD = timedelta(hours=48), timedelta(hours=24)
LOOK_AHEAD = 8  # intervals that "the next hours" are
HOUR_S = 3600


@dataclass(frozen=True)
class QueueDay:
    """One queue on the grid. `planned` is the forecast, `expected` what the day so far makes of it."""

    queue: Queue
    zone: ZoneInfo
    planned: Amounts  # nan where there is no forecast
    expected: Amounts
    came: Amounts
    required: Amounts  # nan where unknown
    staffed: Amounts
    late: Amounts  # contacts
    factor: float
    shortage: expected_misses.Shortage | None  # within the next hours, slots of the grid


@dataclass(frozen=True)
class Day:
    grid: Grid
    now: datetime
    here: int  # the slot of now
    queues: tuple[QueueDay, ...]

    @property
    def next_hours(self) -> slice:
        return slice(self.here, min(self.here + LOOK_AHEAD, self.grid.count))


def read_day(queues: Sequence[Queue], *, now: datetime) -> Day:
    """Two days back, for the work that is still open, and a day ahead."""
    first = int((now - BEFORE).timestamp())
    grid = Grid(first - first % INTERVAL_S, INTERVAL_S, int((BEFORE + AHEAD).total_seconds()) // INTERVAL_S + 1)
    here = (int(now.timestamp()) - grid.first_s) // INTERVAL_S
    planned, spread = _forecasts(queues, grid)
    came = _volumes(queues, grid)
    required = required_by(queues, grid)
    staffed = _staffed(queues, required, grid)
    told = tuple(
        _queue_day(queue, grid, here, planned[n], spread[n], came[n], required[n], staffed[n])
        for n, queue in enumerate(queues)
    )
    return Day(grid, now, here, told)


def _queue_day(
    queue: Queue,
    grid: Grid,
    here: int,
    planned: Amounts,
    day_sd: float,
    came: Amounts,
    required: Amounts,
    staffed: Amounts,
) -> QueueDay:
    hours = Hours.of(queue)
    midnight = int(hours.midnight(datetime.fromtimestamp(int(grid.starts[here]), UTC)).timestamp())
    so_far = slice(max((midnight - grid.first_s) // INTERVAL_S, 0), here)
    factor = rest_of_day_factor(float(came[so_far].sum()), float(np.nansum(planned[so_far])), day_sd=day_sd)
    today_ends = (midnight + 86_400 - grid.first_s) // INTERVAL_S
    ahead = np.arange(grid.count) >= here
    is_today = ahead & (np.arange(grid.count) < today_ends)
    expected = np.where(ahead, planned * np.where(is_today, factor, 1.0), came)
    assumptions = assumptions_of(queue)
    open_hours = hours.open_hours(grid.starts)
    contacts = np.nan_to_num(expected)
    return QueueDay(
        queue=queue,
        zone=ZoneInfo(hours.zone),
        planned=planned,
        expected=expected,
        came=np.where(ahead, np.nan, came),
        required=(needed := _required(required, contacts, factor, is_today, open_hours, assumptions)),
        staffed=staffed,
        late=_late(contacts, staffed, open_hours, assumptions),
        factor=factor,
        shortage=_ahead(needed, staffed, here),
    )


def _required(
    planned: Amounts,
    contacts: Amounts,
    factor: float,
    is_today: NDArray[np.bool_],
    open_hours: Amounts,
    told: Assumptions,
) -> Amounts:
    """The plan's people; for the rest of today, those that the reforecast asks for."""
    if told.kind is Kind.DEFERRED or abs(factor - 1) < 0.02:
        return planned * np.where(is_today, factor, 1.0)
    again = by_interval(
        np.where(is_today, contacts, 0.0), interval_s=INTERVAL_S, open_hours=open_hours, assumptions=told
    )
    return np.where(is_today & ~np.isnan(planned), again, planned)


def _late(contacts: Amounts, staffed: Amounts, open_hours: Amounts, told: Assumptions) -> Amounts:
    if told.kind is not Kind.DEFERRED:
        return expected_misses.live(contacts, staffed, interval_s=INTERVAL_S, assumptions=told)
    due = due_bins(open_hours, told.target_s / HOUR_S, business=told.is_business_time, bin_hours=INTERVAL_S / HOUR_S)
    return expected_misses.deferred(
        contacts * told.aht_s / HOUR_S, np.asarray(due, dtype=np.int64), open_hours, staffed, aht_s=told.aht_s
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


def _staffed(queues: Sequence[Queue], required: Amounts, grid: Grid) -> Amounts:
    """(queues, intervals) heads of published shifts; a team of several queues is split as they need people."""
    answering = [{team.pk for team in queue.teams.all()} for queue in queues]
    every = {team for teams in answering for team in teams}
    begin, end = (datetime.fromtimestamp(int(edge), UTC) for edge in grid.edges[[0, -1]])
    rows = list(
        ShiftSegment.objects.filter(
            shift__version__state=RosterVersion.State.PUBLISHED, activity__is_productive=True,
            start_at__lt=end, end_at__gt=begin, shift__start_at__gt=begin - timedelta(days=1), shift__start_at__lt=end,
        ).values_list("shift__team", "start_at", "end_at")
    )  # fmt: skip
    places = {team: n for n, team in enumerate(sorted({team for team, _, _ in rows} | every))}
    team = np.array([places[pk] for pk, _, _ in rows], dtype=np.int64)
    start = np.array([int(begins.timestamp()) for _, begins, _ in rows], dtype=np.int64)
    stop = np.array([int(ends.timestamp()) for _, _, ends in rows], dtype=np.int64)
    heads = staffed_by(team, start, stop, grid, groups=len(places))
    told = np.zeros((len(queues), grid.count))
    for pk, number in places.items():
        mine = [n for n, teams in enumerate(answering) if pk in teams or not teams]
        if mine:
            told[mine] += expected_misses.shared(heads[number], np.nan_to_num(required[mine]))
    return told
