"""The programs: their aims, milestones, asks and what became of them."""

from typing import Any

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from insights import programs
from insights.forms import AnswerForm, MilestoneForm, ProgramForm
from insights.letter import effect_words
from insights.models import Ask, Milestone, Program
from insights.models.loop import ProgramQuerySet, area_name
from insights.target_words import aim, words
from insights.targets import reading
from insights.views.acting import actor, complain
from insights.views.asks import counted_words, lines
from ops_dashboard.metrics.query import today
from ops_dashboard.metrics.rendering.numbers import significant
from ops_dashboard.people.access import requires
from ops_dashboard.people.requests import ReaderRequest
from ops_dashboard.people.roles import Scope


@require_safe
@requires("sees_insights")
def listing(request: ReaderRequest) -> HttpResponse:
    rows = [_row(program, request.scope) for program in _seen(request)]
    return render(request, "insights/programs.html", {"rows": rows, "may_tag": request.scope.may_tag})


@require_safe
@requires("sees_insights")
def detail(request: ReaderRequest, pk: int) -> HttpResponse:
    program = get_object_or_404(_seen(request), pk=pk)
    context = {
        **_row(program, request.scope),
        "counted": counted_words(getattr(program, "effect", None), request.scope),
        "goal": significant(program.goal) if program.goal is not None else "",
        "target": words(program, reading(program, scope=request.scope, on=today())),
        "asks": lines(program.asks.all(), request.scope),
        "reads_feedback": request.scope.sees_text,
        "sees_all": request.scope.teams is None,
        "form": MilestoneForm(),
        "may_tag": request.scope.may_tag,
        "today": today(),
    }
    return render(request, "insights/program.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("sees_every_area", "may_tag")
def edit(request: ReaderRequest, pk: int | None = None) -> HttpResponse:
    program = get_object_or_404(Program, pk=pk) if pk else None
    form = ProgramForm(request.POST or None, instance=program, scope=request.scope)
    if form.is_valid():
        saved = form.save()
        if "theme" in form.changed_data:
            programs.forget_effect(saved)
        messages.success(request, "Saved.")
        return redirect("program", saved.pk)
    return render(request, "insights/program_editor.html", {"form": form, "program": program})


@require_POST
@requires("sees_every_area", "may_tag")
def milestone(request: ReaderRequest, pk: int) -> HttpResponse:
    program, form = get_object_or_404(Program, pk=pk), MilestoneForm(request.POST)
    if form.is_valid():
        form.instance.program = program
        form.save()
    else:
        complain(request, form)
    return redirect("program", program.pk)


@require_POST
@requires("sees_every_area", "may_tag")
def reach(request: ReaderRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Milestone, pk=pk)
    programs.reach(found, on=None if found.done_on else today())
    return redirect("program", found.program_id)


@require_POST
@requires("sees_every_area", "may_tag")
def ship(request: ReaderRequest, pk: int) -> HttpResponse:
    program, form = get_object_or_404(Program, pk=pk), AnswerForm(request.POST)
    on = form.cleaned_data["shipped_on"] if form.is_valid() else None
    if on is None or on > today():
        messages.error(request, "The day it shipped, please: today or earlier.")
    else:
        programs.ship(program, on=on, by=actor(request))
        messages.success(request, "Shipped; its effect is measured from that day on.")
    return redirect("program", program.pk)


def _seen(request: ReaderRequest) -> ProgramQuerySet:
    found = Program.objects.visible_to(request.scope).annotate(area_name=area_name())
    asks = Prefetch("asks", Ask.objects.visible_to(request.scope))
    return found.select_related("owner", "theme", "effect").prefetch_related("milestones", asks)


def _row(program: Program, scope: Scope) -> dict[str, Any]:
    milestones = list(program.milestones.all())
    effect = getattr(program, "effect", None)
    return {
        "program": program,
        "milestones": milestones,
        "done": sum(m.state == Milestone.State.DONE for m in milestones),
        "next": next((m for m in milestones if m.state == Milestone.State.OPEN), None),
        "effect": effect_words(effect.told(small_hidden=scope.small_cells_hidden) if effect else None),
        "aim": aim(program) if program.target_metric else "",
        "tone": {"running": "accent", "stopped": "worse"}.get(program.state, ""),
    }
