"""A change of policies owes its tickets another judgement until all of them have had it."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import transaction

from ops_dashboard.metrics.query import Reader
from ops_dashboard.metrics.rendering.freshness import freshness_line
from ops_dashboard.people.roles import SYSTEM
from tests.killing import running_until_killed
from tests.tickets.drafting import at, draft, take
from tickets import rejudging, tasks
from tickets.models import Promise, Rejudging, SlaPolicy
from tickets.policies import load
from tickets.policy_file import parse

POLICY = {"name": "standard", "order": 1, "targets": [{"kind": "first_reply", "seconds": 600}]}
STRICTER = {**POLICY, "targets": [{"kind": "first_reply", "seconds": 60}]}


def told(policy: dict[str, object], **options: bool) -> None:
    load(parse({"policies": [policy]}), by="a test", **options)


def judged_by_the_latest() -> int:
    return Promise.objects.filter(policy=SlaPolicy.objects.latest("version").pk).count()


@pytest.fixture
def five(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Five tickets judged by the first version; the second counts since ever and is owed."""
    told(POLICY)
    rejudging.work_off()
    take([draft("ticket_created", 0, ticket=f"T{i}", status="open") for i in range(5)])
    monkeypatch.setattr(rejudging, "BATCH", 2)
    told(STRICTER, restate=True)


@pytest.mark.usefixtures("five")
def test_the_debt_stands_until_it_is_paid() -> None:
    assert (Rejudging.objects.get().touched, judged_by_the_latest()) == ("all", 0)
    assert rejudging.work_off(at_most=2) == 2
    assert (rejudging.is_owed(), judged_by_the_latest()) == (True, 2)
    assert rejudging.work_off() == 3
    assert (rejudging.is_owed(), judged_by_the_latest()) == (False, 5)
    assert rejudging.work_off() == 0


@pytest.mark.usefixtures("five")
def test_a_version_that_is_rolled_back_owes_nothing() -> None:
    rejudging.work_off()
    with transaction.atomic():
        told(POLICY, restate=True)
        transaction.set_rollback(True)
    assert not rejudging.is_owed()


@pytest.mark.usefixtures("five")
def test_readers_are_told_that_promises_are_judged_again() -> None:
    line = freshness_line(Reader(SYSTEM).freshness, now=at(0))
    assert rejudging.WORDS in line.rest
    rejudging.work_off()
    assert rejudging.WORDS not in freshness_line(Reader(SYSTEM).freshness, now=at(0)).rest


@pytest.mark.usefixtures("five")
def test_the_queue_goes_on_slice_by_slice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "SLICE", 2)
    rung: list[str] = []
    monkeypatch.setattr(tasks.judge_again, "delay", lambda: rung.append("again"))
    assert [tasks.judge_again(), tasks.judge_again(), tasks.judge_again()] == [2, 2, 1]
    assert rung == ["again", "again"]


@pytest.mark.usefixtures("five")
def test_refreshing_the_metrics_pays_it_off() -> None:
    call_command("refresh_metrics", "--json", stdout=StringIO())
    assert (rejudging.is_owed(), judged_by_the_latest()) == (False, 5)


def test_what_is_loaded_without_a_rebuild_owes_nothing(db: None) -> None:
    told(POLICY, rejudges=False)
    assert not rejudging.is_owed()


HELD = """
from django.db import transaction
from tickets import rejudging
rejudging.BATCH = 2
rejudging.work_off(at_most=2)
with transaction.atomic():
    print(rejudging._batch(), flush=True)
    time.sleep(120)
"""


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_in_the_middle_leaves_the_rest_to_the_next() -> None:
    told(POLICY)
    rejudging.work_off()
    take([draft("ticket_created", 0, ticket=f"T{i}", status="open") for i in range(5)])
    told(STRICTER, restate=True)
    with running_until_killed(HELD):
        assert rejudging.work_off() == 0  # it is held
        assert judged_by_the_latest() == 2
    assert judged_by_the_latest() == 2
    assert rejudging.work_off() == 3
    assert (rejudging.is_owed(), judged_by_the_latest()) == (False, 5)
