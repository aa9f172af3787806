"""What every form of these pages does alike: says what was wrong, goes back to where it stood."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme

from ops_dashboard.metrics.rendering.drawn import sparkline as svg
from ops_dashboard.metrics.rendering.marks import sparkline
from ops_dashboard.people.models import User


def actor(request: HttpRequest) -> User:
    """Whoever is signed in; the door has let nobody else in."""
    assert isinstance(request.user, User)
    return request.user


def back(request: HttpRequest, fallback: str, *arguments: Any) -> HttpResponse:
    """To the page that the form stood on, when it is one of ours."""
    there = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(
        there, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    if is_ours and there.startswith("/"):
        return HttpResponseRedirect(there)
    return redirect(fallback, *arguments)


def drawn(counts: Sequence[float | None], *, words: str) -> str:
    """The course of a count as a small curve; "" where there are not two values."""
    line = sparkline(counts, words=words)
    return svg(line) if line else ""


def complain(request: HttpRequest, form: forms.BaseForm) -> None:
    for name, problems in form.errors.items():
        label = form.fields[name].label or name.replace("_", " ").capitalize() if name in form.fields else ""
        messages.error(request, f"{label}: {problems[0]}" if label else str(problems[0]))
