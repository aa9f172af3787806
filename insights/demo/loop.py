"""The part of the demo that closes the loop: themes, reviews, alarms, asks with their effects, digests.

Planted, besides what the tickets tell of themselves: a bad release that breaks uploads for a week,
payouts that get slower for two months, gifts that vanish these days; coins that arrive since a fix
nine weeks ago, whose effect is told in the letter of the last week, and a change to notifications that
changed nothing. Two analysts have tagged some of the conversations by hand, about one in seven of them
both, so that suggestions can be learned and agreement told.
"""

from datetime import datetime, timedelta

import numpy as np
from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.db.models import Max

from insights import alarms, issuing, programs
from insights.counting import daily, with_beginnings
from insights.demo import analysts, feedback, history, onward
from insights.demo.plot import (
    AREAS,
    CAPTIONS,
    CAPTIONS_MEAN,
    CAPTIONS_NAME,
    CAPTIONS_OF,
    CAPTIONS_WORDS,
    PHRASES,
    REVIEWS,
)
from insights.models import (
    ActiveUsers,
    Alarm,
    Area,
    Ask,
    Digest,
    Feedback,
    FeedbackSource,
    FeedbackTheme,
    Insight,
    Judgement,
    Mail,
    Program,
    Subscription,
    Survey,
    TagRule,
    TaxonomyVersion,
    Theme,
    ThemeChange,
    ThemeFact,
)
from insights.surveillance import DAILY
from insights.taxonomy import revise
from ops_dashboard.metrics import rollup
from ops_dashboard.metrics.copying import tell_planner
from ops_dashboard.metrics.definitions import registry
from ops_dashboard.metrics.periods import Grain
from ops_dashboard.people import audit
from tickets.demo.catalogue import REASONS
from tickets.demo.world import World

ANALYST, PARTNER = "demo-analyst", "demo-partner"
DAY = timedelta(days=1)
USERS_A_TICKET, GROWTH = 230, 1.003  # a week, and from week to week
INVENTED = "the demo"
LATELY = 42  # days of which every one was looked at, that of the outage too; before that, one a week


def tell(world: World) -> None:
    """Themes, feedback, the looks at it, and what people made of it."""
    if Theme.objects.filter(slug__in=PHRASES).exists():
        return
    _people()  # by itself: whoever signs in writes to the same rows
    with transaction.atomic(), audit.recording_last():
        _themes()
        feedback.tell(world, since=world.stories.start, until=world.now)
        analysts.tell(world)
        with connection.cursor() as cursor:
            tell_planner(cursor, Feedback, FeedbackTheme, Judgement, ThemeFact)
        for slug in ("themed", "feedback", "created"):
            rollup.refill_all(registry.source(slug))
        _look(world)
        _users(world, until=world.now)
        history.tell(world)
        programs.measure_all(world.now.date() - DAY)
        for digest in Digest.objects.filter(state=Digest.State.DRAFT):
            issuing.draft(digest.area, digest.week)  # with the effects that were just measured


def go_on(world: World, *, now: datetime) -> None:
    """Reviews and themes of what came in since; users, sittings, answers and letters as their time comes."""
    newest = FeedbackTheme.objects.filter(rule=feedback.RULE).aggregate(at=Max("feedback__occurred_at"))["at"]
    if newest is None:
        return
    if now - newest > timedelta(minutes=1):
        with transaction.atomic():
            feedback.tell(world, since=newest, until=now)
    _users(world, until=now)
    analysts.go_on(world, now=now)
    onward.go_on(world, now=now)


@transaction.atomic
def remove() -> None:
    """Everything of it, whoever made it of demo themes and areas."""
    areas = [slug for slug, _ in AREAS.values()]
    themes = Theme.objects.filter(area__in=areas)
    analysts.remove()
    Digest.objects.filter(area__in=areas).delete()
    Mail.objects.filter(message_id__startswith="<digest.").delete()
    Ask.objects.filter(area__in=areas).delete()
    Program.objects.filter(area__in=areas).delete()
    Insight.objects.filter(area__in=areas).delete()
    Alarm.objects.filter(theme__in=themes).delete()
    Survey.objects.all().delete()
    ActiveUsers.objects.filter(origin=INVENTED).delete()
    Subscription.objects.filter(area__in=areas).delete()
    FeedbackTheme.objects.filter(theme__in=themes).delete()
    ThemeFact.objects.filter(theme__in=themes.values("id")).delete()
    Feedback.objects.filter(source=REVIEWS).delete()
    FeedbackSource.objects.filter(slug=REVIEWS).delete()
    ThemeChange.objects.filter(theme__in=themes).delete()
    Theme.objects.filter(area__in=areas, parent__isnull=False).delete()
    Theme.objects.filter(area__in=areas).delete()
    TaxonomyVersion.objects.filter(changes=None, themes_from=None, themes_to=None).delete()
    Area.objects.filter(slug__in=areas).delete()
    for slug in ("themed", "feedback", "insights", "ask_steps", "deliveries"):
        rollup.refill_all(registry.source(slug))


def _people() -> None:
    """Addresses that lead nowhere, so that letters can be written; areas with their partner."""
    users = get_user_model().objects
    for user in users.filter(username__startswith="demo-", email=""):
        users.filter(pk=user.pk).update(email=f"{user.username}@example.test")
    partner = users.filter(username=PARTNER).first()
    own = set(partner.product_areas) if partner else set()
    for slug, name in AREAS.values():
        Area.objects.get_or_create(slug=slug, defaults={"name": name, "owner": partner if slug in own else None})


def _themes() -> None:
    """A group for each support function, a theme for each of its reasons."""
    with revise(by=None, note="Themes as support knows them") as revision:
        for function, (area, _) in AREAS.items():
            group = revision.add(function, area=area, slug=f"group-{area}")
            for reason in REASONS[function]:
                revision.add(reason.label, parent=group, slug=reason.slug, definition=_sentence(PHRASES[reason.slug]))
    creators = Theme.objects.get(slug=f"group-{AREAS[CAPTIONS_OF][0]}")
    with revise(by=None, note="Captions told apart: no reason of a ticket names them") as revision:
        captions = revision.add(CAPTIONS_NAME, parent=creators, slug=CAPTIONS, definition=CAPTIONS_MEAN)
    TagRule.objects.create(theme=captions, words=", ".join(CAPTIONS_WORDS), match=TagRule.Match.ANY)


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


def _users(world: World, *, until: datetime) -> None:
    """As the product's analytics would tell: more every week, unevenly. Weeks that are told stay as they are."""
    monday, last = (Grain.WEEK.start_of(day.date()) for day in (world.stories.start, until))
    told = set(ActiveUsers.objects.filter(week__gte=monday).values_list("week", flat=True))
    usual, rows = USERS_A_TICKET * world.tickets / world.weeks, []
    for number in range((last - monday).days // 7):
        week = monday + number * 7 * DAY
        if week in told:
            continue
        uneven = np.random.default_rng([world.seed, 12, number]).normal(1, 0.012)
        rows.append(ActiveUsers(week=week, count=round(usual * GROWTH**number * uneven), origin=INVENTED))
    ActiveUsers.objects.bulk_create(rows, ignore_conflicts=True)


def _look(world: World) -> None:
    """As the daily task would have: each of the last days, before that once a week."""
    last = world.now.date() - DAY
    themes = list(Theme.objects.active().leaves())
    first = max(world.stories.start.date(), last - timedelta(days=DAILY.window + DAILY.gap))
    told = with_beginnings(daily(first, last, themes))
    days = [last - timedelta(days=back) for back in range((last - first).days + 1)]
    for day in sorted(day for back, day in enumerate(days) if back < LATELY or back % 7 == 0):
        alarms.record(told.until(day))
