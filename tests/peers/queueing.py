"""Sections of reference values on waiting in line: Erlang C and A, square-root staffing, chat."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from tests.peers.outcome import BadCase, Case
from tests.peers.reference_values import Answers, Section, Tolerance
from workforce import chat
from workforce.erlang import (
    Answered,
    erlang_a,
    erlang_c,
    p_abandon_limit,
    p_wait_limit,
    p_wait_limit_with_patience,
    required_agents,
    square_root_agents,
)

QUEUE = ("arrivals_per_hour", "aht_s", "agents", "target_s")
CHAT = ("arrivals_per_hour", "aht_s_by_concurrency", "agents", "target_s", "patience_s")
SIMULATED = "simulation_least_loaded_no_rebalance"
SIMULATION = Tolerance(0.01)  # the chain lies within .7 points of it, measured
EXACT = "exact_balanced_sl"
SAME = Tolerance(1e-6)
# Of the notes beside the values: the chats of a row of slots whose handle times stand there alone.
LARGEST: Case = {
    "agents": 100,
    "aht_s_by_concurrency": [600, 690, 810],
    "arrivals_per_hour": 1400,
    "patience_s": 300,
    "target_s": 60,
}


def sections(chats: Sequence[Any]) -> dict[str, Section]:
    """`chats`: the file's cases of chat, to which its rows of slots refer."""
    return {
        "erlang_c": Section(QUEUE, _erlang_c),
        "erlang_c_required": Section(
            ("arrivals_per_hour", "aht_s", "target_s", "target_sl", "max_occupancy"), _required
        ),
        "erlang_a": Section((*QUEUE, "patience_s"), _erlang_a),
        "square_root_staffing_erlang_c": Section(("beta", "R"), _square_root),
        "square_root_staffing_erlang_a": Section(("beta", "R", "theta_over_mu"), _square_root_with_patience),
        "chat_concurrency": Section(CHAT, _chat, {f"{SIMULATED}.sl": SIMULATION}),
        "chat_slot_model_vs_balanced": Section(("agents", "slots"), partial(_slots, [*chats, LARGEST])),
    }


def _erlang_c(case: Case) -> Answers:
    got = erlang_c(**{name: case[name] for name in QUEUE})
    return {
        "load_erlang": got.load,
        "erlang_b": got.blocking,
        "p_wait": got.p_wait,
        "service_level": got.of_offered,
        "asa_s": got.mean_wait_s,
        "occupancy": got.occupancy,
    }


def _required(case: Case) -> Answers:
    got = required_agents(
        arrivals_per_hour=case["arrivals_per_hour"],
        aht_s=case["aht_s"],
        target_s=case["target_s"],
        share=case["target_sl"],
        max_occupancy=case["max_occupancy"],
    )
    return {"agents": got.agents, "achieved_sl": got.of_offered, "load": got.load}


def _erlang_a(case: Case) -> Answers:
    got = erlang_a(**{name: case[name] for name in QUEUE}, patience_s=case["patience_s"])
    return {
        "load": got.load,
        "p_wait": got.p_wait,
        "p_abandon": got.p_abandon,
        "mean_wait_all_s": got.mean_wait_s,
        "mean_queue": got.mean_queue,
        "occupancy": got.occupancy,
        "sl_virtual": got.virtual,
        "sl_answered_within_T_of_offered": got.of_offered,
        "sl_answered_within_T_of_answered": got.of_answered,
    }


def _square_root(case: Case) -> Answers:
    agents = square_root_agents(case["R"], case["beta"])
    exact = erlang_c(arrivals_per_hour=case["R"] * 36, aht_s=100, agents=agents, target_s=20)
    return {"p_wait_limit": p_wait_limit(case["beta"]), "N": agents, "exact_p_wait_at_N": exact.p_wait}


def _square_root_with_patience(case: Case) -> Answers:
    beta, theta = case["beta"], case["theta_over_mu"]
    agents = square_root_agents(case["R"], beta)
    exact = erlang_a(arrivals_per_hour=case["R"] * 36, aht_s=100, agents=agents, target_s=20, patience_s=100 / theta)
    return {
        "p_wait_limit": p_wait_limit_with_patience(beta, theta),
        "p_abandon_limit": p_abandon_limit(beta, theta, agents),
        "N": agents,
        "exact_p_wait": exact.p_wait,
        "exact_p_abandon": exact.p_abandon,
    }


def _answered(case: Case) -> chat.ChatAnswered:
    return chat.answered(
        arrivals_per_hour=case["arrivals_per_hour"],
        aht_s=case["aht_s_by_concurrency"],
        agents=case["agents"],
        target_s=case["target_s"],
        patience_s=case["patience_s"],
    )


def _chat(case: Case) -> Answers:
    got = _answered(case)
    return {
        "unstable": not got.is_stable,
        "p_wait": got.p_wait,
        "p_abandon": got.p_abandon,
        "sl_answered_in_T_of_offered": got.of_offered,
        "mean_wait_all_s": got.mean_wait_s,
        "mean_chats_in_service": got.chats,
        "avg_concurrency_per_busy_agent": got.concurrency,
        "agent_busy_fraction": got.busy_share,
        "slot_occupancy": got.slot_share,
        "max_throughput_per_hour": got.throughput_per_hour,
        SIMULATED: None,  # where nothing was simulated
        f"{SIMULATED}.sl": got.of_offered,
    }


def _slots(chats: Sequence[Any], case: Case) -> Answers:
    """The common short cut: agents x concurrency servers at the slowest handle time."""
    of, exact = _chats_of(chats, case)
    slots = _as_slots(of, case["slots"])
    return {"sl": slots.of_offered, "p_wait": slots.p_wait, EXACT: exact}


def _chats_of(chats: Sequence[Any], case: Case) -> tuple[Case, float | None]:
    """The chats a row was made from, told by its size and, among several, by the exact answer; and that."""
    sized = [
        (each, got.of_offered if (got := _answered(each)).is_stable else None)
        for each in chats
        if each["agents"] == case["agents"] and len(each["aht_s_by_concurrency"]) * each["agents"] == case["slots"]
    ]
    if not sized:
        raise BadCase(f"no case of chat_concurrency has {case['agents']} agents with {case['slots']} slots")
    return next((found for found in sized if SAME.is_near(found[1], case[EXACT])), sized[0])


def _as_slots(chats: Case, slots: int) -> Answered:
    common = {
        "arrivals_per_hour": chats["arrivals_per_hour"],
        "aht_s": chats["aht_s_by_concurrency"][-1],
        "agents": slots,
        "target_s": chats["target_s"],
    }
    patience_s = chats["patience_s"]
    return erlang_c(**common) if patience_s is None else erlang_a(**common, patience_s=patience_s)
