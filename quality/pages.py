"""The pages of quality."""

from ops_dashboard.metrics.pages import Link, site

site.add(
    Link("Reviews", "reviews", "Quality", "star", may_open=lambda scope: scope.sees_reviews or scope.may_review),
)
