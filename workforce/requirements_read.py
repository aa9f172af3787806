"""What the newest forecasts ask for, on a grid of intervals."""

from collections.abc import Iterable
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from workforce.coverage import Grid
from workforce.models import ForecastRun, Queue, StaffingRequirement


def required(queues: Iterable[Queue], grid: Grid) -> NDArray[np.float64]:
    """People on the work in each interval, summed over the queues; nan where no queue says anything.

    For each interval the newest run that reaches it counts.
    """
    total = np.zeros(grid.count)
    known = np.zeros(grid.count, dtype=np.bool_)
    begin, end = (datetime.fromtimestamp(int(edge), UTC) for edge in grid.edges[[0, -1]])
    runs = ForecastRun.objects.filter(queue__in=list(queues), until__gt=begin, as_of__lt=end)
    rows = (
        StaffingRequirement.objects.filter(run__in=runs, start_at__gte=begin, start_at__lt=end)
        .order_by("run__as_of")  # a newer one overwrites an older one
        .values_list("run__queue", "start_at", "net_p50")
    )
    newest: dict[tuple[int, int], float] = {}
    for queue, start_at, net in rows.iterator(chunk_size=10_000):
        newest[queue, int((start_at.timestamp() - grid.first_s) // grid.step_s)] = net
    for (_, slot), net in newest.items():
        if 0 <= slot < grid.count:
            total[slot] += net
            known[slot] = True
    return np.where(known, total, np.nan)


def queues_of(teams: Iterable[int]) -> list[Queue]:
    """The active queues that these teams answer by themselves: no other team shares in them."""
    chosen = set(teams)
    told = []
    for queue in Queue.objects.active().prefetch_related("teams"):
        answering = {team.pk for team in queue.teams.all()}
        if answering and answering <= chosen:
            told.append(queue)
    return told
