"""The scorecards of the demo: a shared core, what each support function adds, and how tickets are drawn."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import QuerySet

from quality.models import SamplePlan, Scorecard, ScorecardVersion
from quality.scorecard_plan import CriterionPlan, GroupPlan, ScorecardPlan
from quality.scorecards import latest, save_version
from quality.scoring import Critical, Scale
from tickets.demo.catalogue import TEAMS
from tickets.demo.world import World

BY = "demo"
PREFIX = "demo-"
RISKY = "Safety appeals"  # half of its sample comes from reopened and moved tickets
PAIRED = "Creator support"  # most of it is scored by two
CHANGED = "Payments & gifts"  # has two versions

CRAFT, LAW = GroupPlan("Craft"), GroupPlan("Rules that cannot be bent")
CORE = (
    CriterionPlan(
        "understanding", "Understood the question", "Craft", 20,
        description="The reply answers what was asked, and what was meant.",
        reasons=("Misread the request", "Asked for what was there", "Answered half"),
    ),
    CriterionPlan(
        "solution", "Right solution", "Craft", 35,
        description="The answer is correct, complete and leaves nothing to write back about.",
        reasons=("Wrong answer", "Half an answer", "Outdated macro", "No next step"),
    ),
    CriterionPlan(
        "tone", "Tone", "Craft", 20,
        description="Warm, plain, and in the requester's language.",
        reasons=("Curt", "Too formal", "Template not adapted"),
    ),
    CriterionPlan(
        "process", "Process followed", "Craft", 15, Scale.THREE,
        description="Right fields, right team, notes that the next person can use.",
        reasons=("Wrong reason set", "No internal note", "Needless transfer"),
    ),
    CriterionPlan("language", "Language", "Craft", 10, Scale.FOUR, reasons=("Spelling", "Hard to follow")),
)  # fmt: skip
PRIVACY = CriterionPlan(
    "privacy", "Nobody's data given away", LAW.name, 0, Scale.BINARY, Critical.REVIEW, allows_na=False,
    description="Nothing about an account is said to someone who has not shown it is theirs.",
    reasons=("Skipped verification", "Read out personal data"),
)  # fmt: skip
OWN = {
    "Safety appeals": CriterionPlan(
        "policy", "Right policy applied", LAW.name, 0, Scale.BINARY, Critical.REVIEW,
        description="The decision names the rule that was broken, and it is that rule.",
        reasons=("Wrong rule", "Decision without a rule"),
    ),
    "Payments & gifts": CriterionPlan(
        "money", "No money promised out of turn", LAW.name, 0, Scale.BINARY, Critical.REVIEW,
        reasons=("Refund promised", "Wrong amount"),
    ),
    "Privacy requests": CriterionPlan(
        "deadline", "Deadline named", "Craft", 10, Scale.BINARY, reasons=("No date", "Wrong date")
    ),
}  # fmt: skip
REFUNDS = CriterionPlan(
    "refund-rules", "Refund rules explained", "Craft", 10, Scale.THREE,
    description="Since gift subscriptions: what is paid back, and when.", reasons=("Not explained", "Wrong rule"),
)  # fmt: skip


def settle(world: World) -> None:
    """Scorecards, versions and plans; what stands stays."""
    for function in dict.fromkeys(team.function for team in TEAMS):
        scorecard, is_new = Scorecard.objects.get_or_create(
            slug=slug_of(function), defaults={"name": function, "support_function": function}
        )
        if is_new:
            save_version(scorecard, card_of(function), by=BY, note="First version", at=world.stories.start)
            _plan(scorecard)
        if function == CHANGED and scorecard.versions.count() == 1:
            save_version(
                scorecard, card_of(function, REFUNDS), by=BY, note="Asks about refunds", at=world.stories.launch
            )


def slug_of(function: str) -> str:
    return PREFIX + function.lower().replace(" & ", "-").replace(" ", "-")


def card_of(function: str, *more: CriterionPlan) -> ScorecardPlan:
    own = (OWN[function],) if function in OWN else ()
    criteria = (*CORE, *more, *own, PRIVACY)
    ordered = tuple(sorted(criteria, key=lambda criterion: criterion.group == LAW.name))
    return ScorecardPlan(criteria=ordered, groups=(CRAFT, LAW))


def _plan(scorecard: Scorecard) -> None:
    function = scorecard.support_function
    SamplePlan.objects.create(
        name=f"{scorecard}, weekly",
        scorecard=scorecard,
        strata=SamplePlan.Strata.RISK if function == RISKY else SamplePlan.Strata.TEAM,
        size=24 if function in (PAIRED, RISKY) else 16,
        least=4,
        double_share=30 if function == PAIRED else 20,
        reviewer_quota=5,
        seed=f"{scorecard.slug}",
    )


def scorecards() -> QuerySet[Scorecard]:
    return Scorecard.objects.filter(slug__startswith=PREFIX)


def plans() -> QuerySet[SamplePlan]:
    return SamplePlan.objects.filter(scorecard__in=scorecards()).select_related("scorecard")


def version_of(plan: SamplePlan, monday: date, world: World) -> ScorecardVersion | None:
    """The version that stood when the week was drawn."""
    drawn_at = datetime.combine(monday + timedelta(days=7), time(6), ZoneInfo(settings.REPORTING_ZONE))
    stood = plan.scorecard.versions.filter(made_at__lte=drawn_at).order_by("-number").first()
    return stood or latest(plan.scorecard)
