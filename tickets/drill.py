"""From a figure to its tickets: `/tickets/?metric=created&period=last-28-days&team=a` lists what it counts.

The figure's own filters (period and cuts) go to the metric engine, in the engine's words: a team is
the one that the fact counted for, not the one that holds the ticket now. A slice of a figure (an hour of
the week, a band of durations) is listed alone. What the list adds (status, waiting, promise, order) narrows
it further.
"""

from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
from django.http import QueryDict

from ops_dashboard.metrics.asking import rows_source
from ops_dashboard.metrics.catalogue import cuts
from ops_dashboard.metrics.definitions import Metric, UnknownMetric, registry
from ops_dashboard.metrics.forms import OF_A_PAGE, Asked, FilterForm
from ops_dashboard.metrics.periods import Grain
from ops_dashboard.metrics.query import BadQuery, NotYours, Query, Reader
from ops_dashboard.metrics.result import Figure
from ops_dashboard.metrics.slices import Slice, asked_slice
from ops_dashboard.people.roles import Scope

PERIOD = "last-28-days"
ABOUT = "ticket"


class BadDrill(ValueError):
    """The figure does not exist, makes no sense or is not the reader's; the message says which."""


@dataclass(frozen=True)
class Drill:
    """A figure, or a slice of one, and the distinct tickets behind it: none where `problems` tell what is wrong."""

    asked: Asked
    metric: Metric
    figure: Figure
    tickets: tuple[int, ...]
    taken: frozenset[str]  # parameters that belong to the figure, not to the list
    part: Slice
    problems: dict[str, str] = field(default_factory=dict)


def behind(data: QueryDict, *, scope: Scope, today: date) -> Drill | None:
    """The figure that the query string names, if it names one. BadDrill."""
    slug = data.get("metric", "").strip()
    if not slug:
        return None
    try:
        metric = registry.metric(slug)
        if (about := rows_source(metric).about) != ABOUT:
            raise BadDrill(f"{metric.label} counts {about}s, not tickets.")
        offered = tuple(cuts(metric))
        asked = FilterForm(data, today=today, filters=offered, period=PERIOD).asked()
        if asked.problems:
            raise BadDrill("; ".join(asked.problems.values()))
        part, problems = asked_slice(data, metric)
        reader, query = Reader(scope), asked.query(slug)
        subjects = reader.subjects_of_facts(query, part)
        figure = _figure(reader, query, part, facts=len(subjects))
    except (UnknownMetric, BadQuery, NotYours) as error:
        raise BadDrill(str(error)) from error
    tickets = () if problems else tuple(np.unique(subjects).tolist())
    return Drill(asked, metric, figure, tickets, OF_A_PAGE | set(offered), part, problems)


def _figure(reader: Reader, query: Query, part: Slice, *, facts: int) -> Figure:
    """What the panel told: of an hour its figure, of a band how many facts lie in it."""
    if part.is_band:
        return Figure(facts, facts)
    if part.hour is None:
        return reader.run(query).total
    by_hour = reader.run(replace(query, grain=Grain.HOUR_OF_WEEK, compare=None))
    return next((row.figure for row in by_hour.rows if row.hour == part.hour), Figure(None, 0))
