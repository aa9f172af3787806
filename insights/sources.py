"""The facts of insights, as the metric engine sees them, and their cuts."""

from collections.abc import Iterable
from hashlib import md5

import numpy as np

from insights.models import AskStep, Delivery, Feedback, FeedbackSource, Insight, Theme, ThemeFact
from insights.models.loop import Area
from ops_dashboard.metrics.definitions import Column, Dimension, Facts, Measure, Source
from tickets.dimensions import CHANNEL, LANGUAGE, of_model

STEPS = {kind: code for code, kind in enumerate(AskStep.Kind.values, 1)}
SATISFIED = 4  # of 1 to 5
ANSWERS = (AskStep.Kind.ACCEPTED, AskStep.Kind.DECLINED)


def _code_of(area: str) -> int:
    """28 bits of a hash: areas are known by slug, cells keep numbers. As `_area_sql` says it."""
    return int(md5(area.encode(), usedforsecurity=False).hexdigest()[:7], 16) if area else 0


def _area_sql(column: str) -> str:
    return f"CASE WHEN {column} = '' THEN 0 ELSE ('x' || substr(md5({column}), 1, 7))::bit(28)::int END"


def _areas() -> Iterable[tuple[int, str, str]]:
    return [(_code_of(slug), slug, name) for slug, name in Area.objects.values_list("slug", "name")]


def _places() -> Iterable[tuple[int, str, str]]:
    return [(_code_of(slug), slug, name) for slug, name in FeedbackSource.objects.values_list("slug", "name")]


AREA = Dimension(
    slug="area",
    label="Product area",
    column="area",
    labels=lambda codes: {code: (slug, name) for code, slug, name in _areas() if code in codes},
    codes=lambda slugs: {slug: code for code, slug, _ in _areas() if slug in slugs},
    every=lambda: list(_areas()),
)
PLACE = Dimension(
    slug="feedback_source",
    label="Feedback source",
    column="place",
    labels=lambda codes: {code: (slug, name) for code, slug, name in _places() if code in codes},
    codes=lambda slugs: {slug: code for code, slug, _ in _places() if slug in slugs},
    every=lambda: list(_places()),
)
THEME = of_model("theme", "Theme", Theme, name="name")
PARENT = of_model("parent", "Theme group", Theme, name="name")


def _table(model: type) -> str:
    return model._meta.db_table  # type: ignore[attr-defined]


RATINGS = "coalesce(CASE WHEN f.rating BETWEEN 1 AND 5 THEN f.rating END, 0)"  # other scales count as none


def _rated(facts: Facts) -> np.ndarray:
    return facts["rating"] > 0


def _satisfied(facts: Facts) -> np.ndarray:
    return facts["rating"] >= SATISFIED


def _one(facts: Facts) -> np.ndarray:
    return facts["second"] >= 0


FEEDBACK = Source(
    slug="feedback",
    label="Feedback",
    table=_table(Feedback),
    at="f.occurred_at",
    team="f.team",
    subject="f.id",
    about="feedback",
    columns=(
        Column("channel", "<i2", "f.channel"),
        Column("language", "<i2", "f.language"),
        Column("area", "<i4", _area_sql("f.area")),
        Column("place", "<i4", _area_sql("f.source")),
        Column("rating", "u1", RATINGS),
        Column("is_themed", "u1", "f.is_themed::int"),
        Column("is_masked", "u1", "(f.detections > 0)::int"),
    ),
    measures=(
        Measure("feedback", _one),
        Measure("with_theme", lambda f: f["is_themed"]),
        Measure("masked", lambda f: f["is_masked"]),
        Measure("rated", _rated),
        Measure("satisfied", _satisfied),
        Measure("ratings", lambda f: f["rating"]),
        Measure("rating_squares", lambda f: f["rating"].astype(np.int64) ** 2),
    ),
    dimensions=(PLACE, CHANNEL, LANGUAGE, AREA),
    version=2,
)

THEMED = Source(
    slug="themed",
    label="Feedback by theme",
    table=_table(ThemeFact),
    at="f.at",
    team="f.team",
    subject="f.feedback",
    about="feedback",
    columns=(
        Column("theme", "<i4", "f.theme"),
        Column("parent", "<i4", "f.parent"),
        Column("area", "<i4", _area_sql("f.area")),
        Column("channel", "<i2", "f.channel"),
        Column("language", "<i2", "f.language"),
        Column("place", "<i4", _area_sql("f.source")),
        Column("rating", "u1", RATINGS),
        Column("is_first", "u1", "f.is_first::int"),
    ),
    measures=(
        Measure("themed", _one),
        Measure("tagged", lambda f: f["is_first"]),
        Measure("rated", _rated),
        Measure("satisfied", _satisfied),
    ),
    dimensions=(THEME, PARENT, PLACE, AREA, CHANNEL, LANGUAGE),
    version=2,
)

INSIGHTS = Source(
    slug="insights",
    label="Insights published",
    table=_table(Insight),
    at="f.published_at",
    team="0",
    subject="f.id",
    about="insight",
    columns=(Column("area", "<i4", _area_sql("f.area")),),
    measures=(Measure("published", _one),),
    dimensions=(AREA,),
)

_STEP = "CASE f.kind " + " ".join(f"WHEN '{kind}' THEN {code}" for kind, code in STEPS.items()) + " ELSE 0 END"


def _is(*kinds: str) -> Measure:
    codes = [STEPS[kind] for kind in kinds]
    return Measure("_".join(kinds), lambda facts: np.isin(facts["step"], codes))


ASKS = Source(
    slug="ask_steps",
    label="What happened to asks",
    table=_table(AskStep),
    at="f.at",
    team="0",
    subject="f.ask_id",
    about="ask",
    columns=(
        Column("step", "u1", _STEP),
        Column("area", "<i4", _area_sql("f.area")),
        Column("answer_s", "<i4", "least(coalesce(f.answer_s, 0), 2147483647)"),
        Column("is_answer", "u1", "(f.answer_s IS NOT NULL)::int"),
    ),
    measures=(
        _is(AskStep.Kind.OPENED),
        Measure("answered", lambda f: f["is_answer"]),
        Measure("accepted", lambda f: (f["step"] == STEPS["accepted"]) & (f["is_answer"] == 1)),
        _is(AskStep.Kind.SHIPPED),
        Measure("answer", lambda f: f["answer_s"], "histogram", where=lambda f: f["is_answer"] == 1),
    ),
    dimensions=(AREA,),
)

DELIVERIES = Source(
    slug="deliveries",
    label="Digests handed over",
    table=_table(Delivery),
    at="f.handed_at",
    team="0",
    subject="f.id",
    about="delivery",
    columns=(
        Column("area", "<i4", _area_sql("f.area")),
        Column("is_read", "u1", "(f.read_at IS NOT NULL)::int"),
    ),
    measures=(Measure("handed", _one), Measure("read", lambda f: f["is_read"])),
    dimensions=(AREA,),
)

SOURCES = (FEEDBACK, THEMED, INSIGHTS, ASKS, DELIVERIES)
