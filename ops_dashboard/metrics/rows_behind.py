"""Addresses of the rows behind what a panel counts: "" for readers who may not see rows."""

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlencode

from django.urls import reverse

from ops_dashboard.metrics.definitions import registry
from ops_dashboard.metrics.forms import Asked
from ops_dashboard.metrics.query import Reader
from ops_dashboard.metrics.slices import HOUR, HOURS, bands


def rows_behind(reader: Reader, asked: Asked, metric: str, *, url_name: str) -> str:
    """The list, at the URL of that name, of what the figure counts."""
    if not url_name or not reader.sees_rows(registry.metric(metric)):
        return ""
    return f"{reverse(url_name)}?{replace(asked, tab='').querystring}&metric={metric}"


def rows_behind_hours(reader: Reader, asked: Asked, metric: str, *, url_name: str) -> tuple[str, ...]:
    """By hour of the week; empty for readers who may not see rows."""
    whole = rows_behind(reader, asked, metric, url_name=url_name)
    return tuple(f"{whole}&{HOUR}={word}" for word in HOURS) if whole else ()


def rows_behind_bands(
    reader: Reader, asked: Asked, metric: str, edges: Sequence[int], *, url_name: str
) -> tuple[str, ...]:
    """By band of durations that the edges (seconds) part, as `Reader.distribution` counts them."""
    whole = rows_behind(reader, asked, metric, url_name=url_name)
    return tuple(f"{whole}&{urlencode(band)}" if whole else "" for band in bands(edges))
