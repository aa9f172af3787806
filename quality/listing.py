"""Which reviews a page lists, and how they look in a row."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.paginator import Page, Paginator
from django.db.models import Count, Exists, F, OuterRef, Q
from django.http import QueryDict

from ops_dashboard.metrics.chips import Chip, any_of, any_period
from ops_dashboard.metrics.forms import period_word
from ops_dashboard.metrics.local_days import bounds, day_at
from ops_dashboard.metrics.periods import BadPeriod, Period, parse_period
from ops_dashboard.metrics.query import today
from ops_dashboard.people.models import Team, User
from ops_dashboard.people.roles import Scope
from quality.models import Acknowledgement, Dispute, Review, Scorecard
from quality.models.reviews import ReviewQuerySet
from quality.plans import owed

ROWS = 50
LATE_AFTER = timedelta(days=14)  # a seat that has waited longer since its week ended

QUEUE = "queue"  # what a reviewer may claim: seats, not yet reviews

# Each list with its name; the first of a role is where its page opens.
REVIEWER_LISTS = ((QUEUE, "My queue"), ("mine", "Submitted"), ("disputed", "Disputed"), ("all", "All published"))
READER_LISTS = (("all", "Published"), ("open", "To decide"), ("disputed", "Disputed"), ("critical", "Critical errors"))
AGENT_LISTS = (("all", "All"), ("unseen", "Not yet seen"), ("disputed", "Disputed"), ("critical", "Critical errors"))


@dataclass(frozen=True)
class Tab:
    slug: str
    label: str
    is_here: bool
    count: int | None = None


@dataclass(frozen=True)
class Waiting:
    """The seats of one scorecard that a reviewer may claim."""

    scorecard: Scorecard
    seats: int
    double: int
    late: int
    quota: int
    done: int

    @property
    def share_done(self) -> float:
        return min(100.0, 100 * self.done / self.quota) if self.quota else 0.0


def lists_of(scope: Scope) -> tuple[tuple[str, str], ...]:
    if scope.agent_id is not None:
        return AGENT_LISTS
    return REVIEWER_LISTS if scope.may_review else READER_LISTS


def chosen_list(data: QueryDict, scope: Scope) -> str:
    known = [slug for slug, _ in lists_of(scope)]
    given = data.get("list", "")
    return given if given in known else known[0]


def reviews_of(slug: str, scope: Scope) -> ReviewQuerySet:
    """The reviews of one list, newest first."""
    found = Review.objects.visible_to(scope).filter(state=Review.State.SUBMITTED)
    open_dispute = Exists(Dispute.objects.filter(review=OuterRef("pk"), state=Dispute.State.OPEN))
    match slug:
        case "mine":
            found = found.filter(reviewer__username=scope.username)
        case "open":
            found = found.filter(open_dispute)
        case "disputed":
            found = found.filter(Exists(Dispute.objects.filter(review=OuterRef("pk"))))
            if scope.may_review:
                found = found.filter(reviewer__username=scope.username)
        case "critical":
            found = found.published().filter(critical_failed=True)
        case "unseen":
            found = found.exclude(Exists(Acknowledgement.objects.filter(review=OuterRef("pk"))))
        case _:
            found = found.published()
    return found.annotate(has_open_dispute=open_dispute).order_by(F("submitted_at").desc(), "-pk")


def narrowed(found: ReviewQuerySet, data: QueryDict) -> ReviewQuerySet:
    """By the filters of the bar; a value that nobody has matches nothing."""
    if teams := data.getlist("team"):
        found = found.filter(team__slug__in=teams)
    if scorecards := data.getlist("scorecard"):
        found = found.filter(version__scorecard__slug__in=scorecards)
    period, _ = solved_in(data)
    if period:
        start, end = bounds(period.start, period.end)
        found = found.filter(solved_at__gte=start, solved_at__lt=end)
    return found


def solved_in(data: QueryDict) -> tuple[Period | None, str]:
    """The days asked for, and what was wrong with them."""
    word = period_word(data)
    try:
        return (parse_period(word, today=today()) if word else None), ""
    except BadPeriod as problem:
        return None, str(problem)


def with_names(found: ReviewQuerySet) -> ReviewQuerySet:
    """With what a row names, in the same query."""
    return found.select_related("agent", "team", "reviewer", "version__scorecard")


def page_of(found: ReviewQuerySet, number: str) -> Page[Review]:
    return Paginator(with_names(found).select_related("acknowledgement"), ROWS).get_page(number)


def tabs(scope: Scope, here: str) -> list[Tab]:
    """The lists of this reader; those that ask for something say how much."""
    counted = {"open", "unseen"}
    return [
        Tab(slug, label, slug == here, reviews_of(slug, scope).count() if slug in counted else None)
        for slug, label in lists_of(scope)
    ]


def waiting_for(reviewer: User, *, now: datetime, week: tuple[datetime, datetime]) -> list[Waiting]:
    """What waits, scorecard by scorecard, and how far the reviewer is this week. Four queries."""
    claimable = Review.objects.claimable_by(reviewer, now=now)
    counts = claimable.values(card=F("version__scorecard")).annotate(
        seats=Count("id"),
        double=Count("id", filter=Q(sampled__seats=2)),
        late=Count("id", filter=Q(sampled__sample__end_on__lt=day_at(now - LATE_AFTER))),
    )
    by_card = {row["card"]: row for row in counts}
    done = dict(
        Review.objects.filter(reviewer=reviewer, submitted_at__gte=week[0], submitted_at__lt=week[1])
        .values_list("version__scorecard")
        .annotate(Count("id"))
    )
    nothing, due = {"seats": 0, "double": 0, "late": 0}, owed()
    found = []
    for scorecard in Scorecard.objects.filter(is_active=True):
        row = by_card.get(scorecard.pk, nothing)
        quota = due.get(scorecard.pk, 0)
        found.append(
            Waiting(scorecard, row["seats"], row["double"], row["late"], quota, int(done.get(scorecard.pk, 0)))
        )
    return found


def bar(data: QueryDict, scope: Scope) -> list[Chip]:
    """Filters by team and scorecard; agents have too few reviews to filter."""
    if scope.agent_id is not None:
        return []
    teams = Team.objects.visible_to(scope).exclude(support_function="")
    period, problem = solved_in(data)
    return [
        any_period(period_word(data), period, label="Solved", problem=problem),
        any_of("team", "Team", teams.values_list("slug", "name"), data.getlist("team")),
        any_of("scorecard", "Scorecard", Scorecard.objects.values_list("slug", "name"), data.getlist("scorecard")),
    ]
