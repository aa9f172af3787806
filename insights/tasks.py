"""What Celery does for insights. Each task finds what is due and may run twice and side by side."""

import logging

from celery import shared_task

from insights import alarms, issuing, looks_due, programs, suggesting, ticket_feedback
from insights.feedback_runs import RUNS
from insights.models import Area, Subscription
from insights.weeks import due_weeks
from ops_dashboard.metrics import rollup
from ops_dashboard.metrics.lock_waits import WAITED, is_lock_wait
from ops_dashboard.metrics.query import today

logger = logging.getLogger("ops.insights")

SOON_S, ANYWAY_S = 30, 180  # to the next look at tickets that somebody else reads, and until it comes anyway


@shared_task(name="insights.tasks.look")
def look() -> int:
    """Measure what shipped, and survey what has become whole; returns how many days were judged.

    What was surveyed is not due again: a measuring that failed is made up by the next call.
    """
    days = looks_due.due()
    if days is None:
        return 0
    programs.measure_all(days.end)
    alarms.look(days.start, days.end)
    return days.days


@shared_task(name="insights.tasks.draft_digests")
def draft_digests() -> int:
    """A draft of last week's digest for every area that somebody reads; a person approves it."""
    areas = Subscription.objects.filter(is_active=True, area__in=Area.objects.values("slug"))
    found = sorted(set(areas.values_list("area", flat=True)))
    for area in found:
        issuing.draft(area, due_weeks(today()))
    return len(found)


@shared_task(name="insights.tasks.deliver")
def deliver() -> int:
    """Hand over the approved digests that wait."""
    return issuing.deliver()


@shared_task(name="insights.tasks.read_tickets")
def read_tickets() -> int:
    """Take in what requesters have written since the last time; returns how many feedbacks came.

    Where somebody else writes the same rows, it leaves them alone and looks again soon. A past that is
    being filled is read when it is whole, so that its order does not hang on how far it had come.
    """
    if rollup.is_held_back():
        return 0
    try:
        return ticket_feedback.read_all()
    except WAITED as error:
        if not is_lock_wait(error):
            raise
        logger.info("tickets are read by somebody else; looking again in %s s", SOON_S)
        read_tickets.apply_async(countdown=SOON_S, expires=ANYWAY_S)
        return 0


@shared_task(name="insights.tasks.sweep_feedback")
def sweep_feedback() -> int:
    """Take away what has turned out to be spam; returns how many feedbacks went."""
    return ticket_feedback.sweep()


@shared_task(name="insights.tasks.suggest_themes")
def suggest_themes() -> int:
    """Suggest themes once a day and after enough new tags; returns for how many feedbacks."""
    done = suggesting.run() if suggesting.is_due() else None
    return done.suggested if done else 0


@shared_task(name="insights.tasks.close_broken_off")
def close_broken_off() -> int:
    """Close imports of feedback whose process is gone; returns how many."""
    return RUNS.close_broken_off()


@shared_task(name="insights.tasks.forget_rejections")
def forget_rejections() -> int:
    """Drop lines of feedback that were refused long ago; returns how many."""
    return RUNS.forget_rejections()
