"""The part of the demo that is about quality: scorecards, weekly samples, reviews, disputes.

Told by the real sampler, scoring and writers. What is planted, and where it shows:

- reviewers differ: one is strict by about six points, one lenient by as much; the pairs of Creator support show it.
- Ads & business and Privacy requests solve too little for fifty pairs: their agreement is withheld.
- Safety appeals Manila, the last third of the history: critical errors rise from one in thirty to one in six.
- Creator support Dublin: craft slides with the team (see the demo's tickets).
- Payments & gifts has a second version of its scorecard since the launch: a question on refunds was added.
- raters agree well on the solution and poorly on tone: alpha tells, percent agreement does not.

The last weeks are left unfinished, so that a reviewer finds work; every tenth seat waits for a person.
"""

from datetime import date, datetime, timedelta

from django.db import transaction

from ops_dashboard.metrics.rollup import marking
from quality import samples
from quality.demo import cards, people, ratings, voices
from quality.models import Review, Sample, SamplePlan
from quality.reviews import ABOUT
from tickets.demo.world import World

WEEK = timedelta(days=7)


def tell(world: World) -> None:
    """Scorecards, a sample of every whole week, and what came of it."""
    cards.settle(world)
    people.settle()
    first = samples.week_of((world.stories.start + timedelta(days=6)).date())[0]
    for plan in cards.plans():
        drawn = set(plan.samples.values_list("start_on", flat=True))
        monday = first
        while monday + WEEK <= world.now.date():
            if monday not in drawn:
                _draw(plan, monday, world)
            monday += WEEK
    go_on(world, now=world.now)


def go_on(world: World, *, now: datetime) -> None:
    """Draw the week that has passed; submit what is due by now; agents and leads answer."""
    for plan in cards.plans():
        monday = samples.week_of(now.date() - WEEK)[0]
        if not plan.samples.filter(start_on=monday).exists():
            _draw(plan, monday, world)
    ratings.submit_due(world, now=now)
    voices.speak(world, now=now)


def _draw(plan: SamplePlan, monday: date, world: World) -> None:
    try:
        samples.place(plan, monday, by=cards.BY, version=cards.version_of(plan, monday, world))
    except samples.NotDrawable:
        return  # a small history has weeks in which a team solved nothing


@transaction.atomic
def remove() -> None:
    """Everything of it, reviews first."""
    reviews = Review.objects.filter(version__scorecard__in=cards.scorecards())
    with marking(ABOUT, reviews.values_list("id", flat=True)):
        reviews.delete()
    Sample.objects.filter(plan__scorecard__in=cards.scorecards()).delete()
    cards.scorecards().delete()
    people.remove()
