"""Import runs whose process is gone are told from those under way; what they refused is forgotten in time."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.killing import running_until_killed
from tests.tickets.drafting import STORY, source, take
from tickets import tasks
from tickets.held_runs import BROKEN_OFF, REJECTIONS_KEPT, RunState
from tickets.import_runs import RUNS
from tickets.models import ImportRun, RejectedRow, TicketEvent

HELD = """
from tests.tickets.drafting import STORY, draft, take
def drafts():
    yield from STORY
    yield draft("ticket_created", 0, ticket="T2")
    print("the first batch is stored", flush=True)
    time.sleep(120)
take(drafts(), batch=len(STORY))
"""


@pytest.mark.django_db(transaction=True)
def test_an_import_that_is_killed_does_not_seem_to_run_for_ever() -> None:
    with running_until_killed(HELD):
        assert RUNS.close_broken_off() == 0  # it is alive
        assert ImportRun.objects.get().state == RunState.RUNNING
    assert tasks.close_broken_off() == 1
    run = ImportRun.objects.get()
    assert (run.state, run.error, run.accepted) == (RunState.FAILED, BROKEN_OFF, len(STORY))
    assert run.finished_at is not None
    assert TicketEvent.objects.count() == len(STORY)


@pytest.mark.django_db(transaction=True)
def test_the_next_import_closes_the_one_that_was_killed() -> None:
    with running_until_killed(HELD):
        pass
    take(STORY)
    assert [run.state for run in ImportRun.objects.order_by("id")] == [RunState.FAILED, RunState.DONE]


@pytest.mark.django_db
def test_a_run_of_this_very_process_is_under_way_until_it_ends() -> None:
    run = RUNS.begin(source=source(), origin="a test")
    assert RUNS.close_broken_off() == 0
    RUNS.end(run, error=ValueError("torn\0 off"))
    run.refresh_from_db()
    assert (run.state, run.error) == (RunState.FAILED, "ValueError: torn off")
    assert RUNS.close_broken_off() == 0


@pytest.mark.django_db
def test_what_was_refused_is_forgotten_after_its_time_and_still_counted() -> None:
    now, day = timezone.now(), timedelta(days=1)
    for age in (REJECTIONS_KEPT - day, REJECTIONS_KEPT + day):
        run = ImportRun.objects.create(source=source(), origin=str(age.days), started_at=now - age, rejected=2)
        RejectedRow.objects.bulk_create(RejectedRow(run=run, line=n, field="at", raw="{") for n in range(2))
    assert tasks.forget_rejections() == 2
    assert set(RejectedRow.objects.values_list("run__origin", flat=True)) == {"89"}
    assert list(ImportRun.objects.order_by("id").values_list("rejected", flat=True)) == [2, 2]
