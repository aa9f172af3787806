"""The day as it goes: the forecast against what came, people split between queues, the sentence on top."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from time_machine import travel

from ops_dashboard.people.models import Team, User
from ops_dashboard.people.roles import Role
from tests.metrics.facts import add_ticket, record
from tests.workforce.rostering import MONDAY, make_team, published, shift, week
from workforce import day_words, rosters
from workforce.day import Day, QueueDay, read_day
from workforce.models import ForecastPoint, ForecastRun, Queue, QueueVolume, StaffingRequirement

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 23, 11, 10, tzinfo=UTC)  # 12:10 in Warsaw, ada and ben at work until 17:00


def queue(
    team: Team, slug: str = "phone", *, expected: float = 10, needed: float = 4, now: datetime = NOW, **more: object
) -> Queue:
    """A queue with a flat forecast from the local midnight before `now` on."""
    told = {"kind": Queue.Kind.LIVE, "zone": "Europe/Warsaw", "aht_s": 180, "target_s": 20, "max_occupancy": 1.0}
    made = Queue.objects.create(slug=slug, name=slug.title(), **(told | more))
    made.teams.add(team)
    as_of = (now - timedelta(days=2)).replace(hour=23, minute=0, second=0, microsecond=0)
    run = ForecastRun.objects.create(
        queue=made, as_of=as_of, until=as_of + timedelta(days=9), model="own", params={"day_sd": 0.3}, data_hash="x",
        daily=[], backtest={}, made_at=as_of,
    )  # fmt: skip
    slots = [as_of + timedelta(minutes=30 * slot) for slot in range(48 * 4)]
    ForecastPoint.objects.bulk_create(
        ForecastPoint(run=run, start_at=at, p10=expected, p50=expected, p90=expected, aht_s=180) for at in slots
    )
    StaffingRequirement.objects.bulk_create(
        StaffingRequirement(run=run, start_at=at, net_p50=needed, net_p90=needed, gross_p50=needed, gross_p90=needed)
        for at in slots
    )
    return made


def read(*queues: Queue, now: datetime = NOW, counted_to: datetime | None = None) -> Day:
    found = list(Queue.objects.filter(pk__in=[q.pk for q in queues]).prefetch_related("teams"))
    return read_day(found, now=now, counted_to=counted_to)


def team_at_work() -> Team:
    team, agents = make_team()
    published(team, shift(agents["ada"], MONDAY), shift(agents["ben"], MONDAY))
    return team


def only(day: Day) -> QueueDay:
    (told,) = day.queues
    return told


def came(queue: Queue, amount: int) -> None:
    """So many contacts in every half hour of the day so far."""
    midnight = datetime(2026, 3, 22, 23, tzinfo=UTC)
    QueueVolume.objects.bulk_create(
        QueueVolume(queue=queue, start_at=midnight + timedelta(minutes=30 * slot), offered=amount) for slot in range(24)
    )


def test_a_day_as_forecast_changes_nothing_and_shortages_are_named() -> None:
    told = queue(team_at_work())
    came(told, 10)
    day = read(told)
    each = only(day)
    assert each.factor == pytest.approx(1.0)
    assert each.staffed[day.next_hours].tolist() == [2.0] * 8
    assert each.required[day.next_hours].tolist() == [4.0] * 8
    sentence = day_words.sentence(day)
    assert sentence.startswith("Phone is 2 agents short 12:00\N{EN DASH}16:00 (Europe/Warsaw); expect about ")


def test_a_busier_day_than_forecast_asks_for_more_people_for_the_rest_of_it() -> None:
    told = queue(team_at_work())
    came(told, 20)
    day = read(told)
    each = only(day)
    # w = .3^2 / (.3^2 + 1/240), f = exp(.8 w ln 2)
    assert each.factor == pytest.approx(np.exp(0.8 * 0.09 / (0.09 + 1 / 240) * np.log(2)), rel=1e-9)
    assert each.expected[day.here] == pytest.approx(10 * each.factor)
    assert each.came[day.here - 1] == 20
    assert np.isnan(each.came[day.here])


def test_contacts_that_nobody_has_counted_yet_are_missing_and_not_none() -> None:
    """Ten each half hour, as forecast, and since 10:20 UTC nothing is heard: eleven and a half hours were counted."""
    told = queue(team_at_work())
    came(told, 10)
    QueueVolume.objects.filter(start_at__gte=datetime(2026, 3, 23, 10, tzinfo=UTC)).delete()
    day = read(told, counted_to=datetime(2026, 3, 23, 10, 20, tzinfo=UTC))
    each = only(day)
    assert each.factor == pytest.approx(1.0)
    assert day.here - day.heard == 2
    assert each.came[day.heard - 1] == 10
    assert np.isnan(each.came[day.heard : day.here]).all()
    row = [cell.text for cell in day_words.queue_table(day).rows[0]]
    assert row[:3] == ["Phone", "220", "220"]
    assert only(read(told)).factor < 0.95  # as it would be if nobody had called


def test_a_team_of_two_queues_is_split_as_they_need_people() -> None:
    team = team_at_work()
    both = queue(team, "phone", needed=3), queue(team, "chat", needed=1)
    for each in both:
        came(each, 10)
    day = read(*both)
    assert [each.staffed[day.here] for each in day.queues] == [1.5, 0.5]


@pytest.mark.parametrize(
    ("now", "slots"),
    [
        (datetime(2026, 3, 29, 10, tzinfo=UTC), 46),  # the day on which Warsaw's clocks go forward
        (datetime(2026, 10, 25, 10, tzinfo=UTC), 50),
        (NOW, 48),
    ],
)
def test_a_day_has_as_many_half_hours_as_it_has(now: datetime, slots: int) -> None:
    team, _ = make_team()
    each = only(read(queue(team, now=now), now=now))
    assert each.ends - each.begins == slots
    assert each.begins + int((now - each_midnight(each, now)).total_seconds()) // 1800 == 96  # 48 hours back is slot 0


def each_midnight(each: QueueDay, now: datetime) -> datetime:
    return now.astimezone(each.zone).replace(hour=0, minute=0).astimezone(UTC)


def test_only_half_hours_that_were_forecast_tell_how_the_day_goes() -> None:
    told = queue(team_at_work())
    came(told, 10)
    ForecastPoint.objects.filter(start_at__lt=NOW - timedelta(hours=2)).delete()
    assert only(read(told)).factor == pytest.approx(1.0)


def test_messages_that_wait_are_done_first_and_the_overdue_are_told() -> None:
    """Two people do four an hour; 20 came three hours ago and are overdue, 12 an hour ago, due in an hour."""
    told = queue(
        team_at_work(), "mail", expected=0, needed=0, kind=Queue.Kind.DEFERRED, aht_s=1800, target_s=7200, share=0.9
    )
    for number in range(32):
        at = NOW.replace(minute=0) - timedelta(hours=3 if number < 20 else 1)
        record(add_ticket(number + 1, created_at=at, team=told.teams.get().pk))
    each = only(read(told))
    assert (each.waiting, each.overdue) == (32, 20)
    # The grid's slot of now begins at 11:00, and the 12 are due at 12:00: all of them are late then.
    assert each.late[96:104].tolist() == [0, 0, 12, 0, 0, 0, 0, 0]
    assert each.required[96] > 2 > each.required[96 + 8]


def test_a_shortage_is_told_before_what_is_hardly_late() -> None:
    other, agents = make_team("other", "cem", "dot")
    published(other, shift(agents["cem"], MONDAY), shift(agents["dot"], MONDAY))
    fine = queue(other, "phone", expected=1, needed=0)
    came(fine, 1)
    short = queue(team_at_work(), "chat", expected=0, needed=5)
    assert 0 < day_words.late_ahead(read(fine, short), read(fine, short).queues[0]) < 0.5
    assert day_words.sentence(read(fine, short)).startswith("Chat is 3 agents short")
    assert [each.queue.name for each in day_words.by_need(read(fine, short))] == ["Chat", "Phone"]


def test_drafts_are_nobody_at_work() -> None:
    team, agents = make_team()
    published(team, shift(agents["ada"], MONDAY))
    rosters.add(week(team), [shift(agents["ben"], MONDAY)])
    day = read(queue(team))
    assert only(day).staffed[day.here] == 1.0


def test_without_queues_and_without_a_forecast_the_page_says_so() -> None:
    assert "no queue yet" in day_words.sentence(read())
    bare = Queue.objects.create(slug="bare", name="Bare", kind=Queue.Kind.LIVE)
    assert "Nothing is forecast" in day_words.sentence(read(bare))


def client(role: Role) -> Client:
    made = Client()
    made.force_login(User.objects.create(username="reader", role=role))
    return made


@travel(NOW)
def test_an_analyst_sees_no_names_and_a_planner_does() -> None:
    queue(team_at_work())
    assert "Ada" in client(Role.PLANNER).get("/today/").content.decode()
    User.objects.all().delete()
    assert "Ada" not in client(Role.ANALYST).get("/today/").content.decode()


def test_the_page_asks_a_steady_number_of_queries() -> None:
    team = team_at_work()
    planner = client(Role.PLANNER)
    planner.get("/today/")  # what is kept for a minute is asked here
    counts = []
    for n in range(2):
        queue(team, f"queue-{n}", now=timezone.now())
        with CaptureQueriesContext(connection) as queries:
            assert planner.get("/today/").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 16
