"""The description of the API."""

from drf_spectacular.views import SpectacularAPIView

from ops_dashboard.people.access import HasRole


class Schema(SpectacularAPIView):
    """OpenAPI, for whoever has a role."""

    permission_classes = [HasRole]
    requires: tuple[str, ...] = ()
