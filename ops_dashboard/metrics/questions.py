"""What a page is asked, in the page's own words: whatever else stood in a query string is gone."""

from urllib.parse import parse_qsl

from django.http import QueryDict

from ops_dashboard.metrics.definitions import registry
from ops_dashboard.metrics.page_parts import asked_on
from ops_dashboard.metrics.pages import Link, Page, Question, site
from ops_dashboard.people.roles import Scope


def askable(scope: Scope) -> dict[str, Page | Link]:
    """The pages that this reader may open and whose questions can be kept, by URL name."""
    return {entry.url_name: entry for entry in site.open_to(scope) if _keeps_questions(entry, scope)}


def question_on(entry: Page | Link, data: QueryDict, scope: Scope) -> Question:
    """What a query string asks of an askable page, as far as this reader may."""
    if isinstance(entry, Page):
        querystring = asked_on(entry, data, scope).querystring
        return Question(querystring, names_people(querystring))
    assert entry.question is not None  # what is askable has one
    return entry.question(data, scope)


def names_people(querystring: str) -> bool:
    """Whether one of its filters is a cut whose values are persons."""
    cuts = {cut.slug for source in registry.sources() for cut in source.dimensions if cut.about_people}
    return any(name in cuts for name, _ in parse_qsl(querystring))


def _keeps_questions(entry: Page | Link, scope: Scope) -> bool:
    return scope.sees_metrics if isinstance(entry, Page) else entry.question is not None
