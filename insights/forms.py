"""The forms of the loop: what a person may write, and what is asked to mend."""

from datetime import date
from typing import Any

from django import forms

from insights.models import Area, Milestone, Program, Receipt, Theme
from insights.targets import checked
from ops_dashboard.metrics.asking import BadQuery, BeingRecounted, NotYours
from ops_dashboard.metrics.definitions import Unit, UnknownMetric, registry
from ops_dashboard.metrics.periods import EARLIEST
from ops_dashboard.metrics.query import today
from ops_dashboard.people.models import User
from ops_dashboard.people.roles import Role, Scope


class _Day(forms.DateInput):
    """The browser's own picker, which reads ISO dates whatever the language."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


def _areas() -> list[tuple[str, str]]:
    return list(Area.objects.values_list("slug", "name"))


class InsightForm(forms.Form):
    claim = forms.CharField(max_length=200, help_text="One sentence with a number.")
    area = forms.ChoiceField(label="Product area", choices=_areas)
    themes = forms.ModelMultipleChoiceField(
        Theme.objects.active().leaves(),
        widget=forms.SelectMultiple(attrs={"size": 8}),
        help_text="Its size is counted by these.",
    )
    story = forms.CharField(
        required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 8}),
        help_text="What, why, who it concerns, and what we do not know. 150 words are enough.",
    )  # fmt: skip


class AskForm(forms.Form):
    question = forms.CharField(label="What do we ask?", max_length=240)
    owner = forms.ModelChoiceField(User.objects.none(), required=False, empty_label="Nobody yet")
    due_on = forms.DateField(label="Due", widget=_Day)

    def __init__(self, *args: Any, area: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        partners = [u.pk for u in User.objects.filter(role=Role.PARTNER, is_active=True) if area in u.product_areas]
        field: Any = self.fields["owner"]
        field.queryset = User.objects.filter(pk__in=partners).order_by("username")

    def clean_due_on(self) -> date:
        due: date = self.cleaned_data["due_on"]
        if due < today():
            raise forms.ValidationError("That day is over.")
        return due


class AnswerForm(forms.Form):
    note = forms.CharField(label="Note", required=False, max_length=400)
    shipped_on = forms.DateField(label="Shipped on", required=False, widget=_Day)
    users_told = forms.IntegerField(label="Users told", required=False, min_value=0, max_value=2_000_000_000)

    def clean_shipped_on(self) -> date | None:
        on: date | None = self.cleaned_data["shipped_on"]
        if on and on < EARLIEST:
            raise forms.ValidationError(f"Nothing of ours shipped before {EARLIEST}.")
        return on


class DismissForm(forms.Form):
    reason = forms.CharField(max_length=200)


class ProgramForm(forms.ModelForm):
    area = forms.ChoiceField(label="Product area", choices=_areas)

    class Meta:
        model = Program
        target = ["target_metric", "target_where", "target_value", "target_on"]
        fields = ["title", "aim", "area", "owner", "state", "theme", "goal", *target]
        labels = {
            "goal": "Goal: messages per 1,000 contacts",
            "theme": "Theme it should move",
            "target_metric": "Metric it should move",
            "target_where": "Of what",
            "target_value": "Goal of the metric",
            "target_on": "By",
        }
        help_texts = {
            "target_where": "As in an address: team=payments-1&channel=email. Empty: everything.",
            "target_value": "A share from 0 to 1 (0.9 is 90 %), seconds, or a count a week: as the metric's unit says.",
        }
        widgets = {"target_on": _Day}

    def __init__(self, *args: Any, scope: Scope, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._scope = scope
        metric: Any = self.fields["target_metric"]
        metric.widget = forms.Select(choices=[("", "None"), *_metrics(scope)])
        owner: Any = self.fields["owner"]
        owner.queryset = User.objects.filter(role__in=(Role.PARTNER, Role.ANALYST, Role.MANAGER), is_active=True)
        theme: Any = self.fields["theme"]
        theme.queryset = Theme.objects.active()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        slug, where = data.get("target_metric", ""), data.get("target_where", "")
        beside = [name for name in self.Meta.target[1:] if data.get(name) not in (None, "")]
        if not slug:
            for name in beside:
                self.add_error(name, "Of which metric?")
            return data
        try:
            checked(slug, where, scope=self._scope, on=today())
        except (UnknownMetric, NotYours) as problem:
            self.add_error("target_metric", str(problem.args[0]))
        except BadQuery as problem:
            self.add_error("target_where", str(problem))
        except BeingRecounted:
            self.add_error("target_metric", "It is being counted anew; try again in a minute.")
        else:
            self._check_value(slug, data.get("target_value"))
        return data

    def _check_value(self, slug: str, value: float | None) -> None:
        if value is not None and value < 0:
            self.add_error("target_value", f"{value:g} is below zero.")
        elif value is not None and registry.metric(slug).unit is Unit.SHARE and value > 1:
            self.add_error("target_value", f"{value:g} is no share from 0 to 1; write 0.9 for 90 %.")


def _metrics(scope: Scope) -> list[tuple[str, str]]:
    """Those that this reader may be told, by label, with their unit."""
    allowed = (metric for metric in registry.metrics() if all(getattr(scope, right) for right in metric.rights))
    return sorted(((m.slug, f"{m.label} ({m.unit.value})") for m in allowed), key=lambda pair: pair[1].lower())


class MilestoneForm(forms.ModelForm):
    class Meta:
        model = Milestone
        fields = ["title", "due_on"]
        labels = {"due_on": "Due"}
        widgets = {"due_on": _Day}


class DigestForm(forms.Form):
    headline = forms.CharField(required=False, max_length=240, help_text="Empty: as the figures say it.")
    narrative = forms.CharField(
        required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 10}),
        help_text="What changed, why, who it concerns, what we do not know. 150 words are enough.",
    )  # fmt: skip


class ReactionForm(forms.Form):
    reaction = forms.ChoiceField(choices=[("", "None"), *Receipt.Reaction.choices], required=False)
