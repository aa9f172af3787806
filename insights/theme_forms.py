"""The forms by which the themes change: one for each kind of change."""

from typing import Any

from django import forms

from insights import theme_effects
from insights.models import Area, Theme
from insights.taxonomy import BadChange, Revision
from insights.theme_effects import Line

LONGEST_NAME, LONGEST_DEFINITION, MOST_PARTS = 80, 400, 12


def _areas() -> list[tuple[str, str]]:
    return [("", "As its group"), *Area.objects.values_list("slug", "name")]


class ChangeForm(forms.Form):
    """A change of one theme: what it would do (`effect`), and doing it (`carry_out`)."""

    note = forms.CharField(label="Why", required=False, max_length=200)
    title = ""

    def __init__(self, theme: Theme, *args: Any, **kwargs: Any) -> None:
        self.theme = theme
        super().__init__(*args, **kwargs)

    def effect(self) -> list[Line]:
        raise NotImplementedError

    def carry_out(self, revision: Revision) -> None:
        raise NotImplementedError

    def _choose_from(self, name: str, wanted: Any) -> None:
        field: Any = self.fields[name]
        field.queryset = wanted


class RenameForm(ChangeForm):
    title = "Rename"
    name = forms.CharField(max_length=LONGEST_NAME)
    definition = forms.CharField(required=False, max_length=LONGEST_DEFINITION, widget=forms.Textarea({"rows": 3}))
    field_order = ["name", "definition", "note"]

    def effect(self) -> list[Line]:
        return theme_effects.of_rename(self.theme, self.cleaned_data["name"])

    def carry_out(self, revision: Revision) -> None:
        revision.rename(self.theme, self.cleaned_data["name"], definition=self.cleaned_data["definition"])


class MoveForm(ChangeForm):
    title = "Move"
    parent = forms.ModelChoiceField(Theme.objects.none(), label="Group", required=False, empty_label="None: a group")
    area = forms.ChoiceField(label="Product area", choices=_areas, required=False)
    field_order = ["parent", "area", "note"]

    def __init__(self, theme: Theme, *args: Any, **kwargs: Any) -> None:
        super().__init__(theme, *args, **kwargs)
        self._choose_from("parent", Theme.objects.active().filter(parent=None).exclude(pk=theme.pk))

    def effect(self) -> list[Line]:
        return theme_effects.of_move(self.theme, self.cleaned_data["parent"], self.cleaned_data["area"])

    def carry_out(self, revision: Revision) -> None:
        revision.move(self.theme, self.cleaned_data["parent"], area=self.cleaned_data["area"])


class MergeForm(ChangeForm):
    title = "Merge"
    into = forms.ModelChoiceField(Theme.objects.none(), label="Into")
    field_order = ["into", "note"]

    def __init__(self, theme: Theme, *args: Any, **kwargs: Any) -> None:
        super().__init__(theme, *args, **kwargs)
        self._choose_from("into", Theme.objects.active().leaves().exclude(pk=theme.pk))

    def effect(self) -> list[Line]:
        return theme_effects.of_merge(self.theme, self.cleaned_data["into"])

    def carry_out(self, revision: Revision) -> None:
        revision.merge([self.theme], into=self.cleaned_data["into"])


class SplitForm(ChangeForm):
    title = "Split"
    parts = forms.CharField(
        label="Into these themes", widget=forms.Textarea({"rows": 4}), max_length=4000,
        help_text="A theme on each line, its definition after a colon: Payout late: it came after the promised day",
    )  # fmt: skip
    field_order = ["parts", "note"]

    def clean_parts(self) -> list[tuple[str, str]]:
        told = [line.partition(":") for line in self.cleaned_data["parts"].splitlines() if line.strip()]
        parts = [(name.strip(), definition.strip()) for name, _, definition in told]
        if not 2 <= len(parts) <= MOST_PARTS:
            raise forms.ValidationError(f"Name two to {MOST_PARTS} themes, each on a line of its own.")
        if len({name.casefold() for name, _ in parts}) < len(parts) or not all(name for name, _ in parts):
            raise forms.ValidationError("Each needs a name of its own.")
        if any(len(name) > LONGEST_NAME or len(words) > LONGEST_DEFINITION for name, words in parts):
            raise forms.ValidationError(
                f"A name has up to {LONGEST_NAME} characters, a definition up to {LONGEST_DEFINITION}."
            )
        return parts

    def effect(self) -> list[Line]:
        return theme_effects.of_split(self.theme, [name for name, _ in self.cleaned_data["parts"]])

    def carry_out(self, revision: Revision) -> None:
        revision.split(self.theme, self.cleaned_data["parts"])


class RetireForm(ChangeForm):
    title = "Retire"

    def effect(self) -> list[Line]:
        return theme_effects.of_retire(self.theme)

    def carry_out(self, revision: Revision) -> None:
        revision.retire(self.theme)


CHANGES: dict[str, type[ChangeForm]] = {
    "rename": RenameForm,
    "move": MoveForm,
    "merge": MergeForm,
    "split": SplitForm,
    "retire": RetireForm,
}


class NewThemeForm(forms.Form):
    name = forms.CharField(max_length=LONGEST_NAME)
    parent = forms.ModelChoiceField(
        Theme.objects.active().filter(parent=None), label="Group", required=False, empty_label="None: a new group"
    )
    area = forms.ChoiceField(label="Product area", choices=_areas, required=False)
    definition = forms.CharField(required=False, max_length=LONGEST_DEFINITION, widget=forms.Textarea({"rows": 3}))
    note = forms.CharField(label="Why", required=False, max_length=200)

    def carry_out(self, revision: Revision) -> None:
        told = self.cleaned_data
        if Theme.objects.active().filter(name__iexact=told["name"], parent=told["parent"]).exists():
            raise BadChange(f"{told['name']} is there already")
        revision.add(told["name"], parent=told["parent"], area=told["area"], definition=told["definition"])
