"""What stands beside the tagging desk: how suggestions were learned, and how far analysts agree."""

from typing import Any

from insights.models import SuggestionRun
from insights.tagging_agreement import agreement
from ops_dashboard.metrics.definitions import Unit
from ops_dashboard.metrics.rendering.numbers import plural, text
from quality.agreement import FEWEST_UNITS, Alpha

SHARES = ("top_1", "top_3", "calibration_error")


def side() -> dict[str, Any]:
    run, found = SuggestionRun.objects.first(), agreement()
    return {
        "run": run,
        "source": _source(run) if run else "",
        "versions": _versions(run) if run else "",
        "quality": {name: text(getattr(run, name), Unit.SHARE) for name in SHARES} if run and run.held_out else {},
        "agreement": found,
        "agreed": text(found.share, Unit.SHARE) if found.is_told else "",
        "alpha": _alpha(found.alpha) if found.alpha else "",
        "fewest": FEWEST_UNITS,
    }


def _source(run: SuggestionRun) -> str:
    """`1,204 tags of 1,120 texts, 36 themes`; runs of old kept no number of tags."""
    tags = f"{plural(run.tags, 'tag')} of " if run.tags else ""
    return f"{tags}{plural(run.texts, 'text')}, {plural(run.labels, 'theme')}"


def _versions(run: SuggestionRun) -> str:
    """`themes v1–v3`: those that the tags were given under."""
    if run.first_version is None:
        return ""
    to = f"–v{run.last_version}" if run.last_version != run.first_version else ""
    return f"themes v{run.first_version}{to}"


def _alpha(found: Alpha) -> str:
    """`0.71 [0.62–0.79]`; a dash where everybody said the same of everything."""
    if found.value is None:
        return "–"
    interval = "" if found.low is None or found.high is None else f" [{found.low:.2f}–{found.high:.2f}]"
    return f"{found.value:.2f}{interval}"
