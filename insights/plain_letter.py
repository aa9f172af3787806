"""The letter of a digest as text, section by section."""

from collections.abc import Iterable

from insights.letter import AskLine, ClosedLine, Letter, ThemeLine
from ops_dashboard.metrics.rendering.numbers import NOTHING


def plain(told: Letter, *, address: str, unsubscribe: str) -> str:
    lines = [told.title, told.period, "", told.headline, "", told.context]
    lines += [*(["Known gaps:", *(f"- {gap}" for gap in told.gaps)] if told.gaps else []), ""]
    lines += ["WHAT PEOPLE WRITE ABOUT", *(_theme_text(row) for row in told.themes)] if told.themes else [
        "WHAT PEOPLE WRITE ABOUT", "Nothing was tagged with a theme of this area."
    ]  # fmt: skip
    lines += ["", *_between(told.narrative)]
    for insight in told.insights:
        lines += [insight["claim"], *([insight["story"]] if insight["story"] else [])]
        lines += [f"  “{quote['text']}” ({quote['from']})" for quote in insight["quotes"]]
        lines += [""]
    lines += ["ASKS OF THIS WEEK", *(_asks_text(told.asks) or ["None."]), ""]
    lines += ["STATUS OF PREVIOUS ASKS", *(_asks_text(told.previous) or ["None are pending."]), ""]
    lines += ["CLOSED THIS WEEK", *([_closed_text(row) for row in told.closed] or ["Nothing."]), ""]
    lines += [*told.footer, "", f"On the web: {address}", f"Leave this list: {unsubscribe}"]
    return "\n".join(lines)


def _theme_text(row: ThemeLine) -> str:
    interval = f" [{row.interval}]" if row.interval else ""
    users = f", {row.per_users} per 1,000 users" if row.per_users else ""
    change = f"usual {row.usual}, {row.change}: {row.verdict}" + (f" ({row.chance})" if row.chance else "")
    said = f"- {row.name}: {row.n}, {row.share} of contacts{interval}{users}; {change}"
    if row.satisfied == NOTHING:
        return said
    apart = f", {row.apart}" if row.apart else ""
    return f"{said}; {row.satisfied} of those who rated it are satisfied [{row.raters}]{apart}"


def _closed_text(row: ClosedLine) -> str:
    return f"- {row.title}: {row.outcome}" + (f"; {row.detail}" if row.detail else "")


def _asks_text(rows: Iterable[AskLine]) -> list[str]:
    return [f"- {row.question} ({row.owner}, due {row.due}): {row.status}. {row.detail}" for row in rows]


def _between(parts: Iterable[str]) -> list[str]:
    return [line for part in parts for line in (part, "")]
