"""Forms for what is valid for a time: a person's team, contract and skills, and what an hour costs."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError

from ops_dashboard.people.dated import DAY
from ops_dashboard.people.models import Agent, Membership, Team, Vendor
from tickets.slugs import slug_of
from workforce import import_fields
from workforce.import_fields import EARLIEST, LATEST, BadValue
from workforce.models import AgentSkill, Contract, ContractType, Rate


class TextField(forms.Field):
    """What is typed becomes a number, as in an import; `show` turns the number into what is typed."""

    def __init__(self, read: Callable[[str], Any], show: Callable[[Any], str] = str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.read, self.show = read, show

    def prepare_value(self, value: Any) -> Any:
        return self.show(value) if isinstance(value, int) else value

    def to_python(self, value: Any) -> Any:
        text = str(value or "").strip()
        if not text:
            return None
        try:
            return self.read(text)
        except BadValue as problem:
            raise ValidationError(f"{problem}.") from problem


def hours_field(label: str) -> TextField:
    return TextField(import_fields.hours, lambda minutes: f"{minutes / 60:g}", label=label)


def day_field(label: str, **kwargs: Any) -> forms.DateField:
    day = forms.DateInput(
        attrs={"type": "date", "min": EARLIEST.isoformat(), "max": LATEST.isoformat()}, format="%Y-%m-%d"
    )
    return forms.DateField(label=label, widget=day, **kwargs)


class DatedForm(forms.ModelForm):
    """The last day is asked for as people say it, included; the row keeps the day after."""

    valid_from = day_field("First day")
    last_day = day_field("Last day", required=False, help_text="Empty: until further notice.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["last_day"] = self.instance.last_day

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        first, last = data.get("valid_from"), data.get("last_day")
        for name, day in (("valid_from", first), ("last_day", last)):
            if day and not EARLIEST <= day <= LATEST:
                self.add_error(name, f"{day} does not lie between {EARLIEST} and {LATEST}.")
        if first and last and last < first:
            self.add_error("last_day", "Comes before the first day.")
        self.instance.valid_to = last + DAY if last and last < date.max else None
        return data


class PersonForm(forms.Form):
    """Somebody new, and the team they begin in. The short name is made from the name and never changes."""

    name = forms.CharField(max_length=120)
    team = forms.ModelChoiceField(Team.objects.filter(is_active=True), to_field_name="slug")
    valid_from = day_field("First day")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        first = data.get("valid_from")
        if first and not EARLIEST <= first <= LATEST:
            self.add_error("valid_from", f"{first} does not lie between {EARLIEST} and {LATEST}.")
        if data.get("name"):
            data["slug"] = slug_of(data["name"], longest=120)
            if Agent.objects.filter(slug=data["slug"]).exists():
                self.add_error("name", f"There is somebody already who is called {data['slug']}.")
        return data


class MembershipForm(DatedForm):
    team = forms.ModelChoiceField(Team.objects.filter(is_active=True), to_field_name="slug")

    class Meta:
        model = Membership
        fields = ["team", "valid_from"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.team_id:
            self.initial["team"] = self.instance.team  # chosen by its slug, which the row's number is not


class SkillForm(DatedForm):
    class Meta:
        model = AgentSkill
        fields = ["skill", "level", "valid_from"]
        help_texts = {"level": "From 1 (learning) to 5 (teaches it)."}


class ContractForm(DatedForm):
    """The terms that decide about shifts; those of the type stand in a new one until they are changed."""

    week_minutes = hours_field("Hours a week")
    shortest_shift_minutes = hours_field("Shortest shift, hours")
    longest_shift_minutes = hours_field("Longest shift, hours")
    daily_rest_minutes = hours_field("Rest between shifts, hours")
    zone = TextField(import_fields.zone, label="Time zone")

    class Meta:
        model = Contract
        fields = [
            "type", "week_minutes", "days_a_week", "shortest_shift_minutes", "longest_shift_minutes",
            "daily_rest_minutes", "most_days_running", "zone", "valid_from",
        ]  # fmt: skip
        labels = {"most_days_running": "Days in a row at most"}

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        shortest, longest = data.get("shortest_shift_minutes"), data.get("longest_shift_minutes")
        if longest and longest > 24 * 60:
            self.add_error("longest_shift_minutes", "A shift has at most 24 hours.")
        if shortest and longest and longest < shortest:
            self.add_error("longest_shift_minutes", "Shorter than the shortest shift.")
        if (data.get("daily_rest_minutes") or 0) > 24 * 60:
            self.add_error("daily_rest_minutes", "At most 24 hours.")
        for name, most in (("days_a_week", 7), ("most_days_running", 365)):
            if data.get(name) is not None and not 1 <= data[name] <= most:
                self.add_error(name, f"From 1 to {most}.")
        return data


class RateForm(DatedForm):
    """What an hour costs from a day on."""

    minor_an_hour = TextField(import_fields.money, lambda minor: f"{minor / 100:.2f}", label="Amount an hour")
    currency = TextField(import_fields.currency, initial=lambda: settings.CURRENCY)

    class Meta:
        model = Rate
        fields = ["minor_an_hour", "currency", "basis", "valid_from"]
        labels = {"basis": "For each of the"}


class NewRateForm(RateForm):
    """A rate and whose it is."""

    subject = forms.ChoiceField(label="Of")
    field_order = ("subject",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = subjects()
        groups: dict[str, list[tuple[str, str]]] = {}
        for key, subject in self.known.items():
            groups.setdefault(_GROUPS[type(subject)], []).append((key, str(subject)))
        self.fields["subject"].choices = [("", "Choose"), *groups.items()]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        if subject := self.known.get(self.cleaned_data.get("subject", "")):
            setattr(self.instance, _FIELDS[type(subject)], subject)
        return super().clean()


_GROUPS: dict[type, str] = {Vendor: "A vendor", ContractType: "A kind of contract", Team: "A team"}
_FIELDS: dict[type, str] = {Vendor: "vendor", ContractType: "contract_type", Team: "team"}


def subjects() -> dict[str, Vendor | ContractType | Team]:
    """Whatever may have a rate, by the word that a form sends."""
    rows: list[Vendor | ContractType | Team] = [
        *Vendor.objects.order_by("name"), *ContractType.objects.all(), *Team.objects.filter(is_active=True)
    ]  # fmt: skip
    return {f"{_FIELDS[type(row)]}:{row.slug}": row for row in rows}
