"""The rules by which words suggest themes: their list, and one of them with what it would have matched."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from insights import tag_rules
from insights.models import SuggestionRun, TagRule, Theme
from insights.tag_rule_form import TagRuleForm
from insights.views.acting import actor
from ops_dashboard.people.access import requires
from ops_dashboard.people.requests import ReaderRequest


@require_safe
@requires("sees_every_area", "may_tag")
def listing(request: ReaderRequest) -> HttpResponse:
    rules = list(TagRule.objects.select_related("theme", "language").order_by("-is_active", "theme__name", "id"))
    counts = tag_rules.suggesting_now(rules)
    context = {
        "rows": [(rule, counts.get(rule.key, 0)) for rule in rules],
        "last_run": SuggestionRun.objects.first(),
    }
    return render(request, "insights/tag_rules.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("sees_every_area", "may_tag")
def new(request: ReaderRequest) -> HttpResponse:
    about = Theme.objects.active().leaves().filter(slug=request.GET.get("theme", "")).first()
    return _edit(request, TagRule(), TagRuleForm(request.POST or None, initial={"theme": about}))


@require_http_methods(["GET", "HEAD", "POST"])
@requires("sees_every_area", "may_tag")
def edit(request: ReaderRequest, pk: int) -> HttpResponse:
    rule = get_object_or_404(TagRule.objects.select_related("theme", "language"), pk=pk)
    return _edit(request, rule, TagRuleForm(request.POST or None, instance=rule))


@require_POST
@requires("sees_every_area", "may_tag")
def use(request: ReaderRequest, pk: int) -> HttpResponse:
    """End a rule, or take it up again."""
    rule, is_active = get_object_or_404(TagRule, pk=pk), request.POST.get("active") == "1"
    tag_rules.use(rule, is_active=is_active, by=actor(request))
    said = "In use again from the next run on." if is_active else "Ended: what it suggests goes with the next run."
    messages.success(request, said)
    return redirect("tag-rules")


def _edit(request: ReaderRequest, rule: TagRule, form: TagRuleForm) -> HttpResponse:
    """A look at what it matches changes nothing; saving does."""
    if form.is_valid() and request.POST.get("act") == "save":
        tag_rules.save(form.save(commit=False), by=actor(request))
        messages.success(request, "Saved: suggestions follow with the next run.")
        return redirect("tag-rules")
    is_told = form.is_valid() or (not form.is_bound and rule.pk)
    context = {
        "form": form,
        "rule": rule,
        "look": tag_rules.look(form.instance, scope=request.scope) if is_told else None,
        "sees_text": request.scope.sees_text,
        "days": tag_rules.DAYS,
    }
    return render(request, "insights/tag_rule.html", context)
