"""The demo's mailbox: letters that would have gone out. Absent where mail is really sent."""

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from insights import mailbox
from insights.models import Mail
from insights.views.acting import actor
from ops_dashboard.people.access import requires
from ops_dashboard.people.requests import ReaderRequest

RECENT = 100


@require_safe
@requires("sees_insights")
def listing(request: ReaderRequest) -> HttpResponse:
    return render(request, "insights/mailbox.html", {"mails": _mine(request)[:RECENT]})


@require_safe
@requires("sees_insights")
def letter(request: ReaderRequest, pk: int) -> HttpResponse:
    return render(request, "insights/mail.html", {"mail": get_object_or_404(_mine(request), pk=pk)})


@require_safe
@requires("sees_insights")
def html(request: ReaderRequest, pk: int) -> HttpResponse:
    """The letter's own page, under the same strict policy as ours."""
    return HttpResponse(get_object_or_404(_mine(request), pk=pk).html)


def _mine(request: ReaderRequest) -> QuerySet[Mail]:
    """One's own letters; who keeps digests also sees those of the digests. A letter may carry a way to sign in."""
    if not mailbox.is_used():
        raise Http404("Mail is sent here, not kept.")
    if request.scope.may_tag:
        return Mail.objects.filter(message_id__startswith="<digest.") | Mail.objects.filter(to=actor(request).email)
    return Mail.objects.filter(to=actor(request).email).exclude(to="")
