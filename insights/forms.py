"""The forms of the loop: what a person may write, and what is asked to mend."""

from datetime import date
from typing import Any

from django import forms

from insights.models import Area, Milestone, Program, Receipt, Theme
from ops_dashboard.metrics.periods import EARLIEST
from ops_dashboard.metrics.query import today
from ops_dashboard.people.models import User
from ops_dashboard.people.roles import Role


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
        fields = ["title", "aim", "area", "owner", "state", "theme", "goal"]
        labels = {"goal": "Goal: messages per 1,000 contacts", "theme": "Theme it should move"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        owner: Any = self.fields["owner"]
        owner.queryset = User.objects.filter(role__in=(Role.PARTNER, Role.ANALYST, Role.MANAGER), is_active=True)
        theme: Any = self.fields["theme"]
        theme.queryset = Theme.objects.active()


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
