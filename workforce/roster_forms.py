"""What the roster's forms send."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator

from workforce.models import Activity, ShiftTemplate
from workforce.shift_changes import monday

EARLIEST, LATEST = date(2000, 1, 3), date(2100, 1, 4)


def week_asked(text: str, *, today: date) -> tuple[date, str]:
    """The Monday of the week that holds a day; without one, or with nonsense, this week's. And what was wrong."""
    if not text:
        return monday(today), ""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return monday(today), f"'{text[:20]}' is not a day; write 2026-03-23."
    return monday(min(max(day, EARLIEST), LATEST)), ""


class DayField(forms.DateField):
    """A day that has a week before and after it."""

    def __init__(self) -> None:
        super().__init__(
            input_formats=["%Y-%m-%d"], validators=[MinValueValidator(EARLIEST), MaxValueValidator(LATEST)]
        )


class PlaceForm(forms.Form):
    """Whose day it is about."""

    team = forms.SlugField()
    agent = forms.SlugField()
    on = DayField()

    def first_problem(self) -> str:
        """The first thing that is wrong, with its field."""
        for field, problems in self.errors.items():
            return f"{field.replace('_', ' ').capitalize()}: {problems[0]}" if field != "__all__" else str(problems[0])
        return ""


class AddForm(PlaceForm):
    """A new shift, from a template or between two times on the clock."""

    template = forms.ModelChoiceField(
        ShiftTemplate.objects.filter(is_active=True), to_field_name="slug", required=False
    )
    start = forms.TimeField(required=False)
    end = forms.TimeField(required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not data.get("template") and (data.get("start") is None or data.get("end") is None):
            raise forms.ValidationError("Choose a template, or say when it starts and ends.")
        return data


class ShiftForm(PlaceForm):
    """One shift, and the revision of it that the reader saw."""

    key = forms.UUIDField()
    seen = forms.IntegerField(min_value=0)


class TimesForm(ShiftForm):
    """When the shift is, and whose."""

    start = forms.TimeField()
    end = forms.TimeField()
    to_on = DayField()
    to_agent = forms.SlugField()


class ActivityForm(ShiftForm):
    """What is done during a part of the shift; without times, during all of it."""

    activity = forms.ModelChoiceField(Activity.objects.all(), to_field_name="slug")
    start = forms.TimeField(required=False)
    end = forms.TimeField(required=False)


class RemoveForm(PlaceForm):
    """Shifts as `key:revision`, with commas between them."""

    shifts = forms.CharField(max_length=2000)

    def clean_shifts(self) -> dict[str, int]:
        told = {}
        for word in self.cleaned_data["shifts"].split(","):
            key, _, revision = word.partition(":")
            if not revision.isascii() or not revision.isdigit():
                raise forms.ValidationError(f"'{word[:60]}' names no shift.")
            told[str(forms.UUIDField().clean(key))] = int(revision)
        return told


class WeekForm(forms.Form):
    """A team's week."""

    team = forms.SlugField()
    week = DayField()
    mark = forms.CharField(required=False, max_length=40)

    def clean_week(self) -> date:
        told: date = self.cleaned_data["week"]
        return told - timedelta(days=told.weekday())
