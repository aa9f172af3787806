"""Two kinds of admin page: one whose every change is audited, one that only shows."""

import json
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.db.models import Field, Model
from django.http import HttpRequest

from ops_dashboard.people import audit
from ops_dashboard.people.zones import zones


class AuditedAdmin(admin.ModelAdmin):
    """Who added, changed or deleted what goes to the audit trail, in the transaction of the deed.

    A time zone is chosen and not typed: one that does not exist would break every page that cuts days by it.
    """

    def formfield_for_dbfield(self, db_field: Field, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name != "zone":
            return super().formfield_for_dbfield(db_field, request, **kwargs)
        choices = [("", "none")] if db_field.blank else []
        initial = db_field.default if db_field.has_default() else "UTC"
        return forms.ChoiceField(choices=[*choices, *zones()], required=not db_field.blank, initial=initial)

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> LogEntry:
        _record(request, "added", obj, message)
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> LogEntry:
        _record(request, "changed", obj, message)
        return super().log_change(request, obj, message)

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        for obj in queryset:
            _record(request, "deleted", obj, [])
        return super().log_deletions(request, queryset)


class ReadOnlyAdmin(admin.ModelAdmin):
    """Rows to look at."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


def _record(request: HttpRequest, deed: str, obj: Model, message: Any) -> None:
    """`message` is Django's account of the changed fields; its labels may still be lazy."""
    subject = f"{obj._meta.verbose_name} {obj.pk}"
    told = json.loads(json.dumps(message, default=str))
    audit.record(request.user.get_username(), f"admin_{deed}", subject, name=str(obj), fields=told)
