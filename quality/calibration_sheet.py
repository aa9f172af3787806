"""What the page of calibration tells of a scorecard, as spreadsheets at full precision."""

from ops_dashboard.metrics.rendering.exports import Sheet, Value
from quality.agreement import FEWEST_UNITS
from quality.calibration import Agreement, Calibration
from quality.models import Scorecard
from quality.strictness import FEWEST_PAIRS, Strictness

AGREEMENT, REVIEWERS = "agreement", "reviewers"
_HEADS = {
    AGREEMENT: ("criterion", "level", "alpha", "low", "high", "verdict", "percent_agreement", "tickets"),
    REVIEWERS: ("reviewer", "deviation", "low", "high", "mean_given", "double_reviews"),
}
_ABOUT = {
    AGREEMENT: (
        ("Alpha", f"Krippendorff's, of 1, with its 95 % interval; told from {FEWEST_UNITS} tickets on"),
        ("Percent agreement", "share of pairs of ratings that are the same, of 1"),
    ),
    REVIEWERS: (
        ("Deviation", "shares of 1 above or below those who scored the same tickets, with its 95 % interval; "
                      f"told from {FEWEST_PAIRS} double reviews on"),
        ("Mean given", "of the double reviews, before critical errors, of 1; depends on the tickets too"),
    ),
}  # fmt: skip


def calibration_sheet(of: str, scorecard: Scorecard, found: Calibration) -> Sheet:
    """The agreement by criterion, or how strict each reviewer is."""
    rows = [_agreed(row) for row in found.criteria] if of == AGREEMENT else [_strict(row) for row in found.reviewers]
    about = (("Scorecard", scorecard.name), ("Double reviews", f"{found.pairs:,}"), *_ABOUT[of])
    return Sheet(f"calibration-{of}-{scorecard.slug}", _HEADS[of], rows, about, whole=len(rows))


def criterion_agreement(row: Agreement) -> dict[str, Value]:
    """One row of the agreement under its heads, as machines get it; what is withheld is null."""
    return {head: None if value == "" else value for head, value in zip(_HEADS[AGREEMENT], _agreed(row), strict=True)}


def _agreed(row: Agreement) -> tuple[Value, ...]:
    told = row.alpha if row.is_told else None
    values = (told.value, told.low, told.high, row.verdict[0]) if told else (None, None, None, "")
    return (row.name, row.level.value, *values, row.percent, row.units)


def _strict(row: Strictness) -> tuple[Value, ...]:
    told = row.severity if row.is_told else None
    values = (told.shift, told.low, told.high) if told else (None, None, None)
    return (row.name, *values, row.given, row.severity.pairs)
