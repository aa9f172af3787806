"""How far reviewers agree and how strict each is."""

from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from ops_dashboard.people.access import requires
from ops_dashboard.people.requests import ReaderRequest
from quality.agreement import FEWEST_UNITS
from quality.calibration import calibration
from quality.calibration_sheet import calibration_sheet
from quality.models import Scorecard
from quality.strictness import FEWEST_PAIRS, marks
from quality.views.files import sent


@require_safe
@requires("may_review")
def index(request: ReaderRequest) -> HttpResponse:
    """One scorecard at a time; the first one, unless the address names another."""
    scorecards = list(Scorecard.objects.filter(is_active=True))
    here = _chosen(request) if request.GET.get("scorecard") else next(iter(scorecards), None)
    found = calibration(here) if here else None
    context = {
        "scorecards": scorecards,
        "here": here,
        "file_query": urlencode({"scorecard": here.slug}) if here else "",
        "found": found,
        "reviewers": marks(found.reviewers) if found else [],
        "fewest_units": FEWEST_UNITS,
        "fewest_pairs": FEWEST_PAIRS,
    }
    return render(request, "quality/calibration.html", context)


@require_safe
@requires("may_review")
def export(request: ReaderRequest, of: str, form: str) -> HttpResponse:
    """One table of the page as a file; it names its scorecard."""
    here = _chosen(request)
    return sent(request, calibration_sheet(of, here, calibration(here)), form)


def _chosen(request: ReaderRequest) -> Scorecard:
    return get_object_or_404(Scorecard, slug=request.GET.get("scorecard", ""))
