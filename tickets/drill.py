"""From a figure to its tickets: `/tickets/?metric=created&period=last-28-days&team=a` lists what it counts.

The figure's own filters (period and cuts) go to the metric engine, in the engine's words: a team is
the one that the fact counted for, not the one that holds the ticket now. What the list adds (status,
waiting, promise, order) narrows it further.
"""

from dataclasses import dataclass
from datetime import date

from django.http import QueryDict

from ops_dashboard.metrics.catalogue import cuts
from ops_dashboard.metrics.definitions import UnknownMetric, registry
from ops_dashboard.metrics.forms import Asked, FilterForm
from ops_dashboard.metrics.query import BadQuery, NotYours, Reader
from ops_dashboard.metrics.result import Result
from ops_dashboard.people.roles import Scope

PERIOD = "last-28-days"
TAKEN = frozenset({"metric", "period", "compare", "grain", "by", "from", "to", "exact"})


class BadDrill(ValueError):
    """The figure does not exist, makes no sense or is not the reader's; the message says which."""


@dataclass(frozen=True)
class Drill:
    """A figure and the distinct tickets behind it."""

    asked: Asked
    result: Result
    tickets: tuple[int, ...]
    taken: frozenset[str]  # parameters that belong to the figure, not to the list


def behind(data: QueryDict, *, scope: Scope, today: date) -> Drill | None:
    """The figure that the query string names, if it names one. BadDrill."""
    slug = data.get("metric", "").strip()
    if not slug:
        return None
    try:
        offered = tuple(cuts(registry.metric(slug)))
        asked = FilterForm(data, today=today, filters=offered, period=PERIOD).asked()
        if asked.problems:
            raise BadDrill("; ".join(asked.problems.values()))
        reader, query = Reader(scope), asked.query(slug)
        result, subjects = reader.run(query), reader.subjects(query)
    except (UnknownMetric, BadQuery, NotYours) as error:
        raise BadDrill(str(error)) from error
    return Drill(asked, result, tuple(subjects.tolist()), TAKEN | set(offered))
