"""The workforce tables, by what they are for."""

from workforce.models.contracts import AgentSkill, Contract, ContractType, Rate, Skill
from workforce.models.forecasts import (
    ForecastPoint,
    ForecastRun,
    NeverChanged,
    OwedForecast,
    Staffing,
    StaffingRequirement,
)
from workforce.models.queues import INTERVAL_S, Answered, Event, Queue, QueueVolume, TimedWeek
from workforce.models.rosters import (
    Activity,
    CalendarFeed,
    RosterEdit,
    RosterVersion,
    Shift,
    ShiftSegment,
    ShiftTemplate,
    TimeOff,
)

__all__ = [
    "INTERVAL_S",
    "Activity",
    "AgentSkill",
    "Answered",
    "CalendarFeed",
    "Contract",
    "ContractType",
    "Event",
    "ForecastPoint",
    "ForecastRun",
    "NeverChanged",
    "OwedForecast",
    "Queue",
    "QueueVolume",
    "Rate",
    "RosterEdit",
    "RosterVersion",
    "Shift",
    "ShiftSegment",
    "ShiftTemplate",
    "Skill",
    "Staffing",
    "StaffingRequirement",
    "TimeOff",
    "TimedWeek",
]
