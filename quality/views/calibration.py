"""How far reviewers agree and how strict each is."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from ops_dashboard.people.access import requires
from ops_dashboard.people.requests import ReaderRequest
from quality.agreement import FEWEST_UNITS
from quality.calibration import calibration
from quality.models import Scorecard
from quality.strictness import FEWEST_PAIRS, marks


@require_safe
@requires("may_review")
def index(request: ReaderRequest) -> HttpResponse:
    """One scorecard at a time; the first one, unless the address names another."""
    scorecards = list(Scorecard.objects.filter(is_active=True))
    slug = request.GET.get("scorecard", "")
    here = get_object_or_404(Scorecard, slug=slug) if slug else next(iter(scorecards), None)
    found = calibration(here) if here else None
    context = {
        "scorecards": scorecards,
        "here": here,
        "found": found,
        "reviewers": marks(found.reviewers) if found else [],
        "fewest_units": FEWEST_UNITS,
        "fewest_pairs": FEWEST_PAIRS,
    }
    return render(request, "quality/calibration.html", context)
