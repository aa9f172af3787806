"""Scorecards, samples and reviews, saved as tests want them."""

from datetime import UTC, date, datetime, timedelta

from ops_dashboard.people.models import Agent, Team, User
from ops_dashboard.people.roles import Role
from quality.models import Review, Sample, SampledTicket, SamplePlan, Scorecard, ScorecardVersion
from quality.reviews import Answer, Answers, claim, submit
from quality.scorecard_plan import CriterionPlan, GroupPlan, ScorecardPlan
from quality.scorecards import save_version
from quality.scoring import Critical, Scale
from tickets.models import Solve, Ticket

MONDAY = date(2026, 3, 23)
NOON = datetime(2026, 3, 30, 12, tzinfo=UTC)

PLAN = ScorecardPlan(
    criteria=(
        CriterionPlan("solution", "Right solution", "Craft", 50, reasons=("Wrong answer", "Half an answer")),
        CriterionPlan("tone", "Tone", "Craft", 30),
        CriterionPlan("process", "Process", "Craft", 20, scale=Scale.THREE),
        CriterionPlan("privacy", "Privacy kept", "Law", 0, Scale.BINARY, Critical.REVIEW, allows_na=False),
    ),
    groups=(GroupPlan("Craft"), GroupPlan("Law")),
)


def save_scorecard(function: str = "Accounts", plan: ScorecardPlan = PLAN) -> ScorecardVersion:
    slug = function.lower().replace(" ", "-")
    scorecard, _ = Scorecard.objects.get_or_create(
        slug=slug, defaults={"name": f"{function} scorecard", "support_function": function}
    )
    return save_version(scorecard, plan, by="test")


def save_plan(scorecard: Scorecard, **columns: object) -> SamplePlan:
    values = {"name": f"{scorecard} weekly", "size": 10, "seed": "test", **columns}
    return SamplePlan.objects.create(scorecard=scorecard, **values)


def save_sample(version: ScorecardVersion, *, start_on: date = MONDAY) -> Sample:
    plan = version.scorecard.plans.first() or save_plan(version.scorecard)
    found, _ = Sample.objects.get_or_create(
        plan=plan,
        start_on=start_on,
        defaults={"end_on": start_on + timedelta(days=6), "seed": "test", "population": 100},
    )
    return found


def open_seats(
    version: ScorecardVersion,
    agent: Agent,
    team: Team,
    *,
    ticket: int = 1,
    seats: int = 1,
    weight: float = 1.0,
    solved_at: datetime = NOON - timedelta(days=4),
) -> list[Review]:
    """A drawn ticket of this agent, with its open seats."""
    sampled = SampledTicket.objects.create(
        sample=save_sample(version),
        ticket=ticket,
        agent=agent,
        team=team,
        solved_at=solved_at,
        stratum="Everything",
        probability=1 / weight,
        weight=weight,
        seats=seats,
    )
    return [
        Review.objects.create(
            sampled=sampled,
            seat=seat,
            version=version,
            ticket=ticket,
            agent=agent,
            team=team,
            scorecard=version.scorecard,
            solved_at=sampled.solved_at,
            weight=weight,
        )
        for seat in range(1, seats + 1)
    ]


def save_solve(
    ticket: Ticket, agent: Agent, team: Team, *, at: datetime, nth: int = 1, last: bool = True, channel: int = 0
) -> None:
    """The agent solves the ticket, for the nth time."""
    cuts = {"source": ticket.source, "priority": 0, "channel": channel, "language": 0, "reason": 0}
    durations = dict.fromkeys(("resolution_s", "resolution_business_s", "wait_s", "wait_business_s"), 60)
    Solve.objects.create(
        ticket=ticket.id, nth=nth, team=team.pk, created_at=ticket.created_at, solved_at=at, solver=agent.pk,
        is_automatic=False, is_first=nth == 1, is_last=last, replies=1, reassignments=0, **cuts, **durations,
    )  # fmt: skip


def answers(version: ScorecardVersion, **steps: int | None) -> Answers:
    """The best step everywhere, except where `steps` names another (None: not applicable)."""
    given = {}
    for criterion in version.criteria.all():
        given[criterion.pk] = Answer(steps.get(criterion.key, criterion.steps))
    return given


def reviewed(seat: Review, reviewer: User, *, at: datetime = NOON, notes: str = "", **steps: int | None) -> Review:
    """Claim that seat as that reviewer, and submit these steps."""
    others = Review.objects.filter(id__lt=seat.pk, state=Review.State.OPEN)
    assert not others.exists(), "claims are served oldest first"
    claimed = claim(reviewer, now=at)
    assert claimed is not None and claimed.pk == seat.pk
    return submit(seat.pk, reviewer, answers(seat.version, **steps), notes=notes, now=at)


def reviewer(name: str, *, agent: Agent | None = None) -> User:
    return User.objects.create(username=name, role=Role.REVIEWER, agent=agent)
