"""Imports of feedback: a run is told batch by batch, what cannot be taken in is kept to be mended."""

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone

from insights.feedback_intake import BATCH, Told, record
from insights.feedback_lines import Reading
from insights.feedback_runs import RUNS
from insights.models import Area, FeedbackRun, FeedbackSource
from ops_dashboard.people.models import Team
from tickets import rejections
from tickets.connectors.drafts import Rejected

MOST_CHARACTERS = 4_000_000  # of one batch, so that long texts do not fill the memory


@dataclass(frozen=True)
class Summary:
    """What became of the items of one run."""

    accepted: int
    duplicate: int
    rejected: int
    seconds: float


def reading(*, zone: ZoneInfo | None = None, names: dict[str, str] | None = None) -> Reading:
    """How items are read here: the areas and teams that they may name."""
    return Reading(
        areas=frozenset(Area.objects.values_list("slug", flat=True)),
        teams=dict(Team.objects.values_list("slug", "pk")),
        zone=zone,
        names=names or {},
    )


def take_in(source: FeedbackSource, items: Iterable[Told | Rejected], *, origin: str) -> Summary:
    """Store what is not known yet of `items`; the same items again change nothing.

    Each batch is a transaction with its rejections and counts, so a broken run is completed by
    running it again. Whatever `items` raises comes out, after the batches before it have been kept.
    """
    started = time.monotonic()
    run = RUNS.begin(source=source, origin=origin[:200])
    try:
        for batch in _batches(items):
            _take(run, batch)
    except BaseException as error:  # also an interrupt: the run must not seem to go on
        RUNS.end(run, error=error)
        raise
    RUNS.end(run)
    FeedbackSource.objects.filter(pk=source.pk).update(last_success_at=timezone.now())
    return Summary(run.accepted, run.duplicate, run.rejected, round(time.monotonic() - started, 3))


@transaction.atomic
def _take(run: FeedbackRun, batch: list[Told | Rejected]) -> None:
    stored = record(run.source, [item for item in batch if isinstance(item, Told)])
    rejected = [item for item in batch if isinstance(item, Rejected)]
    rejections.keep(RUNS, run, rejected)
    run.accepted += stored.accepted
    run.duplicate += stored.duplicate
    run.rejected += len(rejected)
    run.save(update_fields=["accepted", "duplicate", "rejected"])


def _batches(items: Iterable[Told | Rejected]) -> Iterator[list[Told | Rejected]]:
    """Lists of at most BATCH items, and of about MOST_CHARACTERS."""
    batch: list[Told | Rejected] = []
    characters = 0
    for item in items:
        batch.append(item)
        characters += len(item.text if isinstance(item, Told) else item.raw)
        if len(batch) >= BATCH or characters >= MOST_CHARACTERS:
            yield batch
            batch, characters = [], 0
    if batch:
        yield batch
