"""The admin's pages of insights: rules by which words suggest themes, users a week, and imports of feedback."""

from datetime import date

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, StreamingHttpResponse
from django.shortcuts import get_object_or_404, resolve_url
from django.urls import URLPattern, path
from django.utils.html import format_html

from insights.models import ActiveUsers, FeedbackRejection, FeedbackRun, TagRule
from insights.tag_rule_form import TagRuleForm
from ops_dashboard.people.admin_kinds import AuditedAdmin, ReadOnlyAdmin
from tickets.rejected_file import rejected_file


@admin.register(TagRule)
class TagRuleAdmin(AuditedAdmin):
    """What a rule suggests changes with the next run of suggestions."""

    form = TagRuleForm
    fields = ["theme", "words", "match", "language", "is_active"]
    list_display = ["theme", "words", "match", "language", "is_active"]
    list_filter = ["is_active", "language"]
    list_select_related = ["theme", "language"]
    search_fields = ["words", "theme__name"]


class ActiveUsersForm(forms.ModelForm):
    class Meta:
        model = ActiveUsers
        fields = ["week", "count", "origin"]

    def clean_week(self) -> date:
        week: date = self.cleaned_data["week"]
        if week.weekday():
            raise forms.ValidationError("A week is named by its Monday.")
        return week


@admin.register(ActiveUsers)
class ActiveUsersAdmin(AuditedAdmin):
    """Drafts of digests tell it at once; those that were approved stay as they are."""

    form = ActiveUsersForm
    list_display = ["week", "count", "origin"]
    date_hierarchy = "week"


@admin.register(FeedbackRun)
class FeedbackRunAdmin(ReadOnlyAdmin):
    list_display = ["started_at", "source", "origin", "state", "accepted", "duplicate", "rejected", "finished_at"]
    list_filter = ["state", "source", "started_at"]
    list_select_related = ["source"]
    search_fields = ["origin"]
    ordering = ["-id"]
    fields = [
        "started_at",
        "source",
        "origin",
        "state",
        "accepted",
        "duplicate",
        "rejected",
        "finished_at",
        "error",
        "rejected_lines",
    ]

    def get_urls(self) -> list[URLPattern]:
        download = self.admin_site.admin_view(self.download)
        return [path("<int:run>/rejected.jsonl", download, name="insights_feedbackrun_rejected"), *super().get_urls()]

    @admin.display(description="Rejected lines")
    def rejected_lines(self, obj: FeedbackRun) -> str:
        shown = resolve_url("admin:insights_feedbackrejection_changelist")
        file = resolve_url("admin:insights_feedbackrun_rejected", obj.pk)
        return format_html('<a href="{}?run__id__exact={}">show</a> · <a href="{}">download</a>', shown, obj.pk, file)

    def download(self, request: HttpRequest, run: int) -> StreamingHttpResponse:
        """What was refused, a JSON object a line, to be mended and sent again."""
        if not request.user.has_perm("insights.view_feedbackrejection"):
            raise PermissionDenied
        row = get_object_or_404(FeedbackRun.objects.select_related("source"), pk=run)
        return rejected_file(request, row.rejections.order_by("line"), name=f"rejected-{row.source.slug}-{run}")


@admin.register(FeedbackRejection)
class FeedbackRejectionAdmin(ReadOnlyAdmin):
    list_display = ["run", "line", "field", "reason"]
    list_filter = ["field", "run__source", "run__started_at"]
    list_select_related = ["run__source"]
    search_fields = ["reason"]
    ordering = ["-run", "line"]
