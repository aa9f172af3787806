"""What of an open page moves: all of it while its days reach today, otherwise what shows this moment or this day.

The browser tells by name how its parts stand, `panel-kept.1a2b3c,figures.4d5e6f`, and gets those that stand otherwise.
"""

from ops_dashboard.metrics.forms import Asked
from ops_dashboard.metrics.page_parts import FIGURES, name_of
from ops_dashboard.metrics.pages import CustomPanel, Page, Panel
from ops_dashboard.metrics.query import today

PAUSED = ("live", "off")  # the cookie of a reader who has paused it
MOST = 60  # parts that are asked about at once


def moving(page: Page, asked: Asked) -> frozenset[str]:
    """The names of the parts that may stand otherwise in a minute."""
    shown = page.shown_panels(asked.tab)
    if asked.period.start <= today() <= asked.period.end:
        return frozenset((FIGURES, *map(name_of, shown)))
    return frozenset(name_of(panel) for panel in shown if _is_of_now(panel))


def _is_of_now(panel: Panel) -> bool:
    return isinstance(panel, CustomPanel) and (panel.of_now or panel.of_today)


def seen(text: str) -> dict[str, str]:
    """How each part stands for the browser; words that say nothing are passed over."""
    told = (word.rpartition(".") for word in text.split(",")[:MOST])
    return {name: stand for name, _, stand in told if name}
