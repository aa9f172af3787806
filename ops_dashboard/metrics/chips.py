"""The filter bar: each filter a chip that says its value and offers the others."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from ops_dashboard.metrics import kept_values
from ops_dashboard.metrics.asking import may_cut
from ops_dashboard.metrics.catalogue import cuts
from ops_dashboard.metrics.definitions import Dimension, registry
from ops_dashboard.metrics.forms import COMPARISONS, GRAINS, PERIODS, Asked
from ops_dashboard.metrics.pages import Page
from ops_dashboard.metrics.periods import Period
from ops_dashboard.metrics.query import Reader
from ops_dashboard.metrics.rendering.numbers import days
from ops_dashboard.metrics.teams import TEAM_CUTS, teams_of
from ops_dashboard.people.roles import Scope

FEW = 2  # how many chosen values a chip names before it counts them


@dataclass(frozen=True)
class Choice:
    value: str
    label: str
    chosen: bool
    n: str = ""


@dataclass(frozen=True)
class Chip:
    """`many` offers checkboxes, else radio buttons. `problem` is what was wrong with the value given."""

    name: str
    label: str
    value: str
    choices: tuple[Choice, ...]
    many: bool = False
    problem: str = ""
    active: bool = False


def chips(page: Page, asked: Asked, reader: Reader) -> list[Chip]:
    """Period, comparison, grain, cut, then one chip for each dimension this reader may filter by."""
    found = [_period(asked, by_dates=reader.scope.small_cells_hidden), _compare(asked), _grain(asked)]
    metric = _leading_metric(page)
    if metric is None:
        return found
    found += [chip for slug in shown_filters(page, asked) if (chip := _dimension_chip(metric, slug, asked, reader))]
    return found


def with_known_values(page: Page, asked: Asked, scope: Scope) -> Asked:
    """The question without filter values that nobody has, each told once beside its chip.

    Of a cut that the reader may not ask by nothing is looked up: which values there are is not theirs to know.
    """
    metric, where, problems = _leading_metric(page), [], dict(asked.problems)
    for slug, values in asked.where:
        dimension = dimension_of(metric, slug) if metric else None
        if dimension is None or not may_cut(dimension, scope):
            where.append((slug, values))
            continue
        known = {"none", *kept_values.codes(dimension, values)}
        if unknown := [value for value in values if value not in known]:
            problems[slug] = f"There is no {dimension.label.lower()} {unknown[0]!r}."
        if kept := tuple(value for value in values if value in known):
            where.append((slug, kept))
    return replace(asked, where=tuple(where), problems=problems)


def offered_filters(page: Page) -> tuple[str, ...]:
    """Every cut that the page's address may filter by: its own, and those made from the team."""
    return tuple(dict.fromkeys((*page.filters, *TEAM_CUTS)))


def shown_filters(page: Page, asked: Asked) -> list[str]:
    """A filter has a chip where the page declares it or the address uses it."""
    return [
        slug for slug in offered_filters(page) if slug in page.filters or asked.filtered(slug) or slug in asked.problems
    ]


def _leading_metric(page: Page) -> str | None:
    metrics = [figure.metric for figure in page.figures]
    metrics += [slug for panel in page.every_panel if (slug := getattr(panel, "metric", ""))]
    return metrics[0] if metrics else None


def _period(asked: Asked, *, by_dates: bool) -> Chip:
    """`by_dates` where the days that are told are not all that the word says."""
    choices = _offered(PERIODS, asked.period_word, asked.period)
    said = [] if by_dates else [choice.label for choice in choices if choice.chosen]
    label = next(iter(said), days(asked.period))
    return Chip("period", "Period", label, choices, problem=asked.problems.get("period", ""))


def any_period(word: str, period: Period | None, *, label: str, problem: str = "") -> Chip:
    """For lists that need no period; `word` is what the address says, `period` what that means."""
    choices = (Choice("", "any", period is None), *_offered(PERIODS, word, period))
    said = next(choice.label for choice in choices if choice.chosen)
    return Chip("period", label, said, choices, problem=problem, active=period is not None)


def _offered(presets: Iterable[tuple[str, str]], word: str, period: Period | None) -> tuple[Choice, ...]:
    """The presets, and the days of the address where these are none of them: a form loses what it does not hold."""
    choices = [Choice(known, words, known == word) for known, words in presets]
    if period and not any(choice.chosen for choice in choices):
        choices.append(Choice(word, days(period), True))
    return tuple(choices)


def any_of(
    name: str, label: str, offered: Iterable[tuple[str, str]], chosen: Collection[str], *, problem: str = ""
) -> Chip:
    """Any number of what is offered as (value, words); `chosen` are values, those that are not offered left out."""
    choices = tuple(Choice(value, words, value in chosen) for value, words in offered)
    said = [choice.label for choice in choices if choice.chosen]
    words = "all" if not said else ", ".join(said) if len(said) <= FEW else f"{len(said)} of {len(choices)}"
    return Chip(name, label, words, choices, many=True, problem=problem, active=bool(said))


def _compare(asked: Asked) -> Chip:
    presets = [(word, label.capitalize()) for word, label in COMPARISONS]
    choices = _offered(presets, asked.compare_word, asked.compare)
    label = next((label for word, label in COMPARISONS if word == asked.compare_word), "")
    if not label and asked.compare:
        label = days(asked.compare)
    return Chip("compare", "Compare", label, choices, problem=asked.problems.get("compare", ""))


def _grain(asked: Asked) -> Chip:
    choices = [Choice("", "By length of the period", not asked.grain_word)]
    choices += [Choice(g.value, g.value.capitalize(), g.value == asked.grain_word) for g in GRAINS]
    return Chip("grain", "Each", asked.grain.value, tuple(choices), problem=asked.problems.get("grain", ""))


def cut_choices(metric: str, chosen: str, reader: Reader) -> tuple[Choice, ...]:
    """The dimensions a panel of this metric can be cut by."""
    offered = [dimension_of(metric, slug) for slug in cuts(registry.metric(metric))]
    return tuple(
        Choice(dimension.slug, dimension.label, dimension.slug == chosen)
        for dimension in offered
        if dimension and may_cut(dimension, reader.scope)
    )


def dimension_of(metric: str, slug: str) -> Dimension | None:
    source = registry.source(registry.metric(metric).sources[0])
    return TEAM_CUTS.get(slug) or source.dimension(slug)


def _dimension_chip(metric: str, slug: str, asked: Asked, reader: Reader) -> Chip | None:
    dimension = dimension_of(metric, slug)
    if dimension is None or not may_cut(dimension, reader.scope):
        return None
    chosen = asked.filtered(slug)
    offered = {
        value: label for code, value, label in kept_values.every(dimension) if _is_theirs(dimension, code, reader.scope)
    }
    offered |= {value: value for value in chosen if value not in offered}
    return any_of(slug, dimension.label, offered.items(), chosen, problem=asked.problems.get(slug, ""))


def _is_theirs(dimension: Dimension, code: int, scope: Scope) -> bool:
    """Whether a value is one of the reader's teams, of somebody in them, or of nobody's in particular."""
    if scope.teams is None:
        return True
    if dimension.within:
        return code in kept_values.within(dimension, scope.teams)
    return dimension.slug not in TEAM_CUTS or any(scope.sees_team(team) for team in teams_of(dimension, [code]))
