"""Imports of feedback whose process is gone are told from those under way, and completed by another."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from insights import tasks
from insights.feedback_import import take_in
from insights.feedback_intake import Told, source_of
from insights.feedback_runs import RUNS
from insights.models import Feedback, FeedbackRejection, FeedbackRun, FeedbackSource
from tests.killing import running_until_killed
from tickets.held_runs import BROKEN_OFF, REJECTIONS_KEPT, RunState

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
HELD = """
from insights import feedback_import
from tests.insights.test_feedback_runs import items, shop
feedback_import.BATCH = 2
def slow():
    yield from items(2)
    print("the first two are stored", flush=True)
    time.sleep(120)
feedback_import.take_in(shop(), slow(), origin="a file")
"""


def shop() -> FeedbackSource:
    return source_of("shop", kind=FeedbackSource.Kind.FILE)


def items(count: int) -> list[Told]:
    return [Told(ref=f"r{n}", at=AT, text="no sound") for n in range(count)]


def counts(run: FeedbackRun) -> tuple[int, int, int]:
    return run.accepted, run.duplicate, run.rejected


@pytest.mark.django_db(transaction=True)
def test_an_import_that_is_killed_does_not_seem_to_run_for_ever() -> None:
    with running_until_killed(HELD):
        assert tasks.close_broken_off() == 0  # it is alive
        assert FeedbackRun.objects.get().state == RunState.RUNNING
    assert tasks.close_broken_off() == 1
    run = FeedbackRun.objects.get()
    assert (run.state, run.error, run.finished_at is None) == (RunState.FAILED, BROKEN_OFF, False)
    assert counts(run) == (2, 0, 0)
    assert FeedbackSource.objects.get().last_success_at is None
    assert tasks.close_broken_off() == 0


@pytest.mark.django_db(transaction=True)
def test_the_next_import_closes_the_one_that_was_killed_and_completes_it() -> None:
    with running_until_killed(HELD):
        pass
    take_in(shop(), items(4), origin="a file")
    killed, done = FeedbackRun.objects.order_by("id")
    assert [(run.state, counts(run)) for run in (killed, done)] == [
        (RunState.FAILED, (2, 0, 0)),
        (RunState.DONE, (2, 2, 0)),
    ]
    assert Feedback.objects.count() == 4


@pytest.mark.django_db
def test_a_run_of_this_very_process_is_under_way_until_it_ends() -> None:
    run = RUNS.begin(source=shop(), origin="a test")
    assert tasks.close_broken_off() == 0
    RUNS.end(run, error=ValueError("torn\0 off"))
    run.refresh_from_db()
    assert (run.state, run.error) == (RunState.FAILED, "ValueError: torn off")


@pytest.mark.django_db
def test_what_was_refused_is_forgotten_after_its_time_and_still_counted() -> None:
    now, day = timezone.now(), timedelta(days=1)
    for age in (REJECTIONS_KEPT - day, REJECTIONS_KEPT + day):
        run = FeedbackRun.objects.create(source=shop(), origin=str(age.days), started_at=now - age, rejected=1)
        run.rejections.create(line=1, field="at", reason="is missing", raw="{}")
    assert tasks.forget_rejections() == 1
    assert list(FeedbackRejection.objects.values_list("run__origin", flat=True)) == ["89"]
    assert list(FeedbackRun.objects.order_by("id").values_list("rejected", flat=True)) == [1, 1]
