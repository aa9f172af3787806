"""What planners fill in about teams, sites, vendors and skills, activities and shift templates."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from ops_dashboard.people.models import Site, Team, Vendor
from ops_dashboard.people.zones import zones
from tickets.slugs import slug_of
from workforce import import_fields
from workforce.activities import COUNTING, clash, ensured, is_counted
from workforce.import_fields import BadValue
from workforce.models import Activity, ShiftTemplate, Skill
from workforce.pattern_words import clock, length, segments_of, words_of
from workforce.wall_time import BadPattern


class NamedForm(forms.ModelForm):
    """A new row gets its short name from its name; that never changes again, since files and addresses carry it."""

    name = forms.CharField(max_length=80)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        row = self.instance
        if row.pk is None and data.get("name"):
            row.slug = slug_of(data["name"], longest=50)
            if type(row)._default_manager.filter(slug=row.slug).exists():
                self.add_error("name", f"There is one already that is called {row.slug}.")
        return data


class SiteForm(NamedForm):
    zone = forms.ChoiceField(choices=zones, label="Time zone", initial="UTC")

    class Meta:
        model = Site
        fields = ["name", "zone"]


class VendorForm(NamedForm):
    class Meta:
        model = Vendor
        fields = ["name"]


class SkillForm(NamedForm):
    class Meta:
        model = Skill
        fields = ["name"]


class TeamForm(NamedForm):
    class Meta:
        model = Team
        fields = ["name", "site", "vendor", "support_function", "is_active"]
        labels = {"is_active": "Active"}
        help_texts = {"vendor": "Empty: our own people.", "is_active": "A team that is not is offered nowhere."}


class ActivityForm(NamedForm):
    """How an activity counts is asked once: what shifts hold would change hours that were told."""

    class Meta:
        model = Activity
        fields = ["name", "kind", "is_paid", "is_productive", "shrinkage"]
        labels = {"is_paid": "Paid", "is_productive": "Counts as staffed"}
        help_texts = {"shrinkage": "What it takes from paid time; nothing for what counts as staffed."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and is_counted(self.instance):
            for name in COUNTING:
                self.fields[name].disabled = True
            self.fields["name"].help_text = "Shifts hold it, so how it counts stays. Make another where it should not."

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if problem := clash(data.get("kind", ""), data.get("is_productive", False), data.get("shrinkage", "")):
            self.add_error("is_productive", f"{problem.capitalize()}.")
        return data


class TemplateForm(NamedForm):
    """A shift to be placed on any day. Ends, and what lies within it, are asked for as times on the clock."""

    starts = forms.TimeField(widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    ends = forms.TimeField(
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"), help_text="Not later: on the next day."
    )
    parts = forms.CharField(label="Within it", required=False, max_length=400)

    class Meta:
        model = ShiftTemplate
        fields = ["name", "team", "starts", "is_active"]
        labels = {"is_active": "Active"}
        help_texts = {"is_active": "One that is not is offered nowhere."}

    field_order = ("name", "team", "starts", "ends", "parts", "is_active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        row, self.known = self.instance, ensured()
        known = ", ".join(sorted(self.known))
        self.fields["team"].empty_label = "Every team"  # type: ignore[attr-defined]
        parts = self.fields["parts"]
        parts.help_text = f"As 12:00-12:30 lunch; 15:00-15:15 break. There are {known}; the rest is work."
        if row.pk:
            self.initial["ends"] = clock(row.starts, row.minutes)
            self.initial["parts"] = words_of(row.starts, row.segments)

    def clean_parts(self) -> Any:
        try:
            told = import_fields.parts(self.cleaned_data["parts"])
        except BadValue as problem:
            raise ValidationError(f"{problem}.") from problem
        if unknown := next((slug for _, _, slug in told if slug not in self.known), None):
            raise ValidationError(f"There is no activity '{unknown}'.")
        return told

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        starts, ends, parts = (data.get(name) for name in ("starts", "ends", "parts"))
        if starts is None or ends is None or parts is None:
            return data
        where = "ends"
        try:
            self.instance.minutes = length(starts, ends)
            where = "parts"
            self.instance.segments = segments_of(starts, self.instance.minutes, parts)
        except BadPattern as problem:
            self.add_error(where, f"{str(problem).capitalize()}.")
        return data
