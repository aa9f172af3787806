"""What running promises have used by now: their rows tell only what the last event found."""

from collections.abc import Iterable
from datetime import datetime

import numpy as np
from django.db import connection

from tickets.event_rows import read_history
from tickets.models import Promise
from tickets.policy_versions import in_force
from tickets.proof import proof
from tickets.timeline import fold
from tickets.vocabulary import PromiseKind, PromiseState

Used = dict[tuple[int, int], int]  # (kind, run) -> seconds that counted


def used_by_now(ticket: int, promises: Iterable[Promise], *, now: datetime) -> Used:
    """Seconds of every running promise of one ticket, as its proof counts them."""
    running = [promise for promise in promises if promise.state == PromiseState.RUNNING]
    if not running:
        return {}
    with connection.cursor() as cursor:
        history = read_history(cursor, np.array([ticket], dtype=np.int64))
    timeline, levels, until = fold(history.events), in_force(), int(now.timestamp())
    found: Used = {}
    for promise in running:
        stretches = proof(
            timeline,
            levels.policies,
            levels.clocks,
            kind=PromiseKind(promise.kind),
            run=promise.run,
            now=until,
            source=history.source,
        )
        if stretches:
            found[promise.kind, promise.run] = stretches[-1].total
    return found
