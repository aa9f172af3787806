"""Rates: what an hour of a vendor, a kind of contract or a team costs, and from when to when."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ops_dashboard.metrics.query import today
from ops_dashboard.people.access import requires
from ops_dashboard.people.requests import ReaderRequest
from workforce.metrics import ALLOCATION
from workforce.models import Rate
from workforce.staff_forms import NewRateForm, RateForm
from workforce.staff_page import all_rates, rates_table
from workforce.staff_views import save, take_away


@require_safe
@requires("sees_costs")
def rates(request: ReaderRequest) -> HttpResponse:
    form = NewRateForm(instance=_new(), initial={"valid_from": today()}) if request.scope.may_plan else None
    return _rates(request, form)


def _rates(request: ReaderRequest, form: NewRateForm | None, *, status: int = 200) -> HttpResponse:
    table = rates_table(all_rates(), today=today(), caption="Rates", may_edit=request.scope.may_plan)
    context = {"table": table, "form": form, "allocation": ALLOCATION, "failed": status != 200}
    return render(request, "workforce/rates.html", context, status=status)


def _new() -> Rate:
    rate = Rate()
    rate.succeeds = True
    return rate


@require_POST
@requires("sees_costs", "may_plan")
def add_rate(request: ReaderRequest) -> HttpResponse:
    """Another rate; the one before of the same subject ends the day before."""
    form = NewRateForm(request.POST, instance=_new())
    if not save(form, request.scope, "added", "rate", of=request.POST.get("subject", "")):
        return _rates(request, form, status=422)
    messages.success(request, "The rate is taken in; figures in money follow within minutes.")
    return redirect("rates")


@require_http_methods(["GET", "HEAD", "POST"])
@requires("sees_costs", "may_plan")
def edit_rate(request: ReaderRequest, pk: int) -> HttpResponse:
    rate = get_object_or_404(Rate, pk=pk)
    subject = str(rate.team or rate.vendor or rate.contract_type)
    form = RateForm(request.POST or None, instance=rate)
    if request.method == "POST" and save(form, request.scope, "changed", "rate", of=subject):
        messages.success(request, f"The rate of {subject} is as you wrote it; figures in money follow within minutes.")
        return redirect("rates")
    back, remove = reverse("rates"), reverse("rate-remove", args=[pk])
    context = {"form": form, "title": f"Rate of {subject}", "back": back, "remove": remove}
    return render(request, "workforce/dated_row.html", context, status=422 if request.method == "POST" else 200)


@require_POST
@requires("sees_costs", "may_plan")
def remove_rate(request: ReaderRequest, pk: int) -> HttpResponse:
    rate = get_object_or_404(Rate, pk=pk)
    take_away(rate, request.scope, "rate", of=str(rate.team or rate.vendor or rate.contract_type))
    messages.success(request, "The rate is removed; figures in money follow within minutes.")
    return redirect("rates")
