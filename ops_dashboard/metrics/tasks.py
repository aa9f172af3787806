"""What Celery does for the engine. Redis only rings the bell: the work owed stands in StaleCell."""

import logging

from celery import shared_task
from django.utils import timezone
from redis.exceptions import RedisError

from ops_dashboard.metrics import alert_looks, rollup
from ops_dashboard.metrics.cycle import Age, age_of
from ops_dashboard.metrics.drawing_ahead import draw_lately
from ops_dashboard.metrics.lock_waits import WAITED, is_lock_wait
from ops_dashboard.metrics.models import StaleCell
from ops_dashboard.metrics.query import Reader
from ops_dashboard.metrics.records import instant_word
from ops_dashboard.people.roles import SYSTEM

logger = logging.getLogger("ops.metrics")

DRAWN_WITHIN_S = 50  # after that the next refill is near
PARALLEL_FROM = 4 * rollup.BATCH  # marks from which a second worker is called to help


@shared_task(name="ops_dashboard.metrics.tasks.refill")
def refill() -> int:
    """Redo stale cells until none is left; returns how many. Safe to run twice and side by side."""
    if rollup.is_held_back():
        logger.info("a past is being filled; its cells wait until it is whole")
        return 0
    if StaleCell.objects.count() > PARALLEL_FROM:
        refill_beside.delay()
    cells = _refilled()
    draw_ahead.apply_async(expires=DRAWN_WITHIN_S)  # others refill too: the command that imports, the live demo
    return cells


@shared_task(name="ops_dashboard.metrics.tasks.draw_ahead")
def draw_ahead() -> int:
    """Draw the pages that were looked at lately from the new cells; returns how many."""
    try:
        return draw_lately()
    except RedisError as error:
        logger.info("no page is drawn ahead: %s", error)
        return 0


@shared_task(name="ops_dashboard.metrics.tasks.refill_beside")
def refill_beside() -> int:
    """A helping hand: claims what the first worker does not hold."""
    return _refilled()


def _refilled() -> int:
    """Cells redone; none where a rebuild of everything holds them, which leaves the marks to the next call."""
    try:
        return rollup.refill().cells
    except WAITED as error:
        if not is_lock_wait(error):
            raise
        logger.info("cells are held by another refill; the next call goes on")
        return 0


@shared_task(name="ops_dashboard.metrics.tasks.look_at_alerts")
def look_at_alerts() -> int:
    """Let alert rules look at the days that are complete; returns how many did."""
    return 0 if rollup.is_held_back() else alert_looks.look_at_all()


@shared_task(name="ops_dashboard.metrics.tasks.check_freshness")
def check_freshness() -> bool:
    """Whether figures are neither stale nor wait for a place that has stopped; either is logged as an error."""
    told = Reader(SYSTEM).freshness
    is_stale = age_of(told.complete_to, now=timezone.now()) is Age.STALE
    if is_stale:
        logger.error("figures stale complete_to=%s cells=%s", instant_word(told.complete_to), told.stale_cells)
    for silence in told.silent:
        logger.error("source silent source=%s since=%s", silence.name, instant_word(silence.since))
    return not is_stale and not told.silent
