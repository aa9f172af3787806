"""The admin's pages of calendars and policies. A version is never edited: saving makes the next one."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from kombu.exceptions import OperationalError

from tickets import policies
from tickets.admin_forms import CalendarForm, PolicyForm, VersionForm
from tickets.models import BusinessCalendar, SlaPolicy
from tickets.policies import Loaded
from tickets.policy import CONDITIONS
from tickets.policy_text import calendar_text, policy_text
from tickets.rejudging import Touched
from tickets.tasks import judge_again

NOTHING_NEW = "{} says what it said before; there is no new version."
OWED = "The queue cannot be reached: the tickets are judged again once it can, or by `manage.py refresh_metrics`."

Version = BusinessCalendar | SlaPolicy
Fieldsets = list[tuple[str | None, dict[str, Any]]]


class VersionFilter(admin.SimpleListFilter):
    """The versions that count at present, unless all are asked for."""

    title = "versions"
    parameter_name = "versions"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        return [("all", "All, also those before")]

    def choices(self, changelist: Any) -> Iterator[Any]:
        first, *rest = super().choices(changelist)
        yield {**first, "display": "The present ones"}
        yield from rest

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset if self.value() == "all" else queryset.filter(is_retired=False, valid_to=None)


class VersionAdmin(admin.ModelAdmin):
    """Open the present version to make the next; those before it can be read."""

    change_form_template = "admin/tickets/version_form.html"
    list_display = ["name", "version", "valid_from", "valid_to", "is_retired", "loaded_at", "loaded_by"]
    list_filter = [VersionFilter]
    search_fields = ["name"]
    actions = None
    fields_told = ["name", "version", "valid_from", "valid_to", "is_retired", "loaded_at", "loaded_by", "definition_"]

    class Media:
        css = {"all": ["css/admin.css"]}

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or _is_present(obj))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is not None and not self.has_change_permission(request, obj):
            return [(None, {"fields": self.fields_told})]
        return self.fieldsets

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        obj = kwargs.get("obj")
        form = context["adminform"].form
        is_written = self.has_change_permission(request, obj) if obj else True
        context["targets"] = getattr(form, "targets", None) if is_written else None
        context["show_save_and_add_another"] = False
        context["versions"] = self.model.objects.filter(name=obj.name).order_by("-version") if obj else []
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Load what the form says as a policy file would be; `obj` becomes the version that counts now."""
        loaded = _load(request, form)
        present = self.model.objects.get(name=form.cleaned_data["name"], is_retired=False, valid_to=None)
        obj.pk, obj.name, obj.version = present.pk, present.name, present.version
        if loaded.is_change:
            self.message_user(request, f"{present} counts{' since ever' if loaded.reaches_past else ' from now on'}.")
        else:
            self.message_user(request, NOTHING_NEW.format(present), messages.WARNING)

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> Any:
        return f"version {form.instance.version}"

    def response_add(self, request: HttpRequest, obj: Model, post_url_continue: str | None = None) -> HttpResponse:
        return self._to_present(request, obj)

    def response_change(self, request: HttpRequest, obj: Model) -> HttpResponse:
        return self._to_present(request, obj)

    def _to_present(self, request: HttpRequest, obj: Model) -> HttpResponse:
        """To the list, or on to the version just made; Django's own messages speak of changing rows."""
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}"
        if "_continue" in request.POST:
            return HttpResponseRedirect(resolve_url(f"{name}_change", obj.pk))
        return HttpResponseRedirect(resolve_url(f"{name}_changelist"))


class CalendarAdmin(VersionAdmin):
    form = CalendarForm
    fieldsets = [
        (None, {"fields": ["name", "timezone", "weekly"]}),
        ("Exceptions", {"fields": ["holidays", "overrides", "breaks"]}),
        ("Holidays", {"fields": ["holiday_truncates_overnight", "holiday_beats_override"]}),
        ("Validity", {"fields": ["restate"]}),
    ]

    @admin.display(description="Definition")
    def definition_(self, obj: BusinessCalendar) -> str:
        return calendar_text(obj.definition)


class PolicyAdmin(VersionAdmin):
    form = PolicyForm
    list_display = ["name", "order", *VersionAdmin.list_display[1:]]
    fieldsets = [
        (None, {"fields": ["name", "order", "calendar", "calendar_versions"]}),
        ("Conditions", {"fields": list(CONDITIONS), "description": "A ticket has to meet all of them."}),
        ("Validity", {"fields": ["restate"]}),
    ]

    @admin.display(description="Definition")
    def definition_(self, obj: SlaPolicy) -> str:
        return policy_text(obj.definition)


def _is_present(version: Version) -> bool:
    return not version.is_retired and version.valid_to is None


def _load(request: HttpRequest, form: VersionForm) -> Loaded:
    """Make the versions now, and have the tickets they touch judged again outside the request."""
    loaded = policies.load(form.file, restate=form.cleaned_data["restate"], by=request.user.get_username())
    if loaded.is_change and loaded.touched is not Touched.NONE:
        transaction.on_commit(partial(_ring, request))
    return loaded


def _ring(request: HttpRequest) -> None:
    try:
        judge_again.delay()
    except OperationalError:
        messages.warning(request, OWED)
