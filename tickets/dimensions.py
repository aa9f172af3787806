"""The cuts of ticket facts: codes in cells, words for people."""

from dataclasses import replace

from django.db.models import Model

from ops_dashboard.metrics.definitions import Dimension
from ops_dashboard.people.models import Agent, Membership
from tickets.models import Channel, Language, Priority, Reason, Source
from tickets.vocabulary import Labelled, PromiseKind


def of_model(slug: str, label: str, model: type[Model], *, name: str = "label", order: str = "") -> Dimension:
    """A cut whose values are rows of a model with `slug` and a name."""

    def labels(codes: list[int]) -> dict[int, tuple[str, str]]:
        rows = model._default_manager.filter(id__in=codes).values_list("id", "slug", name)
        return {code: (value, text) for code, value, text in rows}

    def codes(slugs: list[str]) -> dict[str, int]:
        return dict(model._default_manager.filter(slug__in=slugs).values_list("slug", "id"))

    def every() -> list[tuple[int, str, str]]:
        return list(model._default_manager.order_by(order or name).values_list("id", "slug", name))

    return Dimension(
        slug=slug,
        label=label,
        column=slug,
        labels=labels,
        codes=codes,
        every=every,
        none=f"No {label.lower()}",
    )


def _of_set(slug: str, label: str, members: type[Labelled]) -> Dimension:
    """A cut whose values are a closed set."""

    def words(member: Labelled) -> tuple[str, str]:
        return member.label, member.label.replace("_", " ").capitalize()

    return Dimension(
        slug=slug,
        label=label,
        column=slug,
        labels=lambda codes: {code: words(members(code)) for code in codes},
        codes=lambda slugs: {m.label: m.value for m in members if m.label in slugs},
        every=lambda: [(member.value, *words(member)) for member in members],
    )


def _members(teams: frozenset[int]) -> set[int]:
    return set(Membership.objects.filter(team__in=teams).values_list("agent_id", flat=True))


PRIORITY = of_model("priority", "Priority", Priority, order="rank")
CHANNEL = of_model("channel", "Channel", Channel)
LANGUAGE = of_model("language", "Language", Language)
REASON = of_model("reason", "Reason", Reason)
SOURCE = of_model("source", "Source", Source, name="slug")
AGENT = replace(of_model("agent", "Agent", Agent, name="name"), about_people=True, within=_members)
KIND = _of_set("kind", "Promise", PromiseKind)

CUTS = (PRIORITY, CHANNEL, LANGUAGE, REASON, SOURCE)
