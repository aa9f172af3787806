"""Import runs whose process is gone are told from those under way."""

import pytest

from tests.killing import running_until_killed
from tests.tickets.drafting import STORY, source, take
from tickets import import_runs, tasks
from tickets.models import ImportRun, TicketEvent

HELD = """
from tests.tickets.drafting import STORY, draft, take
def drafts():
    yield from STORY
    yield draft("ticket_created", 0, ticket="T2")
    print("the first batch is stored", flush=True)
    time.sleep(120)
take(drafts(), batch=len(STORY))
"""
STATES = ImportRun.State


@pytest.mark.django_db(transaction=True)
def test_an_import_that_is_killed_does_not_seem_to_run_for_ever() -> None:
    with running_until_killed(HELD):
        assert import_runs.close_broken_off() == 0  # it is alive
        assert ImportRun.objects.get().state == STATES.RUNNING
    assert tasks.close_broken_off() == 1
    run = ImportRun.objects.get()
    assert (run.state, run.error, run.accepted) == (STATES.FAILED, import_runs.BROKEN_OFF, len(STORY))
    assert run.finished_at is not None
    assert TicketEvent.objects.count() == len(STORY)


@pytest.mark.django_db(transaction=True)
def test_the_next_import_closes_the_one_that_was_killed() -> None:
    with running_until_killed(HELD):
        pass
    take(STORY)
    assert [run.state for run in ImportRun.objects.order_by("id")] == [STATES.FAILED, STATES.DONE]


@pytest.mark.django_db
def test_a_run_of_this_very_process_is_under_way_until_it_ends() -> None:
    run = import_runs.begin(source(), origin="a test", size=0)
    assert import_runs.close_broken_off() == 0
    import_runs.end(run, error=ValueError("torn\0 off"))
    run.refresh_from_db()
    assert (run.state, run.error) == (STATES.FAILED, "ValueError: torn off")
    assert import_runs.close_broken_off() == 0
