"""Which metrics a reader's rights open."""

from ops_dashboard.metrics.definitions import Metric, registry
from ops_dashboard.people.roles import Scope


def sees_metric(scope: Scope, metric: Metric) -> bool:
    return scope.sees_metrics and all(getattr(scope, right) for right in metric.rights)


def metrics_seen_by(scope: Scope) -> list[str]:
    """Their slugs, in the order of the catalogue."""
    return [metric.slug for metric in registry.metrics() if sees_metric(scope, metric)]
