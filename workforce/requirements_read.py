"""What the newest forecasts ask for, on a grid of intervals."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from workforce.coverage import Grid
from workforce.models import ForecastRun, Queue, StaffingRequirement


def required_by(queues: Sequence[Queue], grid: Grid) -> NDArray[np.float64]:
    """(queues, intervals) people on the work; nan where no forecast says. For each interval the newest run counts."""
    told = np.full((len(queues), grid.count), np.nan)
    place = {queue.pk: number for number, queue in enumerate(queues)}
    begin, end = (datetime.fromtimestamp(int(edge), UTC) for edge in grid.edges[[0, -1]])
    runs = ForecastRun.objects.filter(queue__in=queues, until__gt=begin, as_of__lt=end)
    rows = (
        StaffingRequirement.objects.filter(run__in=runs, start_at__gte=begin, start_at__lt=end)
        .order_by("run__as_of")  # a newer one overwrites an older one
        .values_list("run__queue", "start_at", "net_p50")
    )
    for queue, start_at, net in rows.iterator(chunk_size=10_000):
        told[place[queue], int((start_at.timestamp() - grid.first_s) // grid.step_s)] = net
    return told


def required(queues: Sequence[Queue], grid: Grid) -> NDArray[np.float64]:
    """People on the work of all these queues; nan where none of them says anything."""
    each = required_by(queues, grid)
    return (
        np.where(np.isnan(each).all(axis=0), np.nan, np.nansum(each, axis=0))
        if len(each)
        else np.full(grid.count, np.nan)
    )


def queues_of(teams: Iterable[int]) -> list[Queue]:
    """The active queues that these teams answer by themselves: no other team shares in them."""
    chosen = set(teams)
    told = []
    for queue in Queue.objects.active().prefetch_related("teams"):
        answering = {team.pk for team in queue.teams.all()}
        if answering and answering <= chosen:
            told.append(queue)
    return told
