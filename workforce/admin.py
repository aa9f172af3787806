"""The admin's pages of workforce: queues, events, and who people are to us."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Model, QuerySet
from django.forms.fields import InvalidJSONInput
from django.http import HttpRequest

from ops_dashboard.people.admin import TeamAdmin
from ops_dashboard.people.admin_kinds import AuditedAdmin
from ops_dashboard.people.models import Team
from tickets.models import BusinessCalendar
from workforce import answered
from workforce.models import (
    AgentSkill,
    Contract,
    ContractType,
    Event,
    Queue,
    Rate,
    ShiftTemplate,
    Skill,
)
from workforce.price_marks import repricing
from workforce.wall_time import BadPattern, Pattern


def _calendars() -> list[tuple[str, str]]:
    names = BusinessCalendar.objects.filter(is_retired=False).values_list("name", flat=True)
    return [("", "Always open"), *((name, name) for name in sorted(set(names)))]


class QueueForm(forms.ModelForm):
    calendar = forms.ChoiceField(choices=_calendars, required=False)

    class Meta:
        model = Queue
        fields = [field.name for field in Queue._meta.fields if field.editable and field.name != "id"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("kind") == Queue.Kind.CHAT and not data.get("concurrent_aht_s"):
            self.add_error("concurrent_aht_s", "Say how long a chat takes at 1, 2, 3 ... at once: 300, 360, 450.")
        return data


@admin.register(Queue)
class QueueAdmin(AuditedAdmin):
    form = QueueForm
    list_display = ["name", "kind", "position", "is_active"]
    prepopulated_fields = {"slug": ["name"]}
    filter_horizontal = ["teams", "channels"]

    fields = [*QueueForm.Meta.fields, "teams", "channels"]

    def save_model(self, request: HttpRequest, obj: Queue, form: forms.ModelForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        answered.mark()  # what was done may take another time now

    def delete_model(self, request: HttpRequest, obj: Queue) -> None:
        answered.mark()
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Queue]) -> None:
        answered.mark()
        super().delete_queryset(request, queryset)


@admin.register(Event)
class EventAdmin(AuditedAdmin):
    list_display = ["label", "type", "start_on", "end_on", "removed_at"]
    filter_horizontal = ["queues"]


class Pricing(admin.ModelAdmin):
    """Rows that say what hours cost: whatever happens to them, the figures in money follow."""

    def save_model(self, request: HttpRequest, obj: Model, form: forms.ModelForm, change: bool) -> None:
        with repricing():
            super().save_model(request, obj, form, change)

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        with repricing():
            super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Model]) -> None:
        with repricing():
            super().delete_queryset(request, queryset)


admin.site.unregister(Team)


@admin.register(Team)
class PricedTeamAdmin(Pricing, TeamAdmin):
    """A team of another vendor has other rates."""


@admin.register(Skill)
class SkillAdmin(AuditedAdmin):
    list_display = ["name", "slug"]
    prepopulated_fields = {"slug": ["name"]}


@admin.register(AgentSkill)
class AgentSkillAdmin(AuditedAdmin):
    list_display = ["agent", "skill", "level", "valid_from", "valid_to"]
    list_filter = ["skill", "level"]
    list_select_related = ["agent", "skill"]
    search_fields = ["agent__name", "agent__slug"]


@admin.register(ContractType)
class ContractTypeAdmin(AuditedAdmin):
    list_display = ["name", "week_minutes", "days_a_week", "daily_rest_minutes"]
    prepopulated_fields = {"slug": ["name"]}


@admin.register(Contract)
class ContractAdmin(Pricing, AuditedAdmin):
    list_display = ["agent", "type", "week_minutes", "days_a_week", "zone", "valid_from", "valid_to"]
    list_filter = ["type", "zone"]
    list_select_related = ["agent", "type"]
    search_fields = ["agent__name", "agent__slug"]


@admin.register(Rate)
class RateAdmin(Pricing, AuditedAdmin):
    list_display = ["team", "vendor", "contract_type", "minor_an_hour", "currency", "basis", "valid_from", "valid_to"]
    list_select_related = ["team", "vendor", "contract_type"]


class PartsField(forms.JSONField):
    """JSON that may be too deep, or its numbers too long, to be read at all."""

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except (ValueError, RecursionError) as error:
            raise forms.ValidationError("Enter a valid JSON.", code="invalid") from error

    def bound_data(self, data: Any, initial: Any) -> Any:
        try:
            return super().bound_data(data, initial)
        except (ValueError, RecursionError):
            return InvalidJSONInput(data)


class ShiftTemplateForm(forms.ModelForm):
    segments = PartsField(required=False, initial=list)

    class Meta:
        model = ShiftTemplate
        fields = ["slug", "name", "team", "starts", "minutes", "segments", "is_active"]

    def clean_segments(self) -> Any:
        return self.cleaned_data["segments"] or []

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("starts") and data.get("minutes"):
            try:
                Pattern.of(data["starts"], data["minutes"], data.get("segments") or [])
            except (BadPattern, TypeError) as problem:
                self.add_error("segments", str(problem))
        return data


@admin.register(ShiftTemplate)
class ShiftTemplateAdmin(AuditedAdmin):
    form = ShiftTemplateForm
    list_display = ["name", "starts", "minutes", "team", "is_active"]
    list_select_related = ["team"]
    prepopulated_fields = {"slug": ["name"]}
