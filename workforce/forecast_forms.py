"""What planners write: events, a queue's assumptions; and the questions of the what-if page."""

from typing import Any

from django import forms

from workforce import erlang
from workforce.models import Event, Queue
from workforce.staffing import Assumptions, Kind

MOST_PER_HOUR = 1_000_000


class EventForm(forms.ModelForm):
    """An event; without queues it concerns all of them."""

    class Meta:
        model = Event
        fields = ["label", "type", "start_on", "end_on", "queues", "note"]
        labels = {"start_on": "First day", "end_on": "Last day", "label": "What happens"}
        help_texts = {
            "type": "Events of one type teach each other: launch, mailing, outage.",
            "queues": "None: every queue.",
        }
        widgets = {
            "start_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "end_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        start, end = data.get("start_on"), data.get("end_on")
        if start and end and end < start:
            self.add_error("end_on", "Ends before it begins.")
        return data


class AssumptionsForm(forms.ModelForm):
    """What the staffing of a queue rests on. Chat has a handle time for each number of chats at once."""

    class Meta:
        model = Queue
        fields = [
            "aht_s", "concurrent_aht_s", "target_s", "share", "max_occupancy", "patience_s", "is_business_time",
            "external_shrinkage", "internal_shrinkage",
        ]  # fmt: skip
        labels = {
            "aht_s": "Handle time, seconds",
            "concurrent_aht_s": "Handle time at 1, 2, 3 … chats at once, seconds",
            "target_s": "Answered, or done, within, seconds",
            "share": "Share of contacts, 0 to 1",
            "max_occupancy": "Occupancy at most, 0 to 1",
            "patience_s": "Patience, seconds (empty: nobody gives up)",
            "is_business_time": "The deadline runs in opening hours only",
            "external_shrinkage": "Leave and sickness, share of paid time",
            "internal_shrinkage": "Breaks, meetings, training, share of attended time",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        left_out = {
            Queue.Kind.LIVE: ("concurrent_aht_s", "is_business_time"),
            Queue.Kind.CHAT: ("aht_s", "is_business_time"),
            Queue.Kind.DEFERRED: ("concurrent_aht_s", "patience_s", "max_occupancy"),
        }
        for name in left_out[Queue.Kind(self.instance.kind)]:
            del self.fields[name]
        if "concurrent_aht_s" in self.fields:
            self.fields["concurrent_aht_s"].required = True


class WhatIfForm(forms.Form):
    """Numbers for which the page computes at once; all of them live in the address."""

    kind = forms.ChoiceField(choices=[("live", "Live"), ("chat", "Chat")], initial="live", label="Kind of work")
    arrivals = forms.FloatField(min_value=0, max_value=MOST_PER_HOUR, initial=200, label="Contacts an hour")
    aht = forms.CharField(max_length=80, initial="180", label="Handle time, seconds")
    target = forms.FloatField(min_value=0, max_value=86_400, initial=20, label="Answered within, seconds")
    share = forms.FloatField(min_value=1, max_value=99.9, initial=80, label="Of contacts, %")
    patience = forms.FloatField(min_value=1, max_value=86_400, required=False, label="Patience, seconds")
    occupancy = forms.FloatField(min_value=10, max_value=100, initial=85, label="Occupancy at most, %")
    external = forms.FloatField(min_value=0, max_value=100, initial=12, label="Leave and sickness, %")
    internal = forms.FloatField(min_value=0, max_value=100, initial=18, label="Breaks, meetings, training, %")
    agents = forms.IntegerField(
        min_value=0, max_value=100_000, required=False, label="People on the work (empty: find)"
    )

    def clean_aht(self) -> tuple[float, ...]:
        """One number, or for chat one for each number of chats at once: `300, 360, 450`."""
        try:
            times = tuple(float(part) for part in self.cleaned_data["aht"].replace(";", ",").split(","))
        except ValueError as error:
            raise forms.ValidationError("Seconds, please; for chat one number each for 1, 2, 3 … at once.") from error
        if not all(1 <= each <= 86_400 for each in times) or len(times) > 10:
            raise forms.ValidationError("From 1 second to a day, for at most ten chats at once.")
        return times

    def assumptions(self) -> Assumptions:
        """Of a valid form. Raises Impossible where no number of people would do."""
        data = self.cleaned_data
        if max(data["external"], data["internal"]) >= 100:
            raise erlang.Impossible("a shrinkage of 100 % leaves nobody")
        return Assumptions(
            kind=Kind(data["kind"]),
            aht_s=data["aht"][0],
            concurrent_aht_s=data["aht"],
            target_s=data["target"],
            share=data["share"] / 100,
            max_occupancy=data["occupancy"] / 100,
            patience_s=data["patience"],
            external=data["external"] / 100,
            internal=data["internal"] / 100,
        )


def asked_or_usual(given: Any) -> dict[str, Any]:
    """The form's data: what the address says, the usual for what it leaves out."""
    usual = {name: field.initial for name, field in WhatIfForm.base_fields.items() if field.initial is not None}
    return usual | {name: value for name, value in given.items() if name in WhatIfForm.base_fields}
