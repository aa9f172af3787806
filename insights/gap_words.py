"""The known gaps of a digest as sentences: what a reader has to know before leaning on its figures. Pure words."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from ops_dashboard.metrics.definitions import Unit
from ops_dashboard.metrics.local_days import day_at
from ops_dashboard.metrics.rendering.numbers import day, plural, text, whole
from ops_dashboard.metrics.result import SMALL_CELL

Told = dict[str, Any]


def sentences(snapshot: Told) -> tuple[str, ...]:
    """Nothing for a snapshot from before gaps were kept."""
    gaps, context = snapshot.get("gaps"), snapshot["context"]
    if gaps is None:
        return ()
    return (*_late(gaps), *_coverage(context, gaps["tags"]), *_small(gaps, context), *_unknown(context))


def _late(gaps: Told) -> Iterator[str]:
    if gaps["complete_to"]:
        yield f"Figures reach to {_at(gaps['complete_to'])}; what came later is not in them yet."
    yield from gaps["owed"]
    for place in gaps["silent"]:
        yield f"Nothing has come from {place['name']} since {_at(place['since'])}."


def _coverage(context: Told, tags: Told) -> Iterator[str]:
    if untagged := context["feedback"] - context["tagged"]:
        share = text(untagged / context["feedback"], Unit.SHARE)
        yield f"{whole(untagged)} of {plural(context['feedback'], 'piece')} of feedback have no theme ({share})."
    if tags["by_no_person"]:
        yield f"{_tagged(tags)}: no person has looked at them{_model(tags)}."


def _tagged(tags: Told) -> str:
    share = text(tags["by_no_person"] / tags["counted"], Unit.SHARE)
    return f"{whole(tags['by_no_person'])} of {plural(tags['counted'], 'tag')} are by rule or model ({share})"


def _model(tags: Told) -> str:
    if tags["model_right"] is None:
        return ""
    return f"; the model is right for {text(tags['model_right'], Unit.SHARE)} of {whole(tags['model_tried'])} texts"


def _small(gaps: Told, context: Told) -> Iterator[str]:
    if few := gaps["few_themes"]:
        yield f"{plural(few, 'theme')} with fewer than {SMALL_CELL} messages: too few to show."
    if short := gaps["short_history"]:
        yield f"{plural(short, 'theme')} with too little history to call anything a change."
    if context["satisfied"]["share"] is None:
        yield f"Too few rated to say how satisfied they are (n = {_few(context['satisfied']['rated'])})."
    if quotes := gaps["withheld_quotes"]:
        yield f"{plural(quotes, 'quote')} left out: personal data had to be masked."


def _unknown(context: Told) -> Iterator[str]:
    if context["users"] is None:
        yield "How many used the product that week is not known, so there are no figures per 1,000 users."


def _few(count: int) -> str:
    return f"<{SMALL_CELL}" if 0 < count < SMALL_CELL else str(count)


def _at(instant: str) -> str:
    return day(day_at(datetime.fromisoformat(instant)))
