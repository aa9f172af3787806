"""Every address of the product. A declared page is an address by being declared."""

from django.contrib import admin
from django.urls import URLPattern, include, path

from ops_dashboard import api, favicon, health, patterns
from ops_dashboard.metrics.pages import Page, site
from ops_dashboard.metrics.views import page_view
from ops_dashboard.people.access import requires


def page_path(page: Page) -> URLPattern:
    """The overview stands at the root, every other page under its slug."""
    route = "" if page.slug == "overview" else f"{page.slug}/"
    return path(route, requires()(page_view), {"page": page}, page.url_name)


urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="prometheus"),
    path("favicon.ico", favicon.favicon, name="favicon"),
    *(page_path(page) for page in site.pages()),
    path("", include("tickets.urls")),
    path("", include("workforce.urls")),
    path("", include("quality.urls")),
    path("", include("insights.urls")),
    path("", include("ops_dashboard.metrics.urls")),
    path("", include("ops_dashboard.people.urls")),
    path("patterns/", patterns.patterns, name="patterns"),
    path("admin/", admin.site.urls),
    path("api/v1/", include("tickets.api_urls")),
    path("api/v1/", include("workforce.api_urls")),
    path("api/v1/", include("quality.api_urls")),
    path("api/v1/", include("insights.api_urls")),
    path("api/schema/", api.Schema.as_view(), name="api-schema"),
]
