"""The admin's pages of what people attach to numbers: goals and annotations."""

from typing import Any

from django import forms
from django.contrib import admin

from ops_dashboard.metrics.definitions import Unit, registry
from ops_dashboard.metrics.models import Annotation, Goal
from ops_dashboard.people.admin_kinds import AuditedAdmin
from ops_dashboard.people.dated import ends_after


def _metrics() -> list[tuple[str, str]]:
    """Metrics by label; what a value is measured in stands beside it."""
    return sorted(
        ((metric.slug, f"{metric.label} ({metric.unit.value})") for metric in registry.metrics()),
        key=lambda pair: pair[1].lower(),
    )


class GoalForm(forms.ModelForm):
    metric = forms.ChoiceField(choices=_metrics)
    value = forms.FloatField(
        help_text="A share from 0 to 1 (0.9 is 90 %), seconds, or a count: as the metric's unit says."
    )

    class Meta:
        model = Goal
        fields = ["metric", "team", "value", "valid_from", "valid_to"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if self.errors:
            return data
        self._check_value(data["metric"], data["value"])
        if data["valid_to"] and data["valid_to"] <= data["valid_from"]:
            self.add_error("valid_to", "Ends before it begins.")
        elif other := self._overlapping(data):
            self.add_error("valid_from", f"There is a goal of {other.value:g} for some of these days already.")
        return data

    def _check_value(self, slug: str, value: float) -> None:
        if value < 0:
            self.add_error("value", f"{value:g} is below zero.")
        elif registry.metric(slug).unit is Unit.SHARE and value > 1:
            self.add_error("value", f"{value:g} is no share from 0 to 1; write 0.9 for 90 %.")

    def _overlapping(self, data: dict[str, Any]) -> Goal | None:
        others = Goal.objects.filter(metric=data["metric"], team=data["team"]).exclude(pk=self.instance.pk)
        others = others.filter(ends_after(data["valid_from"]))
        if data["valid_to"]:
            others = others.filter(valid_from__lt=data["valid_to"])
        return others.first()


@admin.register(Goal)
class GoalAdmin(AuditedAdmin):
    form = GoalForm
    list_display = ["metric", "team", "value", "valid_from", "valid_to"]
    list_filter = ["team"]
    list_select_related = ["team"]
    search_fields = ["metric"]
    ordering = ["metric", "team", "valid_from"]


class AnnotationForm(forms.ModelForm):
    class Meta:
        model = Annotation
        fields = ["kind", "label", "on", "until", "team"]
        help_texts = {
            "until": "The last day; empty for a single one.",
            "team": "Whose numbers it concerns; empty for everyone's.",
        }

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("on") and data.get("until") and data["until"] < data["on"]:
            self.add_error("until", "Ends before it begins.")
        return data


@admin.register(Annotation)
class AnnotationAdmin(AuditedAdmin):
    form = AnnotationForm
    list_display = ["label", "kind", "on", "until", "team"]
    list_filter = ["kind", "team"]
    list_select_related = ["team"]
    search_fields = ["label"]
    date_hierarchy = "on"
