"""What Celery does for tickets. What is owed stands in the database; a message only rings the bell."""

from celery import shared_task

from tickets import rejudging
from tickets.import_runs import RUNS

SLICE = 20_000  # tickets that one task judges, far below its time limit


@shared_task(name="tickets.tasks.judge_again")
def judge_again() -> int:
    """Judge a slice of the tickets that are owed it, and ring for the next; returns how many. Safe to run twice."""
    done = rejudging.work_off(at_most=SLICE)
    if done >= SLICE:
        judge_again.delay()
    return done


@shared_task(name="tickets.tasks.close_broken_off")
def close_broken_off() -> int:
    """Close import runs whose process is gone; returns how many."""
    return RUNS.close_broken_off()


@shared_task(name="tickets.tasks.forget_rejections")
def forget_rejections() -> int:
    """Drop lines that imports refused long ago; returns how many."""
    return RUNS.forget_rejections()
