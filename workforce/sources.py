"""Rostered time and what was done in it, as the metric engine sees them.

A fact of rostered time is a piece of a published shift that lies within one half-hour: so hours of
the day and days of any reporting zone with whole or half hours come out exactly. It exists once its
time has come, and carries what an hour of it costs, by the narrowest rate valid on the shift's day.
"""

import numpy as np

from ops_dashboard.metrics.definitions import Amount, Column, Facts, Measure, Source
from tickets.dimensions import AGENT, of_model
from workforce.models import (
    INTERVAL_S,
    Activity,
    Answered,
    Contract,
    Queue,
    Rate,
    RosterVersion,
    Shift,
    ShiftSegment,
    TimedWeek,
)

ACTIVITY = of_model("activity", "Activity", Activity, name="name")
QUEUE = of_model("queue", "Queue", Queue, name="name", order="position")


def _table(model: type) -> str:
    return model._meta.db_table  # type: ignore[attr-defined]


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
           {_IS_BILLABLE} AS is_billable, shift.is_timed
      FROM (
          SELECT shift.*, version.state, EXISTS (
                     SELECT FROM {_table(TimedWeek)} timed
                      WHERE timed.agent = shift.agent_id AND timed.week = version.week) AS is_timed
            FROM {_table(Shift)} shift
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
        Column("is_timed", "u1", "f.is_timed::int"),
        Column("minor_an_hour", "<i4", "f.minor_an_hour"),
    ),
    measures=(
        Measure("stretches", _column("is_first"), hourly=True),
        Measure("rostered_s", _column("seconds"), hourly=True),
        Measure("paid_s", _seconds("is_paid"), hourly=True),
        Measure("productive_s", _seconds("is_productive"), hourly=True),
        Measure("timed_s", _seconds("is_productive", "is_timed"), hourly=True),
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
    version=2,
)


# How long a contact keeps an agent busy (`Queue.busy_s`), as the queue assumes it now.
_BUSY_S = f"""CASE WHEN queue.kind = '{Queue.Kind.CHAT}' AND cardinality(queue.concurrent_aht_s) > 0
        THEN queue.concurrent_aht_s[cardinality(queue.concurrent_aht_s)]::numeric / cardinality(queue.concurrent_aht_s)
        ELSE queue.aht_s END"""

ANSWERED = Source(
    slug="answered",
    label="Contacts done, by queue",
    table=f"""(
        SELECT done.*, round(done.contacts * {_BUSY_S})::int AS assumed_s
          FROM {_table(Answered)} done JOIN {_table(Queue)} queue ON queue.id = done.queue_id
    )""",
    at="f.start_at",
    team="f.team",
    subject="f.queue_id",
    about="queue",
    rows_right="sees_plans",
    columns=(
        Column("queue", "<i4", "f.queue_id"),
        Column("contacts", "<i4", "f.contacts"),
        Column("assumed_s", "<i4", "f.assumed_s"),
    ),
    measures=(
        Measure("contacts", _column("contacts"), hourly=True),
        Measure("assumed_s", _column("assumed_s"), hourly=True),
    ),
    dimensions=(QUEUE,),
)

SOURCES = (ROSTERED, ANSWERED)
