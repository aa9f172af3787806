"""Months ahead: paid hours, full-time equivalents, cost per contact, and what hiring brings when."""

from collections.abc import Sequence
from dataclasses import dataclass

WEEKS_A_MONTH = 52 / 12


@dataclass(frozen=True)
class Load:
    """What a month of contacts takes."""

    workload_h: float
    paid_h: float
    fte: float
    cost: float
    cost_per_contact: float | None


def load(
    *, contacts: float, aht_s: float, occupancy: float, shrinkage: float, contract_h_week: float, cost_per_h: float
) -> Load:
    """paid hours = contacts x handle time / occupancy / (1 - shrinkage)."""
    if not 0 < occupancy <= 1 or not 0 <= shrinkage < 1 or contract_h_week <= 0:
        raise ValueError("occupancy is above 0 and at most 1, shrinkage below 1, a contract has hours")
    workload = contacts * aht_s / 3600
    paid = workload / occupancy / (1 - shrinkage)
    cost = paid * cost_per_h
    return Load(workload, paid, paid / (contract_h_week * WEEKS_A_MONTH), cost, cost / contacts if contacts else None)


@dataclass(frozen=True)
class Month:
    headcount: float
    effective: float  # full productivity equivalents


def hiring_plan(
    *,
    start: float,
    attrition: float,
    requisitions: Sequence[float],
    lead_months: int,
    ramp: Sequence[float],
    months: int | None = None,
) -> tuple[Month, ...]:
    """Each month everybody leaves with the same chance, then those join who were asked for `lead_months` ago.

    A joiner of age k months is worth ramp[k], 1 after the list; who is there at the start is worth 1.
    """
    veterans, cohorts, plan = start, list[float](), list[Month]()
    for month in range(len(requisitions) if months is None else months):
        stays = 1 - attrition
        veterans, cohorts = veterans * stays, [each * stays for each in cohorts]
        asked = month - lead_months
        cohorts.insert(0, requisitions[asked] if 0 <= asked < len(requisitions) else 0.0)
        worth = [ramp[age] if age < len(ramp) else 1.0 for age in range(len(cohorts))]
        plan.append(
            Month(
                headcount=veterans + sum(cohorts),
                effective=veterans + sum(size * each for size, each in zip(cohorts, worth, strict=True)),
            )
        )
    return tuple(plan)
