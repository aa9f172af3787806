"""How long people say they worked on tickets, as the stored events tell it."""

import numpy as np
from django.db.backends.utils import CursorWrapper
from numpy.typing import NDArray

from tickets.partitions import copy_events
from tickets.vocabulary import EventType

MOST_MINUTES = 24 * 60

# What is no number of minutes of a day tells nothing.
_SECONDS = f"""CASE WHEN jsonb_typeof(meta->'minutes') <> 'number' THEN 0
    WHEN (meta->>'minutes')::numeric BETWEEN 0 AND {MOST_MINUTES}
    THEN round((meta->>'minutes')::numeric * 60)::int ELSE 0 END"""
_IN_ORDER = f"AND type = {EventType.WORKLOG_ADDED.value} ORDER BY ticket, occurred_at, seq, dedupe_key"


def logged_seconds(cursor: CursorWrapper, ticket: NDArray, kind: NDArray) -> NDArray[np.int64]:
    """Seconds that each event logs, 0 where it logs none. `ticket` and `kind` are of all their events, in order."""
    told = np.zeros(len(ticket), dtype=np.int64)
    logs = np.flatnonzero(kind == EventType.WORKLOG_ADDED)
    if len(logs):
        tickets = np.unique(ticket[logs]).tolist()
        told[logs] = copy_events(cursor, _SECONDS, tickets, {"seconds": ">i4"}, further=_IN_ORDER)["seconds"]
    return told
