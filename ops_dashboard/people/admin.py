"""The admin's pages for people and accounts."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest

from ops_dashboard.people import accounts, audit
from ops_dashboard.people.admin_kinds import AuditedAdmin, ReadOnlyAdmin
from ops_dashboard.people.forms import AccessForm
from ops_dashboard.people.models import Agent, AuditEntry, Membership, Site, Team, User, Vendor


class MembershipInline(admin.TabularInline):
    model = Membership
    extra = 0
    autocomplete_fields = ["team"]


@admin.register(Agent)
class AgentAdmin(AuditedAdmin):
    list_display = ["name", "slug", "is_active"]
    list_filter = ["is_active"]
    search_fields = ["name", "slug"]
    inlines = [MembershipInline]


@admin.register(Team)
class TeamAdmin(AuditedAdmin):
    list_display = ["name", "slug", "site", "vendor", "support_function", "is_active"]
    list_filter = ["site", "vendor", "is_active"]
    list_select_related = ["site", "vendor"]
    search_fields = ["name", "slug"]


@admin.register(Site, Vendor)
class PlaceAdmin(AuditedAdmin):
    list_display = ["name", "slug"]


@admin.register(User)
class UserAdmin(admin.ModelAdmin):
    """Accounts are disabled, never deleted, and nobody sets a password for somebody else."""

    form = AccessForm
    list_display = ["username", "role", "is_active", "last_login"]
    list_filter = ["role", "is_active"]
    search_fields = ["username", "first_name", "last_name"]
    autocomplete_fields = ["teams", "agent"]
    actions = ["make_link"]

    def get_form(
        self, request: HttpRequest, obj: User | None = None, change: bool = False, **kwargs: Any
    ) -> type[ModelForm]:
        form = super().get_form(request, obj, change, **kwargs)
        return type(form.__name__, (form,), {"by": request.user.username})

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """The list cannot be asked what a password's hash begins with."""
        return not lookup.startswith("password") and super().lookup_allowed(lookup, value, request)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        return ["username"] if obj else []

    def save_model(self, request: HttpRequest, obj: User, form: AccessForm, change: bool) -> None:
        access, by = form.access(), request.user.username
        if not change:
            obj.pk = accounts.create(obj.username, access, by=by).pk
        else:
            self._note_contact(obj, form, by)
            accounts.change(User.objects.get(pk=obj.pk), access, by=by)
        User.objects.filter(pk=obj.pk).update(first_name=obj.first_name, last_name=obj.last_name, email=obj.email)

    @staticmethod
    def _note_contact(obj: User, form: AccessForm, by: str) -> None:
        """Letters go where the address says: a new one leaves a trace, without saying what it is."""
        if told := sorted({"first_name", "last_name", "email"} & set(form.changed_data)):
            audit.record(by, "contact_changed", obj.username, fields=[*told])

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Teams are part of the access and are written with it."""

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False

    @admin.action(description="Make a one-time link to choose a password", permissions=["change"])
    def make_link(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        if queryset.count() != 1:
            self.message_user(request, "Choose one account at a time.", messages.ERROR)
            return
        user = queryset.get()
        link = request.build_absolute_uri(accounts.one_time_path(user, by=request.user.username))
        self.message_user(request, f"For {user.username}, once, within 15 minutes: {link}")


@admin.register(AuditEntry)
class AuditAdmin(ReadOnlyAdmin):
    list_display = ["at", "actor", "action", "subject"]
    list_filter = ["action"]
    search_fields = ["actor", "subject"]
    ordering = ["-id"]
    show_full_result_count = False
