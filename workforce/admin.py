"""The admin's pages of workforce: queues and events."""

from typing import Any

from django import forms
from django.contrib import admin

from ops_dashboard.people.admin_kinds import AuditedAdmin
from tickets.models import BusinessCalendar
from workforce.models import Event, Queue


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


@admin.register(Event)
class EventAdmin(AuditedAdmin):
    list_display = ["label", "type", "start_on", "end_on", "removed_at"]
    filter_horizontal = ["queues"]
