"""The demo's loop on a real database: told, going on while it is watched, and gone without a trace."""

from datetime import UTC, datetime, timedelta

import pytest
from django.apps import apps
from django.db.models import Max

from insights import tagging
from insights.demo import hearing, loop
from insights.demo.plot import REVIEWS
from insights.models import (
    Alarm,
    Ask,
    Digest,
    Feedback,
    FeedbackTheme,
    Insight,
    Judgement,
    Mail,
    Program,
    TagRule,
    Theme,
    ThemeFact,
)
from ops_dashboard.metrics import rollup
from ops_dashboard.metrics.models import Cell
from ops_dashboard.people.models import User
from tickets.demo import records
from tickets.demo.live import tell_history
from tickets.demo.world import World
from tickets.forgetting import forget
from tickets.models import Source

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 4, 8, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=2)
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


def reviews() -> tuple[int, int, int]:
    """Reviews, their tags, and those that count."""
    ids = Feedback.objects.filter(source=REVIEWS).values("id")
    tags, facts = FeedbackTheme.objects.filter(feedback__in=ids), ThemeFact.objects.filter(feedback__in=ids)
    return ids.count(), tags.count(), facts.count()


def newest_review() -> datetime:
    newest: datetime = Feedback.objects.filter(source=REVIEWS).aggregate(at=Max("occurred_at"))["at"]
    return newest


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
