"""The workforce tables, by what they are for."""

from workforce.models.contracts import AgentSkill, Contract, ContractType, Rate, Skill
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
    "Activity",
    "AgentSkill",
    "CalendarFeed",
    "Contract",
    "ContractType",
    "Rate",
    "RosterEdit",
    "RosterVersion",
    "Shift",
    "ShiftSegment",
    "ShiftTemplate",
    "Skill",
    "TimeOff",
]
