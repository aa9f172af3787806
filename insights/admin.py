"""The admin's pages of insights: the rules by which words suggest themes."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from insights.models import TagRule, Theme
from ops_dashboard.people.admin_kinds import AuditedAdmin


class TagRuleForm(forms.ModelForm):
    class Meta:
        model = TagRule
        fields = ["theme", "words", "match", "language", "is_active"]

    def clean_words(self) -> str:
        words: str = self.cleaned_data["words"]
        if not any(part.strip() for part in words.split(",")):
            raise forms.ValidationError("Name at least one word.")
        return words


@admin.register(TagRule)
class TagRuleAdmin(AuditedAdmin):
    """What a rule suggests changes with the next run of suggestions."""

    form = TagRuleForm
    list_display = ["theme", "words", "match", "language", "is_active"]
    list_filter = ["is_active", "language"]
    list_select_related = ["theme", "language"]
    search_fields = ["words", "theme__name"]

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "theme":
            kwargs["queryset"] = Theme.objects.active().leaves()
        return super().formfield_for_foreignkey(db_field, request, **kwargs)
