"""What Celery does for the engine. Redis only rings the bell: the work owed stands in StaleCell."""

from celery import shared_task

from ops_dashboard.metrics import rollup
from ops_dashboard.metrics.models import StaleCell

PARALLEL_FROM = 4 * rollup.BATCH  # marks from which a second worker is called to help


@shared_task(name="ops_dashboard.metrics.tasks.refill")
def refill() -> int:
    """Redo stale cells until none is left; returns how many. Safe to run twice and side by side."""
    if StaleCell.objects.count() > PARALLEL_FROM:
        refill_beside.delay()
    return rollup.refill().cells


@shared_task(name="ops_dashboard.metrics.tasks.refill_beside")
def refill_beside() -> int:
    """A helping hand: claims what the first worker does not hold."""
    return rollup.refill().cells
