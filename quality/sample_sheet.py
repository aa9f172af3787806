"""Every draw as a spreadsheet, a row a stratum: what anybody needs to check or weigh a sample again."""

from ops_dashboard.metrics.records import instant_word
from ops_dashboard.metrics.rendering.exports import MOST_ROWS, Sheet
from quality.models import Sample

HEADS = (
    "week_of", "plan", "scorecard", "strata", "stratum", "solved", "drawn", "probability", "weight", "seed",
    "drawn_at", "drawn_by",
)  # fmt: skip
ABOUT = (
    ("Rows", "one stratum of one draw, the newest draw first"),
    ("Probability", "drawn / solved: the chance that each ticket of the stratum had"),
    ("Weight", "solved / drawn: how many solved tickets each drawn one stands for"),
    ("Seed", "the same seed draws the same tickets from the same solved ones"),
    ("Instants", "UTC"),
)


def sample_sheet(*, most: int = MOST_ROWS) -> Sheet:
    """All draws of all plans."""
    drawn = Sample.objects.select_related("plan__scorecard").order_by("-start_on", "plan__name")
    rows = [
        (
            sample.start_on.isoformat(),
            sample.plan.name,
            sample.plan.scorecard.name,
            sample.plan.strata,
            row["name"],
            row["held"],
            row["drawn"],
            row["drawn"] / row["held"] if row["held"] else None,
            row["held"] / row["drawn"] if row["drawn"] else None,
            sample.seed,
            instant_word(sample.drawn_at),
            sample.drawn_by,
        )
        for sample in drawn
        for row in sample.strata
    ]
    return Sheet("samples", HEADS, rows[:most], ABOUT, whole=len(rows))
