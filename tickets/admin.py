"""The admin's pages of tickets: service levels, sources and what their words mean, imports."""

from collections import defaultdict
from datetime import date
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, StreamingHttpResponse
from django.shortcuts import get_object_or_404, resolve_url
from django.urls import URLPattern, path
from django.utils.html import format_html

from ops_dashboard.people.admin_kinds import AuditedAdmin, ReadOnlyAdmin
from tickets.models import (
    BusinessCalendar,
    Channel,
    ImportRun,
    Language,
    Priority,
    Reason,
    RejectedRow,
    SlaPolicy,
    Source,
    StatusMapping,
)
from tickets.policy_admin import CalendarAdmin, PolicyAdmin
from tickets.rejected_file import rejected_file

SHOWN_REASONS = 20

admin.site.register(BusinessCalendar, CalendarAdmin)
admin.site.register(SlaPolicy, PolicyAdmin)


@admin.register(Channel, Language, Reason)
class NamedAdmin(AuditedAdmin):
    """Values come with tickets and are written into facts, so only what people read can change."""

    list_display = ["label", "slug"]
    fields = ["slug", "label"]
    readonly_fields = ["slug"]
    search_fields = ["label", "slug"]
    ordering = ["label"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Priority)
class PriorityAdmin(NamedAdmin):
    list_display = ["label", "slug", "rank"]
    fields = ["slug", "label", "rank"]
    ordering = ["-rank", "label"]


class MappingFormSet(forms.BaseInlineFormSet):
    """Refuses that one word means two things on one day."""

    def clean(self) -> None:
        super().clean()
        taken: dict[str, list[tuple[date, date]]] = defaultdict(list)
        for form in self.forms:
            data = getattr(form, "cleaned_data", {})
            if not data.get("word") or data.get("DELETE"):
                continue
            first, last = data.get("valid_from") or date.min, data.get("valid_to") or date.max
            word = data["word"].strip().casefold()
            if any(first < other_last and other_first < last for other_first, other_last in taken[word]):
                form.add_error("word", f"'{data['word']}' is mapped for some of these days already.")
            taken[word].append((first, last))


class MappingInline(admin.TabularInline):
    model = StatusMapping
    formset = MappingFormSet
    extra = 1
    ordering = ["word", "valid_from"]


@admin.register(Source)
class SourceAdmin(AuditedAdmin):
    """A source is made by its first import; here people say what its status words mean, and that it sends no more."""

    list_display = ["slug", "kind", "zone", "last_success_at", "last_event_at", "has_ended"]
    list_filter = ["kind"]
    readonly_fields = ("slug", "kind", "zone", "last_success_at", "last_event_at", "refused")
    fields = (*readonly_fields, "has_ended")
    inlines = [MappingInline]
    search_fields = ["slug"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description="Status words refused so far")
    def refused(self, obj: Source) -> str:
        """Reasons of rejected rows; once their words are mapped, the rows can be imported again."""
        rows = RejectedRow.objects.filter(run__source=obj, field="status").order_by("reason")
        return "\n".join(rows.values_list("reason", flat=True).distinct()[:SHOWN_REASONS]) or "none"


@admin.register(ImportRun)
class ImportRunAdmin(ReadOnlyAdmin):
    list_display = ["started_at", "source", "origin", "state", "accepted", "duplicate", "rejected", "tickets"]
    list_filter = ["state", "source", "started_at"]
    list_select_related = ["source"]
    search_fields = ["origin"]
    ordering = ["-id"]
    fields = [
        "source",
        "origin",
        "state",
        "started_at",
        "finished_at",
        "accepted",
        "duplicate",
        "rejected",
        "tickets",
        "bytes_read",
        "error",
        "rejected_rows_",
    ]

    def get_urls(self) -> list[URLPattern]:
        download = self.admin_site.admin_view(self.download)
        return [path("<int:run>/rejected.jsonl", download, name="tickets_importrun_rejected"), *super().get_urls()]

    @admin.display(description="Rejected rows")
    def rejected_rows_(self, obj: ImportRun) -> str:
        shown = resolve_url("admin:tickets_rejectedrow_changelist")
        file = resolve_url("admin:tickets_importrun_rejected", obj.pk)
        return format_html('<a href="{}?run__id__exact={}">show</a> · <a href="{}">download</a>', shown, obj.pk, file)

    def download(self, request: HttpRequest, run: int) -> StreamingHttpResponse:
        """What was refused, a JSON object a line, to be mended and imported again."""
        if not request.user.has_perm("tickets.view_rejectedrow"):
            raise PermissionDenied
        row = get_object_or_404(ImportRun, pk=run)
        return rejected_file(request, row.rejected_rows.order_by("line"), name=f"rejected-{row.source}-{run}")


@admin.register(RejectedRow)
class RejectedRowAdmin(ReadOnlyAdmin):
    list_display = ["run", "line", "field", "reason"]
    list_filter = ["field", "run__source", "run__started_at"]
    list_select_related = ["run__source"]
    search_fields = ["reason"]
    ordering = ["-run", "line"]
    actions = ["download"]

    @admin.action(description="Download as JSONL", permissions=["view"])
    def download(self, request: HttpRequest, queryset: QuerySet[RejectedRow]) -> StreamingHttpResponse:
        return rejected_file(request, queryset.order_by("run", "line"), name="rejected")
