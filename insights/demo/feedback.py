"""Reviews of the demo's app, and the themes of those and of a share of its conversations."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import numpy as np
from django.db import connection

from insights import facts
from insights.demo.plot import AREAS, CAPTIONS_WORDS, ENDINGS, OPENINGS, PHRASES, REVIEWS, SWINGS
from insights.feedback_intake import source_of
from insights.models import Feedback, FeedbackSource, FeedbackTheme, TaxonomyVersion, Theme
from insights.ticket_feedback import OPENINGS as CONVERSATIONS
from tickets.demo.catalogue import REASONS
from tickets.demo.cohort import OUTAGE_REASONS
from tickets.demo.world import World
from tickets.models import Reason, Ticket

RULE = "reason"  # what tagged the demo's feedback: the reason of its ticket
SHARE, TAGGED, SURE = 20, 75, 0.97  # percent of conversations that were looked at, of those with a theme
A_DAY = 3.0  # reviews a day and theme, at the size that the demo has by default
USUAL_TICKETS, LEAST = 80_000, 0.2
STARS = (1, 2, 1, 3, 1, 2, 4, 2, 5, 1)  # those who praise write less often about what is wrong
BATCH = 4_000
BROKEN = {slug for slugs in OUTAGE_REASONS.values() for slug in slugs}
OUTAGE_REVIEWS = {0: 10.0, 1: 4.0}  # days since

_TICKETS, _FEEDBACK, _TAGS = (model._meta.db_table for model in (Ticket, Feedback, FeedbackTheme))
_TAG = f"""
INSERT INTO {_TAGS} (feedback_id, theme_id, version_id, by, rule, confidence, state, tagged_at)
SELECT f.id, said.theme, %(version)s, 'rule', %(rule)s, %(sure)s,
       CASE WHEN mod(f.id, 100) < %(tagged)s THEN 'accepted' ELSE 'suggested' END, f.occurred_at + interval '2 hours'
  FROM {_FEEDBACK} f JOIN {_TICKETS} t ON t.id = f.ticket
  JOIN unnest(%(reasons)s::int[], %(themes)s::int[]) AS said (reason, theme) ON said.reason = t.reason
 WHERE f.source = %(slug)s AND f.occurred_at > %(since)s AND mod(abs(f.ticket), 100) < %(share)s
   AND f.text !~* %(captions)s
    ON CONFLICT DO NOTHING
"""


def tell(world: World, *, since: datetime, until: datetime) -> None:
    """What was said after `since` up to `until`: reviews written, themes given, both counted."""
    themes = dict(Theme.objects.filter(slug__in=PHRASES).values_list("slug", "id"))
    reasons = dict(Reason.objects.filter(slug__in=PHRASES).values_list("slug", "id"))
    area_of = {spec.slug: AREAS[function][0] for function, specs in REASONS.items() for spec in specs}
    known = [slug for slug in PHRASES if slug in reasons and slug in themes]
    values: dict[str, Any] = {
        "slug": CONVERSATIONS, "since": since, "share": SHARE, "reasons": [reasons[slug] for slug in known],
        "themes": [themes[slug] for slug in known], "version": TaxonomyVersion.objects.latest("number").number,
        "rule": RULE, "sure": 0.7, "tagged": TAGGED, "captions": "|".join(CAPTIONS_WORDS),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_TAG, values)
    _reviews(world, themes, area_of, since=since, until=until)
    facts.rebuild(
        Feedback.objects.filter(source__in=(CONVERSATIONS, REVIEWS), occurred_at__gt=since).values_list("id", flat=True)
    )


def _reviews(
    world: World, themes: dict[str, int], area_of: dict[str, str], *, since: datetime, until: datetime
) -> None:
    """Reviews of every day from that of `since` on, the same for the same seed and day."""
    source_of(REVIEWS, name="App reviews", kind=FeedbackSource.Kind.FILE, medium=FeedbackSource.Medium.REVIEW)
    rows: list[Feedback] = []
    about: list[int] = []
    first = max(world.stories.start, since).date()
    for number in range((until.date() - first).days + 1):
        day = first + timedelta(days=number)
        rng = np.random.default_rng([world.seed, 11, day.toordinal()])
        for slug in PHRASES:
            for place in range(int(rng.poisson(_expected(world, slug, (world.now.date() - day).days)))):
                at = datetime.combine(day, time(), tzinfo=UTC) + timedelta(seconds=int(rng.integers(0, 86_400)))
                opening, ending, stars = (int(rng.integers(0, n)) for n in (len(OPENINGS), len(ENDINGS), 3))
                if since < at <= until:
                    words = f"{OPENINGS[opening]}{PHRASES[slug]}{ENDINGS[ending]}"
                    ref = f"{day:%y%m%d}-{slug}-{place}"
                    text = words[0].upper() + words[1:]
                    rating = STARS[(3 * opening + stars) % len(STARS)]
                    rows.append(
                        Feedback(
                            source=REVIEWS, ref=ref, occurred_at=at, area=area_of[slug], text=text, rating=rating
                        )
                    )  # fmt: skip
                    about.append(themes[slug])
    Feedback.objects.bulk_create(rows, batch_size=BATCH, ignore_conflicts=True)
    _tag_reviews(rows, about)


def _tag_reviews(rows: list[Feedback], about: list[int]) -> None:
    ids = dict(Feedback.objects.filter(source=REVIEWS, ref__in=[r.ref for r in rows]).values_list("ref", "id"))
    version = TaxonomyVersion.objects.latest("number")
    FeedbackTheme.objects.bulk_create(
        (
            FeedbackTheme(
                feedback_id=ids[row.ref], theme_id=theme, version=version, by=FeedbackTheme.By.MODEL, rule="reviews",
                confidence=SURE, state=FeedbackTheme.State.ACCEPTED, tagged_at=row.occurred_at,
            )
            for row, theme in zip(rows, about, strict=True)
        ),
        batch_size=BATCH,
        ignore_conflicts=True,
    )  # fmt: skip


def _expected(world: World, slug: str, days_ago: int) -> float:
    """Reviews about a theme on a day so long before the end of the told history; after it things stay as they are."""
    days_ago = max(days_ago, 0)
    expected = A_DAY * max(world.tickets / USUAL_TICKETS, LEAST) * _outage(world, slug, days_ago)
    for swing in SWINGS:
        if swing.theme == slug and swing.until <= days_ago < swing.since:
            reached = (swing.since - days_ago) / (swing.since - swing.until) if swing.grows else 1.0
            expected *= 1 + (swing.factor - 1) * reached
    return expected


def _outage(world: World, slug: str, days_ago: int) -> float:
    """What the outage multiplies reviews about its themes by: on its day, and on the one after."""
    since = (world.now.date() - world.stories.outage.date()).days - days_ago
    return OUTAGE_REVIEWS.get(since, 1.0) if slug in BROKEN else 1.0
