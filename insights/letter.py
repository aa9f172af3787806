"""A digest's snapshot -> the words of the letter: one set of values for the page, the mail and the text."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from insights.effects import AFTER_WEEKS
from insights.gap_words import sentences
from ops_dashboard.metrics.definitions import Unit
from ops_dashboard.metrics.periods import Period
from ops_dashboard.metrics.rendering.numbers import day, days, plural, points, significant, span, text, whole
from ops_dashboard.metrics.result import SMALL_CELL

FEW = f"<{SMALL_CELL}"
OUTCOMES = {"declined": "worse", "shipped": "accent", "closed": "", "measured": "accent"}  # and their tones
STATUS = {
    "open": "no answer yet",
    "accepted": "accepted",
    "declined": "declined",
    "shipped": "shipped",
    "closed": "closed",
}
METHOD = (
    "Counts are feedback under a theme, each once. A change is a rise or a fall that chance and the week's volume do "
    "not explain: negative binomial around the theme's usual share of contacts in 26 weeks, false discoveries held at "
    f"10 %. Shares carry a 95 % Wilson interval. Figures that rest on fewer than {SMALL_CELL} are not shown. Satisfied "
    "are those who gave 4 or 5, of those who rated: in the week, and by theme in four weeks; a theme is compared with "
    "all who rated in those, and clearly different where the 95 % interval leaves out zero. q is the share of false "
    "alarms among all themes that are as unusual. Effects compare 8 weeks after shipping with 26 weeks that end 8 "
    "weeks before it."
)


@dataclass(frozen=True)
class ThemeLine:
    slug: str
    name: str
    n: str
    share: str
    interval: str
    per_users: str  # for every thousand active users; "" where they are not known
    usual: str
    satisfied: str
    raters: str  # how many, and the interval
    apart: str  # the difference from all who rated
    change: str
    verdict: str
    chance: str  # the q-value of an alarm
    tone: str  # of a badge


@dataclass(frozen=True)
class AskLine:
    id: int
    question: str
    owner: str
    due: str
    status: str
    tone: str
    detail: str  # age, answer, effect


@dataclass(frozen=True)
class ClosedLine:
    kind: str  # ask or program
    id: int
    title: str
    outcome: str
    tone: str
    detail: str  # the effect with its interval, who was told, the reason


@dataclass(frozen=True)
class Letter:
    """The whole letter in words; `days` is its period for an address."""

    title: str
    period: str
    days: str
    headline: str
    context: str
    gaps: tuple[str, ...]
    themes: tuple[ThemeLine, ...]
    narrative: tuple[str, ...]
    insights: tuple[dict[str, Any], ...]
    asks: tuple[AskLine, ...]
    previous: tuple[AskLine, ...]
    closed: tuple[ClosedLine, ...]
    footer: tuple[str, ...]

    @property
    def has_users(self) -> bool:
        return any(row.per_users for row in self.themes)

    @property
    def subject(self) -> str:
        """On one line, since a mail's header ends with its line."""
        return " ".join(f"{self.title}: {self.headline}".split())[:200]


def letter(snapshot: dict[str, Any], *, headline: str = "", narrative: str = "") -> Letter:
    """`headline` and `narrative` are a person's; the status of earlier asks is always in it."""
    period = Period(date.fromisoformat(snapshot["from"]), date.fromisoformat(snapshot["to"]))
    year, week, _ = period.start.isocalendar()
    return Letter(
        title=f"{snapshot['area_name']}, week {week} of {year}",
        period=days(period),
        days=str(period),
        headline=headline or snapshot["headline"],
        context=_context(snapshot["context"]),
        gaps=sentences(snapshot),
        themes=tuple(_theme(row) for row in snapshot["themes"]),
        narrative=tuple(part.strip() for part in narrative.split("\n\n") if part.strip()),
        insights=tuple(_insight(row) for row in snapshot["insights"]),
        asks=tuple(_ask(row) for row in snapshot["asks"]),
        previous=tuple(_ask(row) for row in snapshot["previous"]),
        closed=tuple(_closed(row) for row in snapshot.get("closed", [])),
        footer=tuple(_footer(snapshot["taxonomy"])),
    )


def effect_words(effect: dict[str, Any] | None) -> str:
    """`×0.62 [0.48–0.80]: better`, or that it is too early to say."""
    if effect is None:
        return ""
    if effect.get("few"):
        return f"effect: {effect['verdict']}, on fewer than {SMALL_CELL} messages"
    if effect["ratio"] is None:
        return f"effect: {effect['verdict']}"
    ratio = f"×{effect['ratio']:.2f} [{effect['low']:.2f}–{effect['high']:.2f}]"
    if effect["verdict"] == "too early":
        return f"effect so far {ratio}, too early: {effect['weeks']} of {AFTER_WEEKS} weeks are in"
    return f"effect {ratio}: {effect['verdict']}"


def _context(told: dict[str, Any]) -> str:
    change = ""
    if told["change"] is not None:
        sign = "+" if told["change"] >= 0 else "−"
        change = f" ({sign}{abs(told['change']) * 100:.0f} % against the mean of four weeks)"
    themed = f"{100 * told['tagged'] / told['feedback']:.0f} %" if told["feedback"] else ""
    coverage = f"{themed} of it has a theme" if themed else "none has a theme"
    contacts = plural(told["contacts"], "contact") + (" so far" if told.get("so_far") else "")
    said = [f"{contacts}{change}", *_per_users(told), f"{whole(told['feedback'])} pieces of feedback; {coverage}"]
    return f"{'. '.join([*said, *_satisfaction(told)])}."


def _per_users(told: dict[str, Any]) -> Iterable[str]:
    if told.get("per_1000_users") is not None:
        yield f"{significant(told['per_1000_users'])} contacts per 1,000 of {whole(told['users'])} active users"


def _satisfaction(told: dict[str, Any]) -> Iterable[str]:
    rated = told.get("satisfied") or {}
    if rated.get("share") is not None:
        interval = span(rated["low"], rated["high"], Unit.SHARE)
        yield f"{text(rated['share'], Unit.SHARE)} [{interval}] of {whole(rated['rated'])} who rated are satisfied"


def _theme(row: dict[str, Any]) -> ThemeLine:
    few = 0 < row["n"] < SMALL_CELL
    is_risen = row["class"] in ("new", "rising", "persistent")
    per_users, satisfied = row.get("per_1000_users"), row.get("satisfied")
    return ThemeLine(
        slug=row["slug"],
        name=row["name"],
        n=FEW if few else whole(row["n"]),
        share="–" if few else text(row["share"], Unit.SHARE),
        interval="" if few or row["low"] is None else f"{100 * row['low']:.1f}–{100 * row['high']:.1f} %",
        per_users="" if few or per_users is None else significant(per_users),
        usual=text(row["usual_share"], Unit.SHARE),
        satisfied=text(satisfied, Unit.SHARE),
        raters="" if satisfied is None else _raters(row),
        apart=_apart(row.get("apart")),
        change="–" if few or not row["ratio"] else f"×{significant(row['ratio'], 2)}",
        verdict=row["class"],
        chance=_chance(row["q"]) if is_risen else "",
        tone="worse" if is_risen else "",
    )


def _raters(row: dict[str, Any]) -> str:
    low, high = row.get("satisfied_low"), row.get("satisfied_high")
    interval = "" if low is None or high is None else f"{span(low, high, Unit.SHARE)} %, "
    return f"{interval}n\u00a0=\u00a0{whole(row['rated'])}"


def _apart(told: dict[str, Any] | None) -> str:
    """`31.2 pts below all [12.1–45.0]`; a difference that chance may have made is none."""
    if told is None:
        return ""
    if told["low"] <= 0 <= told["high"]:
        return "no clear difference from all"
    near, far = sorted((abs(told["low"]), abs(told["high"])))
    side = "below" if told["by"] < 0 else "above"
    return f"{points(told['by'])} {side} all [{span(near, far, Unit.SHARE)}]"


def _chance(q: float) -> str:
    return "q < 0.001" if q < 0.001 else f"q = {q:.3f}"


def _closed(row: dict[str, Any]) -> ClosedLine:
    parts = []
    if row["shipped_on"]:
        parts.append(f"shipped {day(date.fromisoformat(row['shipped_on']))}")
    effect = row["effect"]
    if row["shipped_on"] and (effect is None or effect["verdict"] == "too early"):
        parts.append(f"effect: too early, measured until {day(date.fromisoformat(row['measured_until']))}")
    elif effect:
        parts.append(effect_words(effect))
    if row["users_told"] is not None:
        parts.append(f"{plural(row['users_told'], 'user')} told")
    if row["note"]:
        parts.append(f"“{row['note']}”")
    return ClosedLine(
        kind=row["kind"],
        id=row["id"],
        title=row["title"],
        outcome=row["outcome"],
        tone="worse" if effect and effect["verdict"] == "worse" else OUTCOMES[row["outcome"]],
        detail="; ".join(parts),
    )


def _insight(row: dict[str, Any]) -> dict[str, Any]:
    quotes = [
        {"text": quote["text"], "from": f"{quote['source']}, {day(date.fromisoformat(quote['on']))}"}
        for quote in row["quotes"]
    ]
    return {"id": row["id"], "claim": row["claim"], "story": row["story"], "quotes": quotes}


def asked_words(age_days: int) -> str:
    return f"asked {plural(age_days, 'day')} ago" if age_days else "asked today"


def _ask(row: dict[str, Any]) -> AskLine:
    parts = [asked_words(row["age_days"])]
    if row["shipped_on"]:
        parts.append(f"shipped {day(date.fromisoformat(row['shipped_on']))}")
    if row.get("users_told") is not None:
        parts.append(f"{plural(row['users_told'], 'user')} told")
    if row["answer"]:
        parts.append(f"“{row['answer']}”")
    if words := effect_words(row["effect"]):
        parts.append(words)
    elif row.get("judged_by") and row["status"] in ("open", "accepted"):
        parts.append(f"judged by messages per contact about {', '.join(row['judged_by'])}")
    if row["program"]:
        parts.append(f"part of {row['program']}")
    status = STATUS[row["status"]]
    if row["status"] == "open" and row["age_days"]:
        status = f"no answer in {plural(row['age_days'], 'day')}"
    tones = {"open": "warning", "declined": "worse", "shipped": "accent", "accepted": "accent"}
    return AskLine(
        id=row["id"],
        question=row["question"],
        owner=row["owner"] or "nobody yet",
        due=day(date.fromisoformat(row["due"])),
        status=f"{status}, late" if row["is_late"] else status,
        tone="worse" if row["is_late"] else tones.get(row["status"], ""),
        detail="; ".join(parts),
    )


def _footer(told: dict[str, Any]) -> Iterable[str]:
    changes = f" Changed this week: {', '.join(told['changes'])}." if told["changes"] else ""
    yield f"Themes as in version {told['version']}.{changes}"
    yield METHOD
