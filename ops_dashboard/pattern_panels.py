"""Whole panels, a form and a list on `/patterns/`, each drawn by the template that the pages use.

They carry ids, so that each theme has its own.
"""

from dataclasses import dataclass, field
from datetime import date

from django import forms
from django.core.paginator import Paginator
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from ops_dashboard.metrics.pages import Context, Panel
from ops_dashboard.metrics.panels import PanelView
from ops_dashboard.metrics.view_menu import Offered, ViewMenu
from ops_dashboard.people.roles import Scope
from tickets.ageing import BANDS, MEASURES, Band

AGES = ((412, 96, 240), (198, 71, 160), (121, 40, 118), (87, 22, 130), (31, 9, 88), (12, 3, 71), (4, 1, 58))
OPENING, CLOSING = 842, 865
STEPS = (("Created", "+3,204"), ("Reopened", "+118"), ("Solved", "−3,271"), ("Merged", "−28"))


@dataclass(frozen=True)
class Shown:
    """A panel of the component page: what `PanelView` tells, under the slug of its theme."""

    slug: str
    title: str
    size: str
    template: str = ""
    body: Context = field(default_factory=dict)
    told: Context = field(default_factory=dict)

    def under(self, theme: str) -> PanelView:
        panel = Panel(slug=f"{theme}-{self.slug}", title=self.title, size=self.size)
        return PanelView(panel, self.template, body=self.body, **self.told)


FAILED = Shown("failed", "A panel that failed", "side", told={"error": "4f1c09ab2e77"})


class GoalForm(forms.Form):
    """One field of every kind."""

    name = forms.CharField(label="Name", help_text="As people say it.")
    target = forms.IntegerField(label="Target, per cent", min_value=1, max_value=100)
    team = forms.ChoiceField(label="Team", choices=(("access", "Account access"), ("ads", "Ads & business")))
    first_day = forms.DateField(label="First day", widget=forms.DateInput(attrs={"type": "date"}), required=False)
    channels = forms.MultipleChoiceField(
        label="Counts for", choices=(("email", "E-mail"), ("chat", "Chat")), widget=forms.CheckboxSelectMultiple
    )
    why = forms.CharField(label="Why", widget=forms.Textarea(attrs={"rows": 2}), required=False)


def goal_form(theme: str) -> GoalForm:
    """As it comes back with two things to mend, and one of the whole."""
    told = {"name": "Replies <fast>", "target": "120", "team": "access", "first_day": "2026-11-02"}
    form = GoalForm(told, auto_id=f"{theme}-goal-%s")
    form.add_error(None, "This team has a goal from that day on already.")
    return form


def around(theme: str) -> Context:
    """The form, the second page of a list and what is told while a demo arrives."""
    return {
        "form": goal_form(theme),
        "page": Paginator(range(120), 50).page(2),
        "arriving_after": date(2026, 10, 5),
    }


def views() -> ViewMenu:
    """Somebody's own, one of which the page shows, and one of a colleague's."""
    offered = (
        Offered(1, "Voice, EMEA", "period=last-28-days&channel=phone", is_shared=True),
        Offered(2, "A name <as long> as names may be, which takes two lines here", "period=today", is_default=True),
        Offered(3, "Monday review", "period=last-8-weeks", owner="Carol Manager", is_shared=True),
    )
    plain = "period=last-28-days"
    return ViewMenu("service-levels", "Service levels", "/patterns/", offered[0].querystring, plain, offered)


def drawn(theme: str, of_results: tuple[Shown, ...], *, scope: Scope) -> list[SafeString]:
    """The panels of a theme: those made from results, those of tickets, one that failed."""
    return [_drawn(shown.under(theme), scope) for shown in (*of_results, *_of_tickets(), FAILED)]


def _drawn(view: PanelView, scope: Scope) -> SafeString:
    given = {"view": view, "body": view.body, "panel": view.panel, "scope": scope}
    return render_to_string("panels/_panel.html", view.body | given)


def _of_tickets() -> tuple[Shown, ...]:
    bands = [Band(label, *counts) for label, counts in zip(BANDS, AGES, strict=True)]
    most = max(band.age for band in bands)
    ages = {
        "bands": [(band, 100 * band.age / most, dict.fromkeys(MEASURES, "?status=unsolved")) for band in bands],
        "total": sum(band.age for band in bands),
    }
    steps = [{"words": words, "count": 1, "signed": signed} for words, signed in STEPS]
    bridge = {"opening": OPENING, "steps": steps, "closing": CLOSING, "off": 0}
    return (
        Shown("ages", "How old it is now", "half", "tickets/_ageing.html", ages),
        Shown("backlog", "From opening to closing", "half", "tickets/_backlog_bridge.html", bridge),
    )
