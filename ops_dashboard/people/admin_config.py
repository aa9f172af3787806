"""How Django's admin is installed; apart from `apps.py`, which may hold one configuration only."""

from django.contrib.admin.apps import AdminConfig


class OpsAdminConfig(AdminConfig):
    """Django's admin behind our own sign-in and roles."""

    default_site = "ops_dashboard.people.admin_site.OpsAdminSite"
