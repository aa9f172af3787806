"""What stands beside the tagging desk: how suggestions were learned, and how far analysts agree."""

from typing import Any

from insights.models import SuggestionRun
from insights.tagging_agreement import agreement
from ops_dashboard.metrics.definitions import Unit
from ops_dashboard.metrics.rendering.numbers import text
from quality.agreement import FEWEST_UNITS, Alpha

SHARES = ("top_1", "top_3", "calibration_error")


def side() -> dict[str, Any]:
    run, found = SuggestionRun.objects.first(), agreement()
    return {
        "run": run,
        "quality": {name: text(getattr(run, name), Unit.SHARE) for name in SHARES} if run and run.held_out else {},
        "agreement": found,
        "agreed": text(found.share, Unit.SHARE) if found.is_told else "",
        "alpha": _alpha(found.alpha) if found.alpha else "",
        "fewest": FEWEST_UNITS,
    }


def _alpha(found: Alpha) -> str:
    """`0.71 [0.62–0.79]`; a dash where everybody said the same of everything."""
    if found.value is None:
        return "–"
    interval = "" if found.low is None or found.high is None else f" [{found.low:.2f}–{found.high:.2f}]"
    return f"{found.value:.2f}{interval}"
