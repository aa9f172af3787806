"""Two writers at one alarm or one insight, each on a connection of its own."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import date
from time import sleep
from typing import TypeVar

import pytest
from django.db import connection, transaction

from insights import drafting
from insights.models import Alarm, Insight
from ops_dashboard.metrics import rollup
from ops_dashboard.metrics.models import StaleCell
from tests.cast import make_cast
from tests.insights.building import make_themes
from tests.insights.test_acts import SEEN

pytestmark = pytest.mark.django_db(transaction=True)
MONDAY = date(2026, 3, 2)
T = TypeVar("T")


def beside(pool: ThreadPoolExecutor, act: Callable[[], T]) -> Future[T]:
    """The act of somebody else, which waits for this transaction."""

    def acted() -> T:
        try:
            return act()
        finally:
            connection.close()

    future = pool.submit(acted)
    sleep(0.3)
    assert not future.done()
    return future


def test_two_who_start_an_alarm_s_insight_start_the_same() -> None:
    alarm = Alarm.objects.create(theme=make_themes()["payouts"], opened_on=MONDAY, last_on=MONDAY, context=[SEEN])
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            first = drafting.of_alarm(alarm)
            second = beside(pool, lambda: drafting.of_alarm(alarm))
        assert second.result(timeout=20) == first
    assert Insight.objects.get() == first


def test_an_edit_that_takes_back_another_of_the_same_moment_marks_its_cell() -> None:
    """The other one is counted by the time that it is taken back."""
    cast, themes = make_cast(), [make_themes()["payouts"]]
    erin = cast.users["erin"]
    made = drafting.create(claim="Payouts are late", area="payments", themes=themes, since=MONDAY, by=erin)
    drafting.publish(made, by=erin)
    rollup.refill()

    def move(area: str) -> None:
        drafting.edit(Insight.objects.get(), claim=made.claim, story="", area=area, themes=themes, by=erin)

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            move("live")
            rollup.refill()
            assert not StaleCell.objects.exists()
            back = beside(pool, lambda: move("payments"))
        back.result(timeout=20)
    assert list(StaleCell.objects.values_list("source", flat=True)) == ["insights"]
