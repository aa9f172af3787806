"""Sections of reference values on planned work: deadlines, shrinkage, adherence, accuracy, cost, hiring."""

import numpy as np

from tests.peers.outcome import Case
from tests.peers.reference_values import Answers, Section, Tolerance
from workforce import adherence, backtest, capacity, deferred, shrinkage

LATE = {"edf_late_work_at_98pct": Tolerance(1e-6), "edf_late_work_at_s": Tolerance(1e-9)}
PAID_TIME = {
    "paid_min": "paid",
    "breaks": "breaks",
    "offline_work": "offline",
    "available_idle": "idle",
    "handling": "handling",
}


def _deferred(case: Case) -> Answers:
    open_hours = np.array([float(each) for each in case["open_pattern"]]) * case["bin_hours"]
    work = np.zeros(len(open_hours))
    arrivals = case["arrivals_per_bin"]
    work[: len(arrivals)] = np.array(arrivals) * case["aht_min"] / 60
    due = deferred.due_bins(open_hours, case["sla_bins"] * case["bin_hours"], bin_hours=case["bin_hours"])
    constant = deferred.constant_agents(work, due, open_hours)
    even = deferred.even_agents(work, due, open_hours)

    def late(agents: float | np.ndarray) -> float:
        return deferred.late_work(work, due, open_hours, agents)

    return {
        "total_work_hours": work.sum(),
        "min_constant_agents": constant.agents,
        "critical_interval": [constant.start, constant.end],
        "lp_min_peak": even.max(),
        "naive_work_over_open_hours": work.sum() / open_hours.sum(),
        "edf_late_work_at_s": max(late(constant.agents), late(even)),
        "edf_late_work_at_98pct": late(0.98 * constant.agents),
    }


def _backlog(case: Case) -> Answers:
    got = deferred.backlog(case["start"], case["arrivals"], case["capacity"])
    return {"backlog": got.stock, "completed": got.completed, "days_to_clear_at_last_net": got.periods_to_clear}


def _shrinkage(case: Case) -> Answers:
    net, external, internal = case["net_required"], case["external"], case["internal"]
    both = shrinkage.compound(external, internal)
    return {
        "additive_total": external + internal,
        "compound_total": both,
        "gross_additive": shrinkage.gross(net, external + internal),
        "gross_compound": shrinkage.gross(net, both),
    }


def _paid_time(case: Case) -> Answers:
    spent = shrinkage.PaidTime(**{ours: case[theirs] for theirs, ours in PAID_TIME.items()})
    return {
        "occupancy": spent.occupancy,
        "utilisation_paid": spent.utilisation,
        "utilisation_productive": spent.productive,
        "shrinkage": spent.shrinkage,
    }


def _adherence(case: Case) -> Answers:
    scheduled, actual = ([(*each,) for each in case[name]] for name in ("scheduled", "actual"))
    got = adherence.kept(scheduled, actual, work=frozenset({"work"}))
    return {
        "scheduled_min": got.scheduled,
        "in_adherence_min": got.in_adherence,
        "unscheduled_min": got.unscheduled,
        "adherence": got.adherence,
        "work_conformance": got.conformance,
    }


def _accuracy(case: Case) -> Answers:
    train, actual, told = (np.array(case[name], dtype=np.float64) for name in ("train", "y", "f"))
    return {
        "mae": backtest.mae(actual, told),
        "rmse": backtest.rmse(actual, told),
        "wape": backtest.wape(actual, told),
        "bias": backtest.bias(actual, told),
        "mape": backtest.mape(actual, told),
        "mase": backtest.mase(actual, told, train=train, season=case["m"]),
    }


def _cost(case: Case) -> Answers:
    got = capacity.load(
        contacts=case["contacts_per_month"],
        aht_s=case["aht_min"] * 60,
        occupancy=case["occupancy"],
        shrinkage=case["shrinkage"],
        contract_h_week=case["contract_hours_week"],
        cost_per_h=case["cost_per_paid_hour"],
    )
    return {
        "workload_h": got.workload_h,
        "paid_h": got.paid_h,
        "fte": got.fte,
        "cost": got.cost,
        "cost_per_contact": got.cost_per_contact,
    }


def _hiring(case: Case) -> Answers:
    plan = capacity.hiring_plan(
        start=case["start"],
        attrition=case["monthly_attrition"],
        requisitions=case["requisitions"],
        lead_months=case["lead_months"],
        ramp=case["ramp"],
        months=len(case["headcount"]),
    )
    return {
        "headcount": [month.headcount for month in plan],
        "effective_fte": [month.effective for month in plan],
    }


SECTIONS = {
    "deferred_work": Section(("arrivals_per_bin", "bin_hours", "aht_min", "sla_bins", "open_pattern"), _deferred, LATE),
    "backlog_recursion": Section(("start", "arrivals", "capacity"), _backlog),
    "shrinkage": Section(("net_required", "external", "internal"), _shrinkage),
    "occupancy_utilisation": Section(tuple(PAID_TIME), _paid_time),
    "adherence_conformance": Section(("scheduled", "actual"), _adherence),
    "accuracy": Section(("train", "y", "f", "m"), _accuracy),
    "fte_cost": Section(
        (
            "contacts_per_month",
            "aht_min",
            "occupancy",
            "shrinkage",
            "contract_hours_week",
            "cost_per_paid_hour",
        ),
        _cost,
    ),
    "hiring_plan": Section(("start", "monthly_attrition", "requisitions", "lead_months", "ramp"), _hiring),
}
