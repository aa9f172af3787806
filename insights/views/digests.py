"""The digests: list, draft editor, approval, the letter on the web, subscriptions."""

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from insights import digests, issuing, reading
from insights.digests import BadWeek, monday_of
from insights.forms import DigestForm, ReactionForm
from insights.impact import weekly_costs
from insights.issuing import NotApproved
from insights.letter import letter
from insights.mailing import html_of, letter_of, read_token
from insights.models import Area, Digest, Receipt, Subscription, Theme
from insights.models.digests import week_word
from insights.models.loop import area_name
from insights.views.acting import actor, complain
from insights.weeks import due_weeks
from ops_dashboard.metrics.definitions import Unit
from ops_dashboard.metrics.periods import EARLIEST
from ops_dashboard.metrics.query import today
from ops_dashboard.metrics.rendering.numbers import text, whole
from ops_dashboard.people.access import requires
from ops_dashboard.people.requests import ReaderRequest
from ops_dashboard.people.roles import Scope

RECENT = 60
READ = Count("receipts", distinct=True)
SENT = Count("deliveries", filter=Q(deliveries__state="handed"), distinct=True)


@require_safe
@requires("sees_insights")
def listing(request: ReaderRequest) -> HttpResponse:
    found = Digest.objects.visible_to(request.scope).annotate(read=READ, sent=SENT, area_name=area_name())
    mine = set(Subscription.objects.filter(user=actor(request), is_active=True).values_list("area", flat=True))
    areas = Area.objects.all()
    if not request.scope.sees_every_area:
        areas = areas.filter(slug__in=request.scope.product_areas)
    context = {
        "digests": found.order_by("-week", "area")[:RECENT],
        "areas": [(area, area.slug in mine) for area in areas],
        "may_tag": request.scope.may_tag,
        "this_week": week_word(today()),
        "sees_readers": request.scope.sees_every_area,
    }
    return render(request, "insights/digests.html", context)


@require_safe
@requires("sees_insights")
def page(request: ReaderRequest, week: str, area: str) -> HttpResponse:
    """The letter on the web. Whoever opens it leaves a receipt."""
    digest = _visible(request, week, area)
    is_out = digest.state != Digest.State.DRAFT
    receipt = reading.note_view(digest, actor(request)) if is_out else None
    context = {
        "digest": digest,
        "letter": letter_of(digest),
        "reads_feedback": request.scope.sees_text,
        "costs": _costs(digest, request.scope),
        "before": _beside(digest, request, "lt"),
        "after": _beside(digest, request, "gt"),
        "receipt": receipt,
        "reactions": Receipt.Reaction.choices if is_out else [],
        "reading": _readers(digest) if request.scope.sees_every_area else None,
        "may_tag": request.scope.may_tag,
    }
    return render(request, "insights/digest.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("sees_every_area", "may_tag")
def edit(request: ReaderRequest, week: str, area: str) -> HttpResponse:
    """The draft: figures as they stand, a person's words around them. Looking at it makes none."""
    drafted = issuing.draft if request.method == "POST" else digests.as_it_stands
    digest = drafted(_known(area), _monday(week))
    if digest.state != Digest.State.DRAFT:
        return redirect("digest", week, area)
    form = DigestForm(request.POST or None, initial={"headline": digest.headline, "narrative": digest.narrative})
    if form.is_valid():
        try:
            issuing.edit(digest, by=actor(request), **form.cleaned_data)
            messages.success(request, "Saved. Nothing has been sent.")
        except NotApproved as problem:
            messages.error(request, str(problem))
        return redirect("digest-edit", week, area)
    readers = [user for user in issuing.subscribers(area) if issuing.may_read(user, area)]
    context = {
        "digest": digest,
        "form": form,
        "letter": letter_of(digest),
        "reads_feedback": request.scope.sees_text,
        "costs": _costs(digest, request.scope),
        "readers": readers,
        "ends_on": digest.week + timedelta(days=6),
        "seen": digests.stamp(digest.snapshot),
        "has_begun": digest.week <= today(),
        "is_over": digest.week <= due_weeks(today()),
    }
    return render(request, "insights/digest_editor.html", context)


@require_POST
@requires("sees_every_area", "may_tag")
def approve(request: ReaderRequest, week: str, area: str) -> HttpResponse:
    try:
        seen = request.POST.get("seen", "")
        readers = issuing.approve_week(_known(area), _monday(week), by=actor(request), seen=seen)
        messages.success(request, f"Approved. It goes out to {readers} reader{'s' * (readers != 1)} within a minute.")
    except NotApproved as problem:
        messages.error(request, str(problem))
        return redirect("digest-edit", week, area)  # which leads on to a letter that is out
    return redirect("digest", week, area)


@require_safe
@requires("sees_insights")
def mail(request: ReaderRequest, week: str, area: str) -> HttpResponse:
    """The same letter as mails bring it."""
    digest = _visible(request, week, area)
    told = letter(digest.snapshot, headline=digest.headline, narrative=digest.narrative)
    address = request.build_absolute_uri(reverse("digest", args=[week, area]))
    return HttpResponse(html_of(told, address=address, unsubscribe=request.build_absolute_uri(reverse("digests"))))


@require_POST
@requires("sees_insights")
def react(request: ReaderRequest, week: str, area: str) -> HttpResponse:
    digest, form = _visible(request, week, area), ReactionForm(request.POST)
    if digest.state != Digest.State.DRAFT and form.is_valid():
        reading.react(digest, actor(request), form.cleaned_data["reaction"])
        messages.success(request, "Thank you, noted." if form.cleaned_data["reaction"] else "Taken back.")
    else:
        complain(request, form)
    return redirect("digest", week, area)


@require_POST
@requires("sees_insights")
def subscribe(request: ReaderRequest, area: str) -> HttpResponse:
    if not issuing.may_read(actor(request), _known(area)):
        raise Http404("There is no such area, or it is not yours.")
    is_active = request.POST.get("active") == "1"
    reading.subscribe(actor(request).pk, area, active=is_active)
    messages.success(request, "Subscribed." if is_active else "You left the list; subscribe again at any time.")
    return redirect("digests")


@csrf_exempt  # the token is the authority: mail programs post here without a page (RFC 8058)
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Open to whoever holds the letter: one click leaves, another takes that back."""
    found = read_token(token)
    if found is None:
        raise Http404("This link is not whole; copy all of it from the letter.")
    user, area = found
    subscription = get_object_or_404(Subscription, user=user, area=area)
    if request.method == "POST":
        reading.subscribe(user, area, active=request.POST.get("again") == "1")
        subscription.refresh_from_db()
    name = Area.objects.filter(slug=area).values_list("name", flat=True).first() or area
    return render(request, "insights/unsubscribe.html", {"subscription": subscription, "name": name})


def _visible(request: ReaderRequest, week: str, area: str) -> Digest:
    return get_object_or_404(Digest.objects.visible_to(request.scope), week=_monday(week), area=area)


def _monday(week: str) -> date:
    try:
        monday = monday_of(week)
    except BadWeek as problem:
        raise Http404(str(problem)) from problem
    if not EARLIEST < monday <= today() + timedelta(days=7):
        raise Http404("That week has not come yet, or was before anything was counted.")
    return monday


def _known(area: str) -> str:
    return get_object_or_404(Area, slug=area).slug


def _readers(digest: Digest) -> dict[str, Any]:
    receipts = digest.receipts.select_related("user").order_by("first_at")
    return {"receipts": receipts, "handed": digest.deliveries.filter(state="handed").count()}


def _beside(digest: Digest, request: ReaderRequest, side: str) -> Digest | None:
    """The same area's letter of the nearest week before or after."""
    found = Digest.objects.visible_to(request.scope).filter(area=digest.area, **{f"week__{side}": digest.week})
    return found.order_by("-week" if side == "lt" else "week").first()


def _costs(digest: Digest, scope: Scope) -> list[tuple[str, str, str]]:
    """What the letter's themes cost in its week, for readers of costs; never in the letter itself, which travels."""
    names = {row["slug"]: row["name"] for row in digest.snapshot.get("themes", [])}
    found = weekly_costs(Theme.objects.filter(slug__in=names), digest.week + timedelta(days=6), scope=scope)
    priced = sorted(found.items(), key=lambda pair: -(pair[1].total or 0.0))
    return [(names[slug], whole(cost.conversations), text(cost.total, Unit.MONEY)) for slug, cost in priced]
