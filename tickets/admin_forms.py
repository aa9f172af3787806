"""The admin's forms for calendars and policies: filled in without JSON, judged as a policy file is."""

import re
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from django import forms
from django.contrib.admin.widgets import AdminTextareaWidget, AdminTextInputWidget
from django.db.models import Model

from ops_dashboard.people.models import Team
from ops_dashboard.people.zones import zones
from tickets import policy_text
from tickets.models import BusinessCalendar, Channel, Language, Priority, Reason, SlaPolicy, Source
from tickets.policies import known_calendars
from tickets.policy import CONDITIONS
from tickets.policy_file import CHOICES, KINDS, LONGEST_NAME, PAUSES, BadPolicyFile, PolicyFile, parse

NAMED: dict[str, type[Model]] = {
    "source": Source,
    "channel": Channel,
    "priority": Priority,
    "team": Team,
    "language": Language,
    "reason": Reason,
}
SHOWN = 20  # words shown under a condition
ALWAYS_OPEN = "always open (24/7)"
# `calendars[0].weekly.mon: reason`, `policies[0].targets[1].seconds: reason`
_PLACE = re.compile(r"\w+\[0\]\.?(?P<field>\w*)(?P<rest>[^:]*): (?P<reason>.*)", re.DOTALL)
_ROW = re.compile(r"\[(?P<row>\d+)\]\.?(?P<field>\w*)")


class WindowsField(forms.CharField):
    """A day a line and its windows, as the policy file's object of lists."""

    widget = AdminTextareaWidget

    def to_python(self, value: Any) -> Any:
        return _read(policy_text.read_windows, super().to_python(value) or "")


class LinesField(forms.CharField):
    widget = AdminTextareaWidget

    def to_python(self, value: Any) -> Any:
        return policy_text.lines_of(super().to_python(value) or "")


class WordsField(forms.CharField):
    widget = AdminTextInputWidget

    def to_python(self, value: Any) -> Any:
        return policy_text.read_words(super().to_python(value) or "")


class DurationField(forms.CharField):
    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        return _read(policy_text.read_duration, text) if text else text


def _read(read: Callable[[str], Any], text: str) -> Any:
    try:
        return read(text)
    except policy_text.BadText as error:
        raise forms.ValidationError(str(error)) from error


class VersionForm(forms.ModelForm):
    """The next version of a calendar or policy; once valid, `file` holds what to load."""

    shelf: ClassVar[str]  # where it stands in a policy file
    file: PolicyFile

    name = forms.CharField(max_length=LONGEST_NAME, widget=AdminTextInputWidget)
    restate = forms.BooleanField(
        required=False,
        label="Restate the past",
        help_text="Judge every ticket by it as if it had always been so. Otherwise it counts from now on and "
        "promises already given keep the version they were given under. A first version counts since ever.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and "name" in self.fields:
            self.fields["name"].disabled = True
            self.initial.update(self.told(self.instance.definition))

    def told(self, definition: Mapping[str, Any]) -> dict[str, Any]:
        """What the fields say of a stored definition."""
        raise NotImplementedError

    def document(self) -> dict[str, Any]:
        """What a policy file would say of the fields."""
        raise NotImplementedError

    def clean_name(self) -> str:
        name = self.cleaned_data["name"]
        model = self._meta.model
        if not self.instance.pk and model.objects.filter(name=name).exists():
            raise forms.ValidationError(f"'{name}' is there already; open it to make its next version.")
        return name

    def clean(self) -> dict[str, Any]:
        if not self.errors:
            try:
                self.file = parse({self.shelf: [self.document()]}, known_calendars=known_calendars())
            except BadPolicyFile as error:
                self._blame(str(error))
        return self.cleaned_data

    def _blame(self, problem: str) -> None:
        """Put what the policy file's reader found wrong beside the field it is about."""
        found = _PLACE.fullmatch(problem)
        if not found:
            self.add_error(None, problem)
            return
        field, rest, reason = found["field"], found["rest"], found["reason"]
        self.blame(field, rest.strip("."), reason)

    def blame(self, field: str, part: str, reason: str) -> None:
        self.add_error(field if field in self.fields else None, f"{part}: {reason}" if part else reason)


class CalendarForm(VersionForm):
    shelf = "calendars"

    timezone = forms.ChoiceField(label="Time zone", choices=zones)
    weekly = WindowsField(
        required=False,
        label="Weekly hours",
        help_text="A day a line, as in 'mon 09:00-12:00, 13:00-17:00'. A window that ends before it begins, as "
        "22:00-06:00, ends on the next day; 24:00 ends a day. A day that is not named is closed.",
    )
    holidays = LinesField(required=False, help_text="One date a line, as in 2026-12-25.")
    overrides = WindowsField(
        required=False,
        help_text="Hours of single dates instead of the weekly ones, as in '2026-12-24 09:00-12:00' or "
        "'2026-12-31 closed'.",
    )
    breaks = WindowsField(
        required=False, help_text="Hours cut out of whatever is open, as in '2026-06-18 14:00-16:00'."
    )
    holiday_truncates_overnight = forms.BooleanField(required=False, label="A holiday ends a night shift at midnight")
    holiday_beats_override = forms.BooleanField(required=False, label="A holiday goes before an override")

    class Meta:
        model = BusinessCalendar
        fields: ClassVar[list[str]] = []

    def told(self, definition: Mapping[str, Any]) -> dict[str, Any]:
        windows = {name: policy_text.windows_text(definition[name]) for name in ("weekly", "overrides", "breaks")}
        return {**definition, **windows, "holidays": "\n".join(definition["holidays"])}

    def document(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "restate"}


class TargetForm(forms.Form):
    """One target of a policy; an untouched row says nothing."""

    kind = forms.ChoiceField(choices=[("", "–"), *((kind, kind.replace("_", " ")) for kind in KINDS)])
    priority = forms.CharField(
        required=False, widget=forms.TextInput({"size": 12}), help_text="A priority, or empty for every one."
    )
    seconds = DurationField(label="Within", widget=forms.TextInput({"size": 10}), help_text="As in 8h, 1h 30m or 90s.")
    pauses_in = forms.MultipleChoiceField(
        required=False, choices=[(status, status) for status in PAUSES], widget=forms.CheckboxSelectMultiple
    )
    clock, boundary, priority_from, first_reply_from, next_reply_starts, update_starts = (
        forms.ChoiceField(
            choices=[(value, value.replace("_", " ")) for value in values],
            initial=values[0],
            label=name.replace("_", " ").capitalize(),
        )
        for name, values in CHOICES.items()
    )

    def document(self) -> dict[str, Any]:
        data = {name: value for name, value in self.cleaned_data.items() if name != forms.formsets.DELETION_FIELD_NAME}
        return data | {"priority": data["priority"] or None}

    def options(self) -> list[forms.BoundField]:
        """Fields beyond the first row."""
        return [self[name] for name in CHOICES if name != "clock"]


TargetFormSet = forms.formset_factory(TargetForm, extra=3, can_delete=True)


def calendars() -> list[tuple[str, str]]:
    return [("", ALWAYS_OPEN), *((name, name) for name in sorted(known_calendars()))]


class PolicyForm(VersionForm):
    shelf = "policies"

    order = forms.IntegerField(help_text="The first policy whose conditions a ticket meets is the one that holds.")
    source, channel, priority, team, language, reason = (WordsField(required=False) for _ in CONDITIONS)
    calendar = forms.ChoiceField(required=False, choices=calendars)
    calendar_versions = forms.ChoiceField(
        label="Its versions",
        required=False,
        choices=[("each", "Each counts while it is valid"), ("last", "The last counts for all time")],
    )

    class Meta:
        model = SlaPolicy
        fields: ClassVar[list[str]] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, model in NAMED.items():
            slugs = model._default_manager.order_by("slug").values_list("slug", flat=True)[:SHOWN]
            known = policy_text.words_text(slugs)
            self.fields[name].help_text = f"Words separated by commas; empty for any. There is {known or 'none yet'}."
        targets = self.instance.definition["targets"] if self.instance.pk else []
        rows = [target | {"seconds": policy_text.duration_text(target["seconds"])} for target in targets]
        self.targets = TargetFormSet(self.data if self.is_bound else None, initial=rows, prefix="targets")

    def told(self, definition: Mapping[str, Any]) -> dict[str, Any]:
        conditions = {name: policy_text.words_text(words) for name, words in definition["conditions"].items()}
        versions = definition.get("calendar_versions", "each")
        return {
            "order": definition["order"],
            "calendar": definition["calendar"] or "",
            "calendar_versions": versions,
            **conditions,
        }

    def document(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {
            "name": data["name"],
            "order": data["order"],
            "calendar": data["calendar"] or None,
            "calendar_versions": data["calendar_versions"] or "each",
            "conditions": {name: data[name] for name in CONDITIONS},
            "targets": [row.document() for row in self._rows()],
        }

    def clean(self) -> dict[str, Any]:
        if not self.targets.is_valid():
            self.add_error(None, "A target needs another look.")
        elif not self._rows():
            self.add_error(None, "A policy needs at least one target.")
        return super().clean()

    def blame(self, field: str, part: str, reason: str) -> None:
        if field == "targets" and (found := _ROW.fullmatch(part)):
            row = self._rows()[int(found["row"])]
            row.add_error(found["field"] if found["field"] in row.fields else None, reason)
            self.add_error(None, "A target needs another look.")
        elif field == "conditions":
            self.add_error(part, reason)
        else:
            super().blame(field, part, reason)

    def _rows(self) -> list[TargetForm]:
        """The targets that say something and are to stay."""
        dropped = self.targets.deleted_forms
        initial = self.targets.initial_form_count()
        told = [form for i, form in enumerate(self.targets.forms) if i < initial or form.has_changed()]
        return [form for form in told if form not in dropped]
