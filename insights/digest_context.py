"""The line of a digest that says how much was said in its week, by how many, and how satisfied they were."""

from datetime import date, timedelta
from typing import Any

from insights.counting import CONTACTS
from insights.models.audience import active_in
from ops_dashboard.metrics.periods import Period
from ops_dashboard.metrics.query import Query, Reader, today
from ops_dashboard.metrics.result import SMALL_CELL, Figure

WEEK = timedelta(days=7)
PER_USERS = 1000
Told = dict[str, Any]


def context(week: date, *, themes: int, reader: Reader) -> Told:
    """The week from Monday `week` on, against the four weeks before."""
    now, before = Period(week, week + WEEK - timedelta(days=1)), Period(week - 4 * WEEK, week - timedelta(days=1))

    def total(metric: str, period: Period) -> int:
        return int(reader.run(Query(metric, period)).total.value or 0)

    contacts, usual = total(CONTACTS, now), total(CONTACTS, before) / 4
    feedback, is_over, users = total("feedback", now), now.end < today(), active_in(week)
    return {
        "contacts": contacts,
        "usual_contacts": round(usual),
        "change": contacts / usual - 1 if usual and is_over else None,
        "so_far": not is_over,
        "users": users,
        "per_1000_users": per_users(contacts, users) if is_over else None,
        "satisfied": rated(reader.run(Query("feedback_satisfied", now)).total),
        "feedback": feedback,
        "tagged": min(total("tagged", now), feedback),
        "themes": themes,
    }


def per_users(count: int, users: int | None) -> float | None:
    """For every thousand active users; None where nobody has told how many they are."""
    return PER_USERS * count / users if users else None


def rated(figure: Figure) -> Told:
    """A share of those who rated, with its interval; of too few only how many they are."""
    if figure.n < SMALL_CELL:
        return {"share": None, "rated": figure.n, "low": None, "high": None}
    return {"share": figure.value, "rated": figure.n, "low": figure.low, "high": figure.high}
