"""Forecasts beside what came and beside the eight-week average, as the metric engine sees them.

The forecast of an interval or a day is the last one made before that day began in the zone of the
queue: what the day was staffed by. What came is known as far as volumes were counted, and nothing is
a count too. A queue served by one team counts as that team's, another as nobody's.

The eight-week average is what the same forecast would have had from the simplest way: the mean of
the last eight days of that weekday before the day it was made on, from the day of the queue's first
contact on. It is counted from volumes as they stand now, late ones among them.
"""

import numpy as np

from ops_dashboard.metrics.definitions import Amount, Column, Facts, Measure, Source
from tickets.models import BusinessCalendar
from workforce.backtest import mean_deviation
from workforce.forecast_marks import WEEKS
from workforce.models import INTERVAL_S, ForecastPoint, ForecastRun, Queue, QueueVolume
from workforce.sources import QUEUE

THOUSANDTHS = 1000  # forecasts are no whole numbers; they and their errors are kept in thousandths of a contact

_RUN, _POINT, _VOLUME, _QUEUE, _CALENDAR, _SERVES = (
    model._meta.db_table
    for model in (ForecastRun, ForecastPoint, QueueVolume, Queue, BusinessCalendar, Queue.teams.through)
)

# A run speaks for the days that begin from its moment on until the next one is made. `zone` is where
# the queue's days are cut (`Hours.of`), `first_at` the start of the day of its first contact, `made_on`
# the local day of the run.
_RUNS = f"""(
    SELECT run.id, run.queue_id, run.as_of, run.daily, least(run.until, run.next_at) AS speaks_to, place.zone,
           coalesce(served.team, 0) AS team, (run.as_of AT TIME ZONE place.zone)::date AS made_on,
           date_trunc('day', first.at, place.zone) AS first_at
      FROM (
          SELECT *, lead(as_of, 1, 'infinity') OVER (PARTITION BY queue_id ORDER BY as_of) AS next_at FROM {_RUN}
      ) run
      JOIN {_QUEUE} queue ON queue.id = run.queue_id
     CROSS JOIN LATERAL (
          SELECT coalesce((
              SELECT definition ->> 'timezone' FROM {_CALENDAR} calendar
               WHERE calendar.name = queue.calendar AND NOT is_retired ORDER BY version DESC LIMIT 1
          ), queue.zone) AS zone
     ) place
     CROSS JOIN LATERAL (SELECT min(start_at) AS at FROM {_VOLUME} WHERE queue_id = run.queue_id) first
     CROSS JOIN LATERAL (
          SELECT CASE count(*) WHEN 1 THEN min(team_id) END AS team FROM {_SERVES} WHERE queue_id = run.queue_id
     ) served
)"""


def _thousandths(amount: str) -> str:
    return f"round(({amount})::numeric * {THOUSANDTHS})::bigint"


_COUNTED_TO = f"(SELECT max(start_at) + interval '{INTERVAL_S} seconds' FROM {_VOLUME})"

# A half-hour of the average is the one at the same time on the wall: where clocks go back the later
# of the two, and where they go forward that day has none.
_POINTS = f"""(
    SELECT point.start_at AS at, run.queue_id AS queue, run.team, coalesce(volume.offered, 0) AS offered,
           {_thousandths("point.p10")} AS p10, {_thousandths("point.p50")} AS p50,
           {_thousandths("point.p90")} AS p90,
           coalesce(round({THOUSANDTHS} * usual.offered / nullif(usual.days, 0)), -1)::bigint AS average
      FROM {_RUNS} run
      JOIN {_POINT} point
        ON point.run_id = run.id AND point.start_at >= run.as_of
       AND point.start_at < run.speaks_to + interval '26 hours'
     CROSS JOIN LATERAL (SELECT point.start_at AT TIME ZONE run.zone AS wall) here
      LEFT JOIN {_VOLUME} volume ON volume.queue_id = run.queue_id AND volume.start_at = point.start_at
     CROSS JOIN LATERAL (
          SELECT count(*) AS days, coalesce(sum(came.offered), 0)::numeric AS offered
            FROM generate_series(1, {WEEKS}) AS week
           CROSS JOIN LATERAL (
               SELECT here.wall - interval '7 days' * (week + (here.wall::date - run.made_on) / 7) AS wall
           ) earlier
           CROSS JOIN LATERAL (SELECT earlier.wall AT TIME ZONE run.zone AS at) moment
            LEFT JOIN {_VOLUME} came ON came.queue_id = run.queue_id AND came.start_at = moment.at
           WHERE moment.at >= run.first_at AND moment.at AT TIME ZONE run.zone = earlier.wall
     ) usual
     WHERE date_trunc('day', point.start_at, run.zone) >= run.as_of
       AND date_trunc('day', point.start_at, run.zone) < run.speaks_to
       AND point.start_at < {_COUNTED_TO}
)"""

# A day counts at its noon, so that it falls on its own date in nearly every reporting zone, and once
# it is over. Only the few days that a run speaks for are taken out of its `daily`.
_DAYS = f"""(
    SELECT day.noon AS at, run.queue_id AS queue, run.team, came.offered, told.p10, told.p50, told.p90,
           coalesce(round({THOUSANDTHS} * usual.offered / nullif(usual.days, 0)), -1)::bigint AS average
      FROM {_RUNS} run
     CROSS JOIN LATERAL generate_series(
          0, least(jsonb_array_length(run.daily) - 1, (run.speaks_to AT TIME ZONE run.zone)::date - run.made_on)
     ) AS nth
     CROSS JOIN LATERAL (SELECT (run.daily -> nth ->> 0)::date AS date) named
     CROSS JOIN LATERAL (
          SELECT named.date, named.date::timestamp AT TIME ZONE run.zone AS begins,
                 (named.date::timestamp + interval '12 hours') AT TIME ZONE run.zone AS noon,
                 (named.date + 1)::timestamp AT TIME ZONE run.zone AS ends
     ) day
     CROSS JOIN LATERAL (
          SELECT {_thousandths("run.daily -> nth ->> 1")} AS p10, {_thousandths("run.daily -> nth ->> 2")} AS p50,
                 {_thousandths("run.daily -> nth ->> 3")} AS p90
     ) told
     CROSS JOIN LATERAL (
          SELECT coalesce(sum(offered), 0)::int AS offered FROM {_VOLUME}
           WHERE queue_id = run.queue_id AND start_at >= day.begins AND start_at < day.ends
     ) came
     CROSS JOIN LATERAL (
          SELECT count(DISTINCT earlier.begins) AS days, coalesce(sum(volume.offered), 0)::numeric AS offered
            FROM generate_series(1, {WEEKS}) AS week
           CROSS JOIN LATERAL (SELECT day.date - 7 * (week + (day.date - run.made_on) / 7) AS date) past
           CROSS JOIN LATERAL (
               SELECT past.date::timestamp AT TIME ZONE run.zone AS begins,
                      (past.date + 1)::timestamp AT TIME ZONE run.zone AS ends
           ) earlier
            LEFT JOIN {_VOLUME} volume ON volume.queue_id = run.queue_id
             AND volume.start_at >= earlier.begins AND volume.start_at < earlier.ends
           WHERE earlier.begins >= run.first_at
     ) usual
     WHERE day.begins >= run.as_of AND day.begins < run.speaks_to AND day.ends <= {_COUNTED_TO}
)"""


def _every(facts: Facts) -> np.ndarray:
    return facts["second"] >= 0


def _came(facts: Facts) -> np.ndarray:
    return facts["offered"].astype(np.int64) * THOUSANDTHS


def _error(facts: Facts) -> np.ndarray:
    return facts["p50"].astype(np.int64) - _came(facts)


def _floor(facts: Facts) -> np.ndarray:
    """The mean deviation of each count if the forecast is its rate: the error of chance alone."""
    expected = facts["p50"].astype(np.float64) / THOUSANDTHS
    return np.rint(mean_deviation(expected) * THOUSANDTHS).astype(np.int64)


def _is_foreseen(facts: Facts) -> np.ndarray:
    """Something might have come by the forecast: a closed hour is no merit of a band."""
    return facts["p90"] > 0


def _is_inside(facts: Facts) -> np.ndarray:
    came = _came(facts)
    return (facts["p10"] <= came) & (came <= facts["p90"]) & _is_foreseen(facts)


def _has_average(facts: Facts) -> np.ndarray:
    return facts["average"] >= 0


def _column(name: str) -> Amount:
    return lambda facts: facts[name]


def _source(slug: str, label: str, table: str) -> Source:
    return Source(
        slug=slug,
        label=label,
        table=table,
        at="f.at",
        team="f.team",
        subject="f.queue",
        about="queue",
        rows_right="sees_plans",
        columns=(
            Column("queue", "<i4", "f.queue"),
            Column("offered", "<i4", "f.offered"),
            Column("p10", "<i8", "f.p10"),
            Column("p50", "<i8", "f.p50"),
            Column("p90", "<i8", "f.p90"),
            Column("average", "<i8", "f.average"),  # -1: the queue is too young for one
        ),
        measures=(
            Measure("intervals", _every, hourly=True),
            Measure("offered", _came, hourly=True),
            Measure("expected", _column("p50"), hourly=True),
            Measure("error", _error, hourly=True),
            Measure("absolute_error", lambda f: np.abs(_error(f)), hourly=True),
            Measure("floor", _floor, hourly=True),
            Measure("foreseen", _is_foreseen),
            Measure("inside", _is_inside),
            Measure("averaged", _has_average),
            Measure("averaged_offered", _came, where=_has_average),
            Measure("average_error", lambda f: np.abs(f["average"].astype(np.int64) - _came(f)), where=_has_average),
        ),
        dimensions=(QUEUE,),
        version=2,
    )


FORECASTS = _source("forecasts", "Forecasts beside what came", _POINTS)
FORECAST_DAYS = _source("forecast_days", "Days forecast beside what came", _DAYS)
SOURCES = (FORECASTS, FORECAST_DAYS)
