"""The themes: two levels, every change of them previewed, made as a new version, and told in the history."""

from collections.abc import Iterable
from typing import Any, Protocol

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from insights.models import Area, TaxonomyVersion, Theme, ThemeChange
from insights.taxonomy import BadChange, Revision, current, revise, tree
from insights.theme_forms import CHANGES, ChangeForm, NewThemeForm
from insights.versions import Node, Tree
from insights.views.acting import actor
from ops_dashboard.metrics.periods import parse_period
from ops_dashboard.metrics.query import Query, Reader, today
from ops_dashboard.people.access import requires
from ops_dashboard.people.requests import ReaderRequest
from ops_dashboard.people.roles import Scope

COUNTED = "last-91-days"
SHOWN_VERSIONS = 30
MEANWHILE = "The themes have changed meanwhile: look at what your change would do now"


@require_safe
@requires("sees_every_area", "may_tag")
def listing(request: ReaderRequest) -> HttpResponse:
    """The themes as they stand, or as they stood under `?version=`."""
    newest = current()
    asked = _version(request.GET.get("version", ""), newest)
    nodes = tree(asked) if asked else {}
    context = {
        "groups": _groups(nodes, _counts(request.scope)),
        "ended": _ended(nodes),
        "areas": dict(Area.objects.values_list("slug", "name")),
        "version": asked,
        "is_newest": newest is None or asked == newest.number,
        "history": _history(),
    }
    return render(request, "insights/themes.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("sees_every_area", "may_tag")
def new(request: ReaderRequest) -> HttpResponse:
    form = NewThemeForm(request.POST or None)
    if form.is_valid() and _carry_out(form, request):
        return redirect("themes")
    return render(request, "insights/theme_new.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@requires("sees_every_area", "may_tag")
def detail(request: ReaderRequest, pk: int) -> HttpResponse:
    """One theme and what can be done to it: a change is shown with its effect first, and made when sure."""
    theme = get_object_or_404(Theme.objects.select_related("parent", "merged_into"), pk=pk)
    act = request.POST.get("act", "")
    forms = _forms(theme, act, request)
    form, newest = forms.get(act), current()
    context = {
        "theme": theme,
        "forms": forms,
        "takes_rules": "merge" in forms,  # as it takes feedback
        "rules": theme.rules.filter(is_active=True),
        "history": _history(theme),
        "version": newest.number if newest else 0,
    }
    if form is None or not form.is_valid():
        return render(request, "insights/theme.html", context)
    if request.POST.get("sure") and _carry_out(form, request, seen=request.POST.get("version", "")):
        return redirect("themes")
    return render(request, "insights/theme_preview.html", context | {"act": act, "form": form, "lines": form.effect()})


class Change(Protocol):
    cleaned_data: dict[str, Any]

    def carry_out(self, revision: Revision) -> None: ...


def _carry_out(form: Change, request: ReaderRequest, *, seen: str | None = None) -> bool:
    """Make the change a version of its own; False after saying why it cannot be made.

    `seen` is the version whose figures the preview told.
    """
    try:
        with revise(by=actor(request), note=form.cleaned_data["note"]) as revision:
            if seen is not None and seen != str(revision.version.number - 1):
                raise BadChange(MEANWHILE)
            form.carry_out(revision)
            if not revision.version.changes.exists():
                raise BadChange("Nothing would change")
    except BadChange as problem:
        messages.error(request, f"{problem}.")
        return False
    messages.success(request, f"The themes are at version {revision.version.number}.")
    return True


def _forms(theme: Theme, act: str, request: ReaderRequest) -> dict[str, ChangeForm]:
    """What can be done to it: nothing to one that ended, and a group with themes is only renamed and moved."""
    if not theme.is_active:
        return {}
    is_group = theme.children.filter(is_active=True).exists()
    offered = ("rename", "move") if is_group else tuple(CHANGES)
    start = {"name": theme.name, "definition": theme.definition, "parent": theme.parent_id, "area": theme.area}
    return {
        name: CHANGES[name](theme, request.POST if name == act else None, prefix=name, initial=start)
        for name in offered
    }


def _version(told: str, newest: TaxonomyVersion | None) -> int:
    if not told:
        return newest.number if newest else 0
    if not (told.isdecimal() and len(told) < 9 and newest and 1 <= int(told) <= newest.number):
        raise Http404("There is no such version of the themes.")
    return int(told)


def _counts(scope: Scope) -> dict[str, int]:
    """Feedback about each theme, by slug, as the figures have it."""
    rows = Reader(scope).run(Query("themed", parse_period(COUNTED, today=today()), by=("theme",))).rows
    return {str(row.keys[0]): int(row.figure.value or 0) for row in rows}


def _groups(nodes: Tree, counts: dict[str, int]) -> list[dict[str, Any]]:
    slugs = dict(Theme.objects.values_list("id", "slug"))
    standing = [node for node in nodes.values() if node.exists and node.is_active]
    below: dict[int | None, list[Node]] = {}
    for node in standing:
        below.setdefault(node.parent, []).append(node)
    return [
        {
            "node": group,
            "count": sum(counts.get(slugs[node.id], 0) for node in (group, *below.get(group.id, []))),
            "themes": [
                {"node": node, "count": counts.get(slugs[node.id], 0)} for node in _by_name(below.get(group.id, []))
            ],
        }
        for group in _by_name(below.get(None, []))
    ]


def _ended(nodes: Tree) -> list[tuple[Node, str]]:
    """Themes that were no longer in use, with what became of them."""
    found = []
    for node in _by_name(node for node in nodes.values() if node.exists and not node.is_active):
        if node.stands_for != node.id:
            words = f"counts under {nodes[node.stands_for].name}"
        elif node.split_into:
            words = "split into " + ", ".join(nodes[part].name for part in node.split_into)
        else:
            words = "retired"
        found.append((node, words))
    return found


def _by_name(nodes: Iterable[Node]) -> list[Node]:
    return sorted(nodes, key=lambda node: node.name.casefold())


def _history(theme: Theme | None = None) -> list[dict[str, Any]]:
    """The latest versions, each with what it did."""
    changes = ThemeChange.objects.select_related("theme").prefetch_related("into")
    wanted = TaxonomyVersion.objects.select_related("published_by")
    if theme is not None:
        changes, wanted = changes.filter(theme=theme), wanted.filter(changes__theme=theme).distinct()
    versions = list(wanted[:SHOWN_VERSIONS])
    told: dict[int, list[str]] = {}
    for change in changes.filter(version__in=versions):
        told.setdefault(change.version_id, []).append(_words(change))
    return [{"version": version, "changes": told.get(version.number, [])} for version in versions]


def _words(change: ThemeChange) -> str:
    """`Renamed: Payouts, now Creator payouts`."""
    name = change.before.get("name", change.theme.name)
    into = ", ".join(theme.name for theme in change.into.all())
    match change.kind:
        case ThemeChange.Kind.RENAME:
            after = change.after.get("name", name)
            return f"Renamed: {name}, now {after}" if after != name else f"Defined anew: {name}"
        case ThemeChange.Kind.MOVE:
            return f"Moved: {name}, to {change.after.get('area') or 'no area'}"
        case ThemeChange.Kind.MERGE | ThemeChange.Kind.SPLIT:
            return f"{change.get_kind_display()}: {name}, into {into}"
        case _:
            return f"{change.get_kind_display()}: {name}"
