"""How many people a queue needs, by what kind of work it is. Assumptions in, people and what they give out."""

from dataclasses import asdict, dataclass
from enum import StrEnum
from math import isfinite
from typing import Any

import numpy as np

from workforce import chat, deferred, erlang
from workforce.erlang import Impossible
from workforce.series import Amounts, Codes
from workforce.shrinkage import compound, gross

HOUR_S = 3600
NEGLIGIBLE = 1e-6  # contacts an hour


class Kind(StrEnum):
    LIVE = "live"
    CHAT = "chat"
    DEFERRED = "deferred"


@dataclass(frozen=True)
class Assumptions:
    """What staffing rests on. `concurrent_aht_s`: handle time with 1, 2, 3 ... chats at once."""

    kind: Kind
    aht_s: float
    target_s: float
    share: float = 0.8
    max_occupancy: float = 1.0
    patience_s: float | None = None
    concurrent_aht_s: tuple[float, ...] = ()
    external: float = 0.0
    internal: float = 0.0
    is_business_time: bool = False

    @property
    def shrinkage(self) -> float:
        return compound(self.external, self.internal)

    @property
    def model(self) -> str:
        if self.kind is Kind.LIVE:
            return "erlang-c" if self.patience_s is None else "erlang-a"
        return self.kind.value

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"shrinkage": self.shrinkage}


@dataclass(frozen=True)
class Given:
    """What a number of agents gives; None where the kind of work has no such figure, or it is without end."""

    agents: float
    gross: float
    load: float
    service_level: float | None
    mean_wait_s: float | None
    p_wait: float | None
    p_abandon: float | None
    occupancy: float | None
    concurrency: float | None = None
    is_stable: bool = True


def needed(arrivals_per_hour: float, assumptions: Assumptions) -> Given:
    """The fewest agents that keep the goal for live work or chat; raises Impossible for a goal out of reach."""
    _check(assumptions)
    if assumptions.kind is Kind.CHAT:
        return _of_chat(
            chat.required_agents(
                arrivals_per_hour=arrivals_per_hour,
                aht_s=assumptions.concurrent_aht_s,
                target_s=assumptions.target_s,
                share=assumptions.share,
                max_occupancy=assumptions.max_occupancy,
                patience_s=assumptions.patience_s,
            ),
            arrivals_per_hour,
            assumptions,
        )
    return _of_live(
        erlang.required_agents(
            arrivals_per_hour=arrivals_per_hour,
            aht_s=assumptions.aht_s,
            target_s=assumptions.target_s,
            share=assumptions.share,
            max_occupancy=assumptions.max_occupancy,
            patience_s=assumptions.patience_s,
        ),
        assumptions,
    )


def given(arrivals_per_hour: float, agents: int, assumptions: Assumptions) -> Given:
    """What `agents` give to live work or chat."""
    _check(assumptions)
    common: dict[str, Any] = {
        "arrivals_per_hour": arrivals_per_hour,
        "agents": agents,
        "target_s": assumptions.target_s,
    }
    if assumptions.kind is Kind.CHAT:
        got = chat.answered(**common, aht_s=assumptions.concurrent_aht_s, patience_s=assumptions.patience_s)
        return _of_chat(got, arrivals_per_hour, assumptions)
    if assumptions.patience_s is None:
        return _of_live(erlang.erlang_c(**common, aht_s=assumptions.aht_s), assumptions)
    return _of_live(erlang.erlang_a(**common, aht_s=assumptions.aht_s, patience_s=assumptions.patience_s), assumptions)


def by_interval(
    contacts: Amounts,
    *,
    interval_s: int,
    open_hours: Amounts,
    assumptions: Assumptions,
    waiting: Amounts | None = None,
) -> Amounts:
    """Net agents for each interval. `open_hours` are the open hours in each; `waiting` are the contacts that
    deferred work starts with, by the edge at which they are due (`waiting.by_due_edge`).
    """
    if assumptions.kind is Kind.DEFERRED:
        each_h = assumptions.aht_s / HOUR_S
        waiting_h = None if waiting is None else waiting * each_h
        return deferred.enough_agents(contacts * each_h, open_hours, _goal(interval_s, assumptions), waiting_h)
    rates = np.where(open_hours > 0, contacts * HOUR_S / interval_s, 0.0)
    rates = np.where(rates > NEGLIGIBLE, np.round(rates, 2), 0.0)
    levels, place = np.unique(rates, return_inverse=True)
    people = [0.0 if rate <= 0 else float(needed(float(rate), assumptions).agents) for rate in levels]
    least = 1.0 if contacts.sum() > 0 else 0.0  # whoever may be called is there
    return np.where(open_hours > 0, np.maximum(np.array(people)[place], least), 0.0)


def _goal(interval_s: int, assumptions: Assumptions) -> deferred.Goal:
    return deferred.Goal(
        deadline_h=assumptions.target_s / HOUR_S,
        share=assumptions.share,
        business=assumptions.is_business_time,
        bin_hours=interval_s / HOUR_S,
    )


def _due(open_hours: Amounts, interval_s: int, assumptions: Assumptions) -> Codes:
    return deferred.due_bins(
        open_hours,
        assumptions.target_s / HOUR_S,
        business=assumptions.is_business_time,
        bin_hours=interval_s / HOUR_S,
    )


def constant(contacts: Amounts, *, bin_hours: float, open_hours: Amounts, assumptions: Assumptions) -> Given:
    """The fewest constant agents that do deferred work in time."""
    _check(assumptions)
    work = contacts * assumptions.aht_s / HOUR_S
    due = _due(open_hours, round(bin_hours * HOUR_S), assumptions)
    found = deferred.constant_agents(work, due, open_hours)
    if not isfinite(found.agents):
        raise Impossible("some work falls due before any open hour could do it")
    hours = float(open_hours.sum())
    occupancy = float(work.sum()) / (found.agents * hours) if found.agents and hours else None
    whole = gross(found.agents, assumptions.shrinkage)
    return Given(found.agents, whole, float(work.sum()) / hours if hours else 0.0, 1.0, None, None, None, occupancy)


def _of_live(got: erlang.Answered, assumptions: Assumptions) -> Given:
    return Given(
        agents=got.agents,
        gross=gross(got.agents, assumptions.shrinkage),
        load=got.load,
        service_level=got.of_offered,
        mean_wait_s=_finite(got.mean_wait_s),
        p_wait=got.p_wait,
        p_abandon=got.p_abandon,
        occupancy=got.occupancy,
        is_stable=got.is_stable,
    )


def _of_chat(got: chat.ChatAnswered, arrivals_per_hour: float, assumptions: Assumptions) -> Given:
    return Given(
        agents=got.agents,
        gross=gross(got.agents, assumptions.shrinkage),
        load=arrivals_per_hour / HOUR_S * assumptions.concurrent_aht_s[-1] / len(assumptions.concurrent_aht_s),
        service_level=got.of_offered,
        mean_wait_s=_finite(got.mean_wait_s),
        p_wait=got.p_wait,
        p_abandon=got.p_abandon,
        occupancy=got.slot_share,
        concurrency=got.concurrency,
        is_stable=got.is_stable,
    )


def _finite(value: float) -> float | None:
    return value if isfinite(value) else None


def _check(assumptions: Assumptions) -> None:
    for layer in (assumptions.external, assumptions.internal):
        if not 0 <= layer < 1:
            raise Impossible(f"shrinkage {layer:g} is not a share from 0 to below 1")
    if assumptions.kind is Kind.CHAT and not assumptions.concurrent_aht_s:
        raise Impossible("chat needs a handle time for each number of chats at once")
    if assumptions.kind is Kind.DEFERRED and not (assumptions.aht_s > 0 and assumptions.target_s > 0):
        raise Impossible("deferred work has a handle time and a deadline above nought")
