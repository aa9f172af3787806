"""What Celery does for tickets."""

from celery import shared_task

from tickets import facts
from tickets.policies import Touched

SLICE = 20_000  # tickets that one task judges, far below its time limit


@shared_task(name="tickets.tasks.judge_again")
def judge_again(touched: str, after: int = -1) -> int:
    """Judge a slice of the touched tickets by the present policies, and ring for the next; returns how many.

    Safe to run twice: facts are replaced by what the events say.
    """
    tickets = Touched(touched).tickets.filter(id__gt=after)
    numbers = list(tickets.order_by("id").values_list("id", flat=True)[:SLICE])
    if not numbers:
        return 0
    done = facts.rebuild_all(tickets.filter(id__lte=numbers[-1]))
    if len(numbers) == SLICE:
        judge_again.delay(touched, after=numbers[-1])
    return done
