"""The cuts of ticket facts: codes in cells, words for people."""

from collections.abc import Callable

from django.db.models import Model

from ops_dashboard.metrics.definitions import Dimension
from ops_dashboard.people.models import Agent
from tickets.models import Channel, Language, Priority, Reason, Source
from tickets.vocabulary import Labelled, PromiseKind


def _of_model(slug: str, label: str, model: type[Model], *, name: str = "label", column: str = "") -> Dimension:
    """A cut whose values are rows of a model with `slug` and a name."""

    def labels(codes: list[int]) -> dict[int, tuple[str, str]]:
        rows = model._default_manager.filter(id__in=codes).values_list("id", "slug", name)
        return {code: (value, text) for code, value, text in rows}

    def codes(slugs: list[str]) -> dict[str, int]:
        return dict(model._default_manager.filter(slug__in=slugs).values_list("slug", "id"))

    return Dimension(
        slug=slug,
        label=label,
        column=column or slug,
        labels=labels,
        codes=codes,
        about_people=model is Agent,
    )


def _of_set(slug: str, label: str, members: type[Labelled]) -> Dimension:
    """A cut whose values are a closed set."""
    labels: Callable[[list[int]], dict[int, tuple[str, str]]] = lambda codes: {  # noqa: E731
        code: (members(code).label, members(code).label.replace("_", " ").capitalize()) for code in codes
    }
    return Dimension(
        slug=slug,
        label=label,
        column=slug,
        labels=labels,
        codes=lambda slugs: {m.label: m.value for m in members if m.label in slugs},
    )


PRIORITY = _of_model("priority", "Priority", Priority)
CHANNEL = _of_model("channel", "Channel", Channel)
LANGUAGE = _of_model("language", "Language", Language)
REASON = _of_model("reason", "Reason", Reason)
SOURCE = _of_model("source", "Source", Source, name="slug")
AGENT = _of_model("agent", "Agent", Agent, name="name")
KIND = _of_set("kind", "Promise", PromiseKind)

CUTS = (PRIORITY, CHANNEL, LANGUAGE, REASON, SOURCE)
