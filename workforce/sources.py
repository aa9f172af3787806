"""The facts of workforce, as the metric engine sees them: rostered time, and forecasts beside what came.

A fact of rostered time is a piece of a published shift that lies within one half-hour: so hours of
the day and days of any reporting zone with whole or half hours come out exactly. It exists once its
time has come, and carries what an hour of it costs, by the narrowest rate valid on the shift's day.
"""

import numpy as np

from ops_dashboard.metrics.definitions import Amount, Column, Facts, Measure, Source
from tickets.dimensions import AGENT, of_model
from workforce.backtest import mean_deviation
from workforce.models import (
    INTERVAL_S,
    Activity,
    Contract,
    ForecastPoint,
    ForecastRun,
    Queue,
    QueueVolume,
    Rate,
    RosterVersion,
    Shift,
    ShiftSegment,
)

ACTIVITY = of_model("activity", "Activity", Activity, name="name")
QUEUE = of_model("queue", "Queue", Queue, name="name", order="position")
THOUSANDTHS = 1000  # forecasts are no whole numbers; their errors are kept in thousandths of a contact


def _table(model: type) -> str:
    return model._meta.db_table  # type: ignore[attr-defined]


def _one(facts: Facts) -> Facts:
    return facts["second"] >= 0


def _column(name: str) -> Amount:
    return lambda facts: facts[name]


def _seconds(*conditions: str) -> Amount:
    """Seconds of the pieces for which all of these flags hold; a flag after `-` must not."""

    def amount(facts: Facts) -> np.ndarray:
        seconds = facts["seconds"].astype(np.int64)
        for name in conditions:
            seconds = seconds * ((facts[name.removeprefix("-")] == 0) if name[0] == "-" else facts[name])
        return seconds

    return amount


def _cost(*conditions: str) -> Amount:
    """Minor units an hour times seconds: whole numbers, so that parts add up to the whole."""
    billable = _seconds("is_billable", *conditions)
    return lambda facts: billable(facts) * facts["minor_an_hour"].astype(np.int64)


_RATE = f"""
    SELECT rate.minor_an_hour, rate.basis
      FROM {_table(Rate)} rate
     WHERE rate.valid_from <= shift.on AND (rate.valid_to IS NULL OR rate.valid_to > shift.on)
       AND (rate.team_id = shift.team_id OR rate.vendor_id = team.vendor_id OR rate.contract_type_id = (
               SELECT contract.type_id FROM {_table(Contract)} contract
                WHERE contract.agent_id = shift.agent_id AND contract.valid_from <= shift.on
                  AND (contract.valid_to IS NULL OR contract.valid_to > shift.on)
                ORDER BY contract.valid_from DESC LIMIT 1))
     ORDER BY (rate.team_id IS NULL)::int + (rate.team_id IS NULL AND rate.vendor_id IS NULL)::int,
              rate.valid_from DESC
     LIMIT 1"""

# What a rate pays for: everything paid, leave and sickness included; all of the roster but absences;
# or work on the queue alone.
_IS_BILLABLE = f"""CASE priced.basis
        WHEN '{Rate.Basis.PAID}' THEN activity.is_paid
        WHEN '{Rate.Basis.SCHEDULED}' THEN activity.kind <> '{Activity.Kind.ABSENCE}'
        WHEN '{Rate.Basis.PRODUCTIVE}' THEN activity.is_productive
        ELSE false END"""

_PIECES = f"""(
    SELECT piece.at, extract(epoch FROM piece.until - piece.at)::int AS seconds, piece.at = part.start_at AS is_first,
           shift.id AS shift, shift.start_at AS shift_start, shift.team_id AS team, shift.agent_id AS agent,
           activity.id AS activity, activity.is_paid, activity.is_productive,
           activity.shrinkage = '{Activity.Shrinkage.EXTERNAL}' AS is_external,
           activity.shrinkage = '{Activity.Shrinkage.INTERNAL}' AS is_internal,
           coalesce(priced.minor_an_hour, 0) AS minor_an_hour, priced.basis IS NULL AS is_unpriced,
           {_IS_BILLABLE} AS is_billable
      FROM (
          SELECT shift.*, version.state FROM {_table(Shift)} shift
            JOIN {_table(RosterVersion)} version ON version.id = shift.version_id
           WHERE version.state = '{RosterVersion.State.PUBLISHED}'
      ) shift
      JOIN people_team team ON team.id = shift.team_id
      LEFT JOIN LATERAL ({_RATE}) priced ON true
      JOIN {_table(ShiftSegment)} part ON part.shift_id = shift.id
      JOIN {_table(Activity)} activity ON activity.id = part.activity_id
     CROSS JOIN LATERAL (
          SELECT greatest(slot, part.start_at) AS at,
                 least(slot + interval '{INTERVAL_S} seconds', part.end_at) AS until
            FROM generate_series(
                 date_bin('{INTERVAL_S} seconds', part.start_at, timestamptz '2000-01-01 00:00Z'),
                 part.end_at - interval '1 second', interval '{INTERVAL_S} seconds') AS slot
      ) piece
)"""

ROSTERED = Source(
    slug="rostered",
    label="Rostered time",
    table=_PIECES,
    at="f.at",
    team="f.team",
    subject="f.shift",
    about="shift",
    rows_right="sees_rosters",
    ticks=True,
    began="f.shift_start",
    columns=(
        Column("agent", "<i4", "f.agent"),
        Column("activity", "<i2", "f.activity"),
        Column("seconds", "<i2", "f.seconds"),
        Column("is_first", "u1", "f.is_first::int"),
        Column("is_paid", "u1", "f.is_paid::int"),
        Column("is_productive", "u1", "f.is_productive::int"),
        Column("is_external", "u1", "f.is_external::int"),
        Column("is_internal", "u1", "f.is_internal::int"),
        Column("is_billable", "u1", "f.is_billable::int"),
        Column("is_unpriced", "u1", "f.is_unpriced::int"),
        Column("minor_an_hour", "<i4", "f.minor_an_hour"),
    ),
    measures=(
        Measure("stretches", _column("is_first"), hourly=True),
        Measure("rostered_s", _column("seconds"), hourly=True),
        Measure("paid_s", _seconds("is_paid"), hourly=True),
        Measure("productive_s", _seconds("is_productive"), hourly=True),
        Measure("external_s", _seconds("is_paid", "is_external")),
        Measure("internal_s", _seconds("is_paid", "is_internal")),
        Measure("attended_s", _seconds("is_paid", "-is_external")),
        Measure("shrunk_s", lambda f: _seconds("is_paid")(f) * (f["is_external"] | f["is_internal"])),
        Measure("billable_s", _seconds("is_billable")),
        Measure("unpriced_s", _seconds("is_paid", "is_unpriced")),
        Measure("cost", _cost()),
        Measure("productive_cost", _cost("is_productive")),
    ),
    dimensions=(ACTIVITY, AGENT),
)


def _floor(facts: Facts) -> np.ndarray:
    """The mean deviation of each interval's count if the forecast is its rate: the error of chance alone."""
    expected = facts["expected"].astype(np.float64) / THOUSANDTHS
    return np.rint(mean_deviation(expected) * THOUSANDTHS).astype(np.int64)


def _error(facts: Facts) -> np.ndarray:
    return facts["expected"].astype(np.int64) - facts["offered"].astype(np.int64) * THOUSANDTHS


# The forecast of an interval is the last one made before its day began in the queue's zone: what the
# day was staffed by. What came is known as far as volumes were counted, and nothing is a count too.
# A queue served by one team counts as that team's, another as nobody's.
_DAY = "date_trunc('day', point.start_at, queue.zone)"
_POINTS = f"""(
    SELECT point.start_at AS at, run.queue_id AS queue, coalesce(volume.offered, 0) AS offered,
           round(point.p50 * {THOUSANDTHS})::bigint AS expected, coalesce(served.team, 0) AS team
      FROM (
          SELECT id, queue_id, as_of, lead(as_of, 1, 'infinity') OVER (PARTITION BY queue_id ORDER BY as_of) AS next_at
            FROM {_table(ForecastRun)}
      ) run
      JOIN {_table(Queue)} queue ON queue.id = run.queue_id
      JOIN {_table(ForecastPoint)} point
        ON point.run_id = run.id AND point.start_at >= run.as_of AND point.start_at < run.next_at + interval '26 hours'
       AND {_DAY} >= run.as_of AND {_DAY} < run.next_at
      LEFT JOIN {_table(QueueVolume)} volume
        ON volume.queue_id = run.queue_id AND volume.start_at = point.start_at
      LEFT JOIN LATERAL (
          SELECT min(team_id) AS team FROM {_table(Queue.teams.through)}
           WHERE queue_id = run.queue_id HAVING count(*) = 1
      ) served ON true
     WHERE point.start_at <= (SELECT max(start_at) FROM {_table(QueueVolume)})
)"""

FORECASTS = Source(
    slug="forecasts",
    label="Forecasts beside what came",
    table=_POINTS,
    at="f.at",
    team="f.team",
    subject="f.queue",
    about="queue",
    rows_right="sees_plans",
    columns=(
        Column("queue", "<i4", "f.queue"),
        Column("offered", "<i4", "f.offered"),
        Column("expected", "<i8", "f.expected"),
    ),
    measures=(
        Measure("intervals", _one, hourly=True),
        Measure("offered", lambda f: f["offered"].astype(np.int64) * THOUSANDTHS, hourly=True),
        Measure("expected", _column("expected"), hourly=True),
        Measure("error", _error, hourly=True),
        Measure("absolute_error", lambda f: np.abs(_error(f)), hourly=True),
        Measure("floor", _floor, hourly=True),
    ),
    dimensions=(QUEUE,),
)

SOURCES = (ROSTERED, FORECASTS)
