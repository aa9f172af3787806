"""The demo's loop on a real database: told, going on while it is watched, and gone without a trace."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from django.apps import apps
from django.db.models import Max

from insights import tagging
from insights.demo import analysts, hearing, loop
from insights.demo.plot import REVIEWS
from insights.models import (
    ActiveUsers,
    Alarm,
    Ask,
    AskStep,
    Digest,
    Feedback,
    FeedbackTheme,
    Insight,
    Judgement,
    Mail,
    Program,
    Receipt,
    TagRule,
    Theme,
    ThemeFact,
)
from ops_dashboard.metrics import rollup
from ops_dashboard.metrics.models import Cell
from ops_dashboard.people.models import AuditEntry, User
from tickets.demo import records
from tickets.demo.live import LiveView, tell_history
from tickets.demo.world import World
from tickets.forgetting import forget
from tickets.models import Source, Ticket

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 4, 8, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=2)
TWO_WEEKS = NOW + timedelta(days=14)
# What stands after the demo has gone: how far messages were read is forgotten with the source, places of feedback stay.
KEPT = {"FeedbackSource"}


@pytest.fixture
def world() -> World:
    world = World(7, 900, 6, NOW)
    source = records.settle(world)
    tell_history(source, world, created=lambda _: None)
    hearing.tell(world)
    loop.tell(world)
    return world


class BrokenOff(Exception):
    """The part was broken off here."""


def test_nobody_waits_to_sign_in_while_the_loop_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its themes are versions, which leave traces; the trail's end stays free for other writers until all is told."""
    world = World(7, 900, 6, NOW)
    records.settle(world)
    before = AuditEntry.objects.count()

    def midway(*_: object, **__: object) -> None:
        assert Theme.objects.exists()
        assert AuditEntry.objects.count() == before
        raise BrokenOff

    monkeypatch.setattr(analysts, "tell", midway)
    with pytest.raises(BrokenOff):
        loop.tell(world)
    assert AuditEntry.objects.count() == before


def reviews() -> tuple[int, int, int]:
    """Reviews, their tags, and those that count."""
    ids = Feedback.objects.filter(source=REVIEWS).values("id")
    tags, facts = FeedbackTheme.objects.filter(feedback__in=ids), ThemeFact.objects.filter(feedback__in=ids)
    return ids.count(), tags.count(), facts.count()


def newest_review() -> datetime:
    newest: datetime = Feedback.objects.filter(source=REVIEWS).aggregate(at=Max("occurred_at"))["at"]
    return newest


def steps() -> list[tuple[int, str, str]]:
    """What happened to asks since the history's end: after how many days, to which ask, what."""
    told = AskStep.objects.filter(at__gt=NOW).order_by("at", "id").values_list("at", "ask__question", "kind")
    return [((at - NOW).days, question[:16], kind) for at, question, kind in told]


def letters() -> list[tuple[str, str, str, str, str]]:
    """Week, area, when it was sent, and what the partner made of it when."""
    partner = User.objects.get(username="demo-partner")
    found = []
    for digest in Digest.objects.filter(week__gte=date(2026, 3, 30)).order_by("week", "-area"):
        receipt = Receipt.objects.filter(digest=digest, user=partner).first()
        sent, seen = (f"{at:%d %H:%M}" if at else "" for at in (digest.sent_at, receipt and receipt.first_at))
        found.append((f"{digest.week:%d %b}", digest.area, sent, seen, receipt.reaction if receipt else ""))
    return found


def sittings() -> Counter[str]:
    """On how many days since the history's end each analyst has sat down."""
    told = Judgement.objects.filter(at__gt=NOW).values_list("user__username", "at").distinct()
    return Counter(name for name, _ in told)


def expect_two_weeks(world: World) -> None:
    """Two weeks that are watched move all of it, once."""
    view = LiveView(Source.objects.get(), world)
    users = ActiveUsers.objects.count()
    for days in (7, 14):
        now = NOW + timedelta(days=days)
        view.begin(now)
        hearing.go_on(world, now=now)
        loop.go_on(world, now=now)
    assert steps() == [
        (1, "Roll back the gi", "accepted"),
        (2, "Payment failed: ", "opened"),
        (3, "Roll back the gi", "shipped"),
        (4, "Keep the uploade", "accepted"),
        (5, "Payment failed: ", "accepted"),
        (9, "Live ended by mo", "opened"),
        (11, "Keep the uploade", "shipped"),
        (12, "Payment failed: ", "shipped"),
        (12, "Live ended by mo", "accepted"),
        (13, "Show the date of", "shipped"),
    ]
    assert letters() == [
        ("30 Mar", "payments", "10 12:01", "10 15:01", "useful"),
        ("30 Mar", "live", "10 12:01", "10 16:01", "act"),
        ("06 Apr", "payments", "15 09:01", "15 12:01", "act"),
        ("06 Apr", "live", "15 09:01", "15 13:01", "useful"),
        ("13 Apr", "payments", "22 09:01", "", ""),  # to be read at 12:01
        ("13 Apr", "live", "22 09:01", "", ""),
    ]
    assert ActiveUsers.objects.count() == users + 2
    assert ActiveUsers.objects.latest("week").week == date(2026, 4, 13)
    told = Digest.objects.get(week=date(2026, 4, 13), area="live").snapshot["context"]
    created = Ticket.objects.filter(created_at__date__range=("2026-04-13", "2026-04-19")).count()
    assert (told["contacts"], told["per_1000_users"]) == (created, 1000 * created / told["users"])
    tagged = Judgement.objects.filter(at__gt=NOW)
    # Which of the few that were said on a day fall to whom hangs on keyed numbers of tickets: not on every day any.
    assert sittings().keys() == {"demo-analyst", "demo-analyst-2"} and max(sittings().values()) <= 14
    assert min(sittings().values()) >= 5
    assert set(tagged.values_list("outcome", flat=True)) == {"tagged"}

    before = (steps(), letters(), tagged.count(), Mail.objects.count(), Insight.objects.count(), reviews())
    loop.go_on(world, now=TWO_WEEKS)
    assert (steps(), letters(), tagged.count(), Mail.objects.count(), Insight.objects.count(), reviews()) == before


def test_the_loop_is_told_goes_on_and_goes_away(world: World) -> None:
    for model in (Alarm, Insight, Ask, Program, Digest, Mail):
        assert model._default_manager.exists(), model.__name__
    before = reviews()
    assert newest_review() <= NOW

    loop.go_on(world, now=LATER)
    after = reviews()
    assert before[0] < after[0] == after[1] == after[2]
    assert NOW + timedelta(days=1) < newest_review() <= LATER
    loop.go_on(world, now=LATER)
    assert reviews() == after
    expect_two_weeks(world)

    analyst = User.objects.get(username="demo-analyst")
    talk = Feedback.objects.filter(ticket__isnull=False).first()
    theme = Theme.objects.get(slug="refund")
    assert talk is not None
    tagging.tag(talk.pk, theme, by=analyst)
    assert Judgement.objects.filter(user=analyst).exists()
    TagRule.objects.create(theme=theme, words="money back")
    source = Source.objects.get()
    loop.remove()
    hearing.remove()
    forget(source)
    records.remove(source)
    rollup.refill()
    left = {model.__name__ for model in apps.get_app_config("insights").get_models() if model._default_manager.exists()}
    assert left <= KEPT
    assert not User.objects.filter(username__startswith="demo-").exists()
    assert not Cell.objects.filter(source__in=("themed", "feedback", "insights", "ask_steps", "deliveries")).exists()
