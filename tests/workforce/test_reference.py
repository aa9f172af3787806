"""Every reference value of queueing, staffing, time and accuracy formulas, to 1e-6 or better."""

from math import isinf
from typing import Any

import numpy as np
import pytest

from tests.workforce import reference
from tests.workforce.reference import cases
from workforce import adherence, backtest, capacity, chat, deferred, shrinkage
from workforce.erlang import (
    erlang_a,
    erlang_c,
    p_abandon_limit,
    p_wait_limit,
    p_wait_limit_with_patience,
    required_agents,
    square_root_agents,
)

Case = dict[str, Any]
NEAR = 1e-9
TESTED = {
    "erlang_c", "erlang_c_required", "erlang_a", "square_root_staffing_erlang_c", "square_root_staffing_erlang_a",
    "chat_concurrency", "chat_slot_model_vs_balanced", "deferred_work", "backlog_recursion", "shrinkage",
    "occupancy_utilisation", "adherence_conformance", "accuracy", "fte_cost", "hiring_plan",
}  # fmt: skip


def close(value: object) -> Any:
    return pytest.approx(value, rel=NEAR, abs=1e-12)


@reference.needs_formulas
def test_no_block_of_the_reference_is_left_out() -> None:
    assert reference.blocks() == TESTED


@pytest.mark.parametrize("case", cases("erlang_c"))
def test_erlang_c(case: Case) -> None:
    got = erlang_c(
        arrivals_per_hour=case["arrivals_per_hour"],
        aht_s=case["aht_s"],
        agents=case["agents"],
        target_s=case["target_s"],
    )
    assert got.load == close(case["load_erlang"])
    assert got.blocking == close(case["erlang_b"])
    assert got.p_wait == close(case["p_wait"])
    assert got.of_offered == close(case["service_level"])
    assert got.mean_wait_s == close(case["asa_s"])
    assert got.occupancy == close(case["occupancy"])


@pytest.mark.parametrize("case", cases("erlang_c_required"))
def test_required_agents(case: Case) -> None:
    got = required_agents(
        arrivals_per_hour=case["arrivals_per_hour"],
        aht_s=case["aht_s"],
        target_s=case["target_s"],
        share=case["target_sl"],
        max_occupancy=case["max_occupancy"],
    )
    assert got.agents == case["agents"]
    assert got.of_offered == close(case["achieved_sl"])
    assert got.load == close(case["load"])


@pytest.mark.parametrize("case", cases("erlang_a"))
def test_erlang_a(case: Case) -> None:
    got = erlang_a(
        arrivals_per_hour=case["arrivals_per_hour"],
        aht_s=case["aht_s"],
        agents=case["agents"],
        target_s=case["target_s"],
        patience_s=case["patience_s"],
    )
    assert got.load == close(case["load"])
    assert got.p_wait == close(case["p_wait"])
    assert got.p_abandon == close(case["p_abandon"])
    assert got.mean_wait_s == close(case["mean_wait_all_s"])
    assert got.mean_queue == close(case["mean_queue"])
    assert got.occupancy == close(case["occupancy"])
    assert got.virtual == close(case["sl_virtual"])
    assert got.of_offered == close(case["sl_answered_within_T_of_offered"])
    assert got.of_answered == close(case["sl_answered_within_T_of_answered"])


@pytest.mark.parametrize("case", cases("square_root_staffing_erlang_c"))
def test_square_root_staffing_without_patience(case: Case) -> None:
    assert p_wait_limit(case["beta"]) == close(case["p_wait_limit"])
    assert square_root_agents(case["R"], case["beta"]) == case["N"]
    exact = erlang_c(arrivals_per_hour=case["R"] * 36, aht_s=100, agents=case["N"], target_s=20)
    assert exact.p_wait == close(case["exact_p_wait_at_N"])


@pytest.mark.parametrize("case", cases("square_root_staffing_erlang_a"))
def test_square_root_staffing_with_patience(case: Case) -> None:
    theta = case["theta_over_mu"]
    assert p_wait_limit_with_patience(case["beta"], theta) == close(case["p_wait_limit"])
    assert p_abandon_limit(case["beta"], theta, case["N"]) == close(case["p_abandon_limit"])
    assert square_root_agents(case["R"], case["beta"]) == case["N"]
    exact = erlang_a(arrivals_per_hour=case["R"] * 36, aht_s=100, agents=case["N"], target_s=20, patience_s=100 / theta)
    assert exact.p_wait == close(case["exact_p_wait"])
    assert exact.p_abandon == close(case["exact_p_abandon"])


def chat_answered(case: Case) -> chat.ChatAnswered:
    return chat.answered(
        arrivals_per_hour=case["arrivals_per_hour"],
        aht_s=case["aht_s_by_concurrency"],
        agents=case["agents"],
        target_s=case["target_s"],
        patience_s=case["patience_s"],
    )


@pytest.mark.parametrize("case", cases("chat_concurrency"))
def test_chat(case: Case) -> None:
    got = chat_answered(case)
    if case.get("unstable"):
        assert not got.is_stable
        assert got.of_offered == 0
        assert isinf(got.mean_wait_s)
        return
    assert got.p_wait == close(case["p_wait"])
    assert got.p_abandon == close(case["p_abandon"])
    assert got.of_offered == close(case["sl_answered_in_T_of_offered"])
    assert got.mean_wait_s == close(case["mean_wait_all_s"])
    assert got.chats == close(case["mean_chats_in_service"])
    assert got.concurrency == close(case["avg_concurrency_per_busy_agent"])
    assert got.busy_share == close(case["agent_busy_fraction"])
    assert got.slot_share == close(case["slot_occupancy"])
    assert got.throughput_per_hour == close(case["max_throughput_per_hour"])
    simulated = case["simulation_least_loaded_no_rebalance"]["sl"]
    assert got.of_offered == pytest.approx(simulated, abs=0.01)


# Told in the notes beside the reference, which give its handle times.
LARGEST: Case = {
    "agents": 100,
    "aht_s_by_concurrency": [600, 690, 810],
    "arrivals_per_hour": 1400,
    "patience_s": 300,
    "target_s": 60,
}


def is_of(chats: Case, slots: Case) -> bool:
    """Whether a row of slots was made from these chats."""
    is_steady = slots["exact_balanced_sl"] is not None
    return chats["agents"] == slots["agents"] and is_steady != chats.get("unstable", False)


@pytest.mark.parametrize("case", cases("chat_slot_model_vs_balanced"))
def test_chat_as_so_many_slots_is_no_better_than_the_chain(case: Case) -> None:
    """The common short cut: agents x concurrency servers at the slowest handle time."""
    known = [param.values[0] for param in cases("chat_concurrency")]
    chats = next((each for each in known if is_of(each, case)), LARGEST)
    common: Case = {
        "arrivals_per_hour": chats["arrivals_per_hour"],
        "aht_s": chats["aht_s_by_concurrency"][-1],
        "agents": case["slots"],
        "target_s": chats["target_s"],
    }
    patience = chats["patience_s"]
    slots = erlang_c(**common) if patience is None else erlang_a(**common, patience_s=patience)
    assert slots.of_offered == close(case["sl"])
    assert slots.p_wait == close(case["p_wait"])
    if case["exact_balanced_sl"] is not None:
        assert chat_answered(chats).of_offered == close(case["exact_balanced_sl"])


@pytest.mark.parametrize("case", cases("deferred_work"))
def test_deferred_work(case: Case) -> None:
    open_hours = np.array([float(each) for each in case["open_pattern"]]) * case["bin_hours"]
    work = np.zeros(len(open_hours))
    arrivals = case["arrivals_per_bin"]
    work[: len(arrivals)] = np.array(arrivals) * case["aht_min"] / 60
    due = deferred.due_bins(open_hours, case["sla_bins"] * case["bin_hours"], bin_hours=case["bin_hours"])
    got = deferred.constant_agents(work, due, open_hours)
    assert work.sum() == close(case["total_work_hours"])
    assert got.agents == close(case["min_constant_agents"])
    assert [got.start, got.end] == case["critical_interval"]
    assert work.sum() / open_hours.sum() == close(case["naive_work_over_open_hours"])
    assert deferred.late_work(work, due, open_hours, got.agents) == pytest.approx(0, abs=1e-9)
    late = deferred.late_work(work, due, open_hours, 0.98 * got.agents)
    assert late == pytest.approx(case["edf_late_work_at_98pct"], abs=1e-6)
    even = deferred.even_agents(work, due, open_hours)
    assert even.max() == close(case["lp_min_peak"])
    assert deferred.late_work(work, due, open_hours, even) == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("case", cases("backlog_recursion"))
def test_backlog(case: Case) -> None:
    got = deferred.backlog(case["start"], case["arrivals"], case["capacity"])
    assert list(got.stock) == case["backlog"]
    assert list(got.completed) == case["completed"]
    assert got.periods_to_clear == case["days_to_clear_at_last_net"]


@pytest.mark.parametrize("case", cases("shrinkage"))
def test_shrinkage(case: Case) -> None:
    external, internal, net = case["external"], case["internal"], case["net_required"]
    both = shrinkage.compound(external, internal)
    assert both == close(case["compound_total"])
    assert external + internal == close(case["additive_total"])
    assert shrinkage.gross(net, both) == close(case["gross_compound"])
    assert shrinkage.gross(net, external + internal) == close(case["gross_additive"])
    assert shrinkage.gross(net, external + internal) > case["wrong_multiplier"]


@pytest.mark.parametrize("case", cases("occupancy_utilisation"))
def test_occupancy_and_utilisation(case: Case) -> None:
    spent = shrinkage.PaidTime(
        paid=case["paid_min"],
        breaks=case["breaks"],
        offline=case["offline_work"],
        idle=case["available_idle"],
        handling=case["handling"],
    )
    assert spent.occupancy == close(case["occupancy"])
    assert spent.utilisation == close(case["utilisation_paid"])
    assert spent.productive == close(case["utilisation_productive"])
    assert spent.shrinkage == close(case["shrinkage"])


@pytest.mark.parametrize("case", cases("adherence_conformance"))
def test_adherence_and_conformance(case: Case) -> None:
    got = adherence.kept(
        [tuple(each) for each in case["scheduled"]],
        [tuple(each) for each in case["actual"]],
        work=frozenset({"work"}),
    )
    assert got.scheduled == case["scheduled_min"]
    assert got.in_adherence == case["in_adherence_min"]
    assert got.unscheduled == case["unscheduled_min"]
    assert got.adherence == close(case["adherence"])
    assert got.conformance == close(case["work_conformance"])


@pytest.mark.parametrize("case", cases("accuracy"))
def test_accuracy(case: Case) -> None:
    train, actual, told = (np.array(case[name]) for name in ("train", "y", "f"))
    assert backtest.wape(actual, told) == close(case["wape"])
    assert backtest.bias(actual, told) == close(case["bias"])
    assert backtest.mase(actual, told, train=train, season=case["m"]) == close(case["mase"])
    assert backtest.mae(actual, told) == close(case["mae"])
    assert backtest.rmse(actual, told) == close(case["rmse"])
    assert backtest.mape(actual, told) == (None if case["mape"] is None else close(case["mape"]))


@pytest.mark.parametrize("case", cases("fte_cost"))
def test_full_time_equivalents_and_cost(case: Case) -> None:
    got = capacity.load(
        contacts=case["contacts_per_month"],
        aht_s=case["aht_min"] * 60,
        occupancy=case["occupancy"],
        shrinkage=case["shrinkage"],
        contract_h_week=case["contract_hours_week"],
        cost_per_h=case["cost_per_paid_hour"],
    )
    assert got.workload_h == close(case["workload_h"])
    assert got.paid_h == close(case["paid_h"])
    assert got.fte == close(case["fte"])
    assert got.cost == close(case["cost"])
    assert got.cost_per_contact == close(case["cost_per_contact"])


@pytest.mark.parametrize("case", cases("hiring_plan"))
def test_hiring_plan(case: Case) -> None:
    plan = capacity.hiring_plan(
        start=case["start"],
        attrition=case["monthly_attrition"],
        requisitions=case["requisitions"],
        lead_months=case["lead_months"],
        ramp=case["ramp"],
        months=len(case["headcount"]),
    )
    assert [month.headcount for month in plan] == close(case["headcount"])
    assert [month.effective for month in plan] == close(case["effective_fte"])
