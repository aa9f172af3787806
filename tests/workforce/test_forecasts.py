"""Runs: made once from what was known then, with people to match, by night and by hand."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from tests.workforce.queues import MONDAY, fill, forecast, queue
from tickets.policies import load
from tickets.policy_file import parse
from workforce import forecasts, tasks
from workforce.models import Event, ForecastPoint, ForecastRun, Queue, QueueVolume, StaffingRequirement
from workforce.staffing import Assumptions, Kind, needed

pytestmark = pytest.mark.django_db

OFFICE = {
    "name": "office",
    "timezone": "Europe/Berlin",
    "weekly": {"mon": [["09:00", "17:00"]], "tue": [["09:00", "17:00"]]},
}


@pytest.fixture
def phone() -> Queue:
    phone = queue()
    fill(phone)
    return phone


def test_a_run_covers_every_interval_of_its_days_in_order(phone: Queue) -> None:
    run = forecast(phone)
    points = list(run.points.order_by("start_at"))
    assert (points[0].start_at, len(points)) == (MONDAY, 7 * 48)
    assert all(0 <= point.p10 <= point.p50 <= point.p90 for point in points)
    assert [day[0] for day in run.daily] == [f"2026-11-{n:02}" for n in range(2, 9)]
    first = [point.p50 for point in points if point.start_at.date() == date(2026, 11, 2)]
    assert run.daily[0][2] == pytest.approx(sum(first), abs=0.01)
    assert run.backtest["origins"] == 1


def test_making_it_again_gives_the_one_that_stands(phone: Queue) -> None:
    run = forecast(phone)
    QueueVolume.objects.filter(queue=phone).update(offered=99)
    assert forecast(phone) == run
    assert ForecastRun.objects.count() == 1


def test_only_what_was_known_then_counts(phone: Queue) -> None:
    early = forecast(phone, MONDAY - timedelta(days=7))
    QueueVolume.objects.filter(start_at__gte=MONDAY - timedelta(days=7)).update(offered=500)
    Event.objects.create(type="launch", label="Launch", start_on=MONDAY.date(), known_since=MONDAY, end_on=None)
    early_hash = early.data_hash
    ForecastRun.objects.all().delete()
    assert forecast(phone, MONDAY - timedelta(days=7)).data_hash == early_hash


def test_a_known_event_is_part_of_what_a_run_saw(phone: Queue) -> None:
    untold = forecast(phone).data_hash
    ForecastRun.objects.all().delete()
    Event.objects.create(type="launch", label="Launch", start_on=MONDAY.date(), known_since=MONDAY - timedelta(days=30))
    assert forecast(phone).data_hash != untold


def test_a_queue_without_volume_has_no_forecast() -> None:
    assert forecasts.make_run(queue("new"), MONDAY) is None


def test_a_moment_between_two_intervals_is_refused(phone: Queue) -> None:
    with pytest.raises(ValueError, match="not the start of an interval"):
        forecasts.make_run(phone, MONDAY + timedelta(minutes=5))


def test_people_are_what_the_formulas_ask_for(phone: Queue) -> None:
    run = forecast(phone)
    point = run.points.order_by("start_at")[20]
    row = StaffingRequirement.objects.get(run=run, start_at=point.start_at)
    assumptions = Assumptions(kind=Kind.LIVE, aht_s=360, target_s=20, share=0.8, max_occupancy=0.85)
    assert row.net_p50 == needed(round(2 * point.p50, 2), assumptions).agents
    assert row.net_p90 == needed(round(2 * point.p90, 2), assumptions).agents
    assert row.gross_p50 == pytest.approx(row.net_p50 / (0.88 * 0.82))
    assert run.staffing.model == "erlang-c"


def test_new_assumptions_change_people_and_not_the_forecast(phone: Queue) -> None:
    run = forecast(phone)
    before = list(run.points.values_list("p50", flat=True)), sum(run.requirements.values_list("net_p50", flat=True))
    phone.aht_s = 720
    phone.save()
    forecasts.rebuild_requirements(ForecastRun.objects.get())
    after = list(run.points.values_list("p50", flat=True)), sum(run.requirements.values_list("net_p50", flat=True))
    assert after[0] == before[0]
    assert after[1] > 1.5 * before[1]


def test_closed_hours_bring_nothing_and_need_nobody() -> None:
    load(parse({"calendars": [OFFICE], "policies": []}))
    office = queue("office", calendar="office")
    fill(office)
    run = forecast(office, datetime(2026, 11, 1, 23, tzinfo=UTC))
    open_at = {point.start_at for point in run.points.all() if point.p50 > 0}
    staffed = set(run.requirements.filter(net_p50__gt=0).values_list("start_at", flat=True))
    nine = datetime(2026, 11, 2, 8, tzinfo=UTC)  # 09:00 in Berlin
    expected = {nine + timedelta(days=day, minutes=30 * n) for day in (0, 1) for n in range(16)}
    assert open_at == staffed == expected
    assert max(run.points.exclude(start_at__in=expected).values_list("p90", flat=True)) == 0


@pytest.mark.parametrize(
    ("kind", "columns", "model"),
    [
        (Queue.Kind.CHAT, {"concurrent_aht_s": [300, 360, 450], "target_s": 60}, "chat"),
        (Queue.Kind.DEFERRED, {"target_s": 8 * 3600}, "deferred"),
        (Queue.Kind.LIVE, {"patience_s": 120}, "erlang-a"),
    ],
)
def test_every_kind_of_work_has_its_people(kind: Queue.Kind, columns: dict[str, Any], model: str) -> None:
    work = queue("work", kind, **columns)
    fill(work)
    run = forecast(work)
    assert run.staffing.model == model
    hours = sum(run.requirements.values_list("net_p50", flat=True)) / 2
    load = sum(run.points.values_list("p50", flat=True)) * work.aht_s / 3600
    assert run.requirements.count() == 7 * 48
    if kind is Queue.Kind.DEFERRED:  # a fluid does exactly the work, save what may be done after the horizon
        assert 0.9 * load < hours <= 1.001 * load
    else:
        assert hours > 0


def test_the_night_forecasts_each_queue_once_for_its_own_midnight(
    phone: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = queue("berlin", zone="Europe/Berlin")
    fill(other)
    now = MONDAY - timedelta(minutes=15)  # a quarter to midnight UTC, a new day in Berlin
    monkeypatch.setattr("workforce.tasks.timezone.now", lambda: now)
    monkeypatch.setattr("workforce.tasks.volumes.refresh", lambda since=None: 0)
    monkeypatch.setattr(tasks.forecast_queue, "delay", tasks.forecast_queue)
    for _ in range(2):
        tasks.forecast_due()
    made = {(run.queue.slug, run.as_of) for run in ForecastRun.objects.select_related("queue")}
    assert made == {("phone", MONDAY - timedelta(days=1)), ("berlin", MONDAY - timedelta(hours=1))}


def test_a_run_that_is_broken_off_leaves_nothing(phone: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(run: ForecastRun) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(forecasts, "rebuild_requirements", broken)
    with pytest.raises(KeyboardInterrupt):
        forecast(phone)
    assert not ForecastRun.objects.exists()
    assert not ForecastPoint.objects.exists()
