"""Public holidays by country: fixed dates, and Mondays or Thursdays that move."""

from datetime import date, timedelta

FIXED: dict[str, tuple[tuple[int, int], ...]] = {
    "US": ((1, 1), (6, 19), (7, 4), (12, 25)),
    "IE": ((1, 1), (3, 17), (12, 25), (12, 26)),
    "PL": ((1, 1), (1, 6), (5, 1), (5, 3), (8, 15), (11, 1), (11, 11), (12, 25), (12, 26)),
    "PH": ((1, 1), (4, 9), (5, 1), (6, 12), (11, 1), (11, 30), (12, 25), (12, 30)),
    "CO": ((1, 1), (5, 1), (7, 20), (8, 7), (12, 8), (12, 25)),
}
# (month, weekday with Monday 0, which of that month, -1 for the last)
MOVING: dict[str, tuple[tuple[int, int, int], ...]] = {
    "US": ((5, 0, -1), (9, 0, 1), (11, 3, 4)),
    "IE": ((5, 0, 1), (6, 0, 1), (8, 0, 1), (10, 0, -1)),
    "PL": (),
    "PH": ((8, 0, -1),),
    "CO": (),
}


def nth_weekday(year: int, month: int, *, weekday: int, nth: int) -> date:
    """The nth given weekday of a month; -1 is the last one."""
    if nth > 0:
        first = date(year, month, 1)
        return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))
    last = date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
    return last - timedelta(days=(last.weekday() - weekday) % 7)


def holidays(country: str, first: date, last: date) -> tuple[date, ...]:
    """Every holiday of the country from `first` to `last`, both included, in order."""
    found = []
    for year in range(first.year, last.year + 1):
        found += [date(year, month, day) for month, day in FIXED[country]]
        found += [nth_weekday(year, month, weekday=weekday, nth=nth) for month, weekday, nth in MOVING[country]]
    return tuple(day for day in sorted(found) if first <= day <= last)
