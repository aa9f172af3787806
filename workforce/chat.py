"""Chat: several conversations an agent, each slower the more there are.

A balanced birth-death chain (Luo and Zhang 2013; Tezcan and Zhang 2014): the least loaded agent
takes the next chat, so with i chats and N agents r = i mod N agents have q + 1 = i div N + 1 chats
and the others q. An agent with k chats finishes k / AHT_k a second. Beyond N x c chats the rest
wait in line, as in Erlang A with the chain's full rate in place of N mu.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import ceil, exp, inf

import numpy as np

from workforce.erlang import HOUR_S, Impossible, Waiting, fewest_that, margin_of, part_served
from workforce.series import Amounts


@dataclass(frozen=True)
class ChatAnswered:
    """What N agents give. `busy_share` is the time with a chat at least, `concurrency` the chats then."""

    agents: int
    p_wait: float
    p_abandon: float
    mean_wait_s: float
    of_offered: float
    chats: float
    concurrency: float
    busy_share: float
    slot_share: float
    throughput_per_hour: float
    is_stable: bool = True


def answered(
    *,
    arrivals_per_hour: float,
    aht_s: Sequence[float],
    agents: int,
    target_s: float,
    patience_s: float | None = None,
) -> ChatAnswered:
    """`aht_s[k - 1]` is the elapsed handle time of a chat whose agent has k of them."""
    _check(arrivals_per_hour, aht_s, agents, target_s, patience_s)
    concurrent = len(aht_s)
    most = agents * concurrent / aht_s[-1] if agents else 0.0
    per_second = arrivals_per_hour / HOUR_S
    if per_second == 0 and agents:
        return ChatAnswered(agents, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, most * HOUR_S)
    if agents == 0:
        waits, lost = (inf, 0.0) if patience_s is None else (patience_s, 1.0)
        return ChatAnswered(0, 1.0, lost, waits, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, patience_s is not None)
    if patience_s is None and per_second >= most:
        slots = agents * concurrent
        return ChatAnswered(agents, 1.0, 0.0, inf, 0.0, slots, concurrent, 1.0, 1.0, most * HOUR_S, False)
    return _steady(per_second, aht_s, agents, target_s, patience_s)


def required_agents(
    *,
    arrivals_per_hour: float,
    aht_s: Sequence[float],
    target_s: float,
    share: float,
    max_occupancy: float = 1.0,
    patience_s: float | None = None,
) -> ChatAnswered:
    """The fewest agents that answer `share` within the target with at most `max_occupancy` of slots taken."""
    if not 0 < share < 1:
        raise Impossible(f"share {share:g} is not between 0 and 1; no number of agents answers all in time")
    _check(arrivals_per_hour, aht_s, 0, target_s, patience_s)

    @cache
    def given(agents: int) -> ChatAnswered:
        return answered(
            arrivals_per_hour=arrivals_per_hour,
            aht_s=aht_s,
            agents=agents,
            target_s=target_s,
            patience_s=patience_s,
        )

    if arrivals_per_hour == 0:
        return ChatAnswered(0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0)

    def margin(agents: int) -> float:
        got = given(agents)
        return margin_of(got.of_offered, share, got.slot_share, max_occupancy)

    served = part_served(target_s, share, patience_s) / _speed(aht_s, 1.0)
    calm = 1.0 / _speed(aht_s, max_occupancy) if max_occupancy < 1 else 0.0
    return given(fewest_that(margin, guess=ceil(arrivals_per_hour / HOUR_S * max(served, calm))))


def _speed(aht_s: Sequence[float], slot_share: float) -> float:
    """Chats that an agent finishes a second with that share of slots taken."""
    speeds = [0.0, *((k + 1) / time for k, time in enumerate(aht_s))]
    return float(np.interp(slot_share * len(aht_s), range(len(speeds)), speeds))


def _steady(
    per_second: float, aht_s: Sequence[float], agents: int, target_s: float, patience_s: float | None
) -> ChatAnswered:
    slots = agents * len(aht_s)
    rates = completion_rates(aht_s, agents)
    logs = np.concatenate([[0.0], np.cumsum(np.log(per_second / rates))])  # of each state against the empty one
    line, beyond, lost = _line(per_second, float(rates[-1]), target_s, patience_s)
    weights = np.exp(logs - logs.max())
    in_line = weights[-1] * line  # all states with every slot taken
    whole = weights[:-1].sum() + in_line
    p_wait = float(in_line / whole)
    chance = weights / whole
    chance[-1] = p_wait
    states = np.arange(slots + 1)
    # Added up by numpy: the threads that `@` starts for long vectors took five milliseconds of ten.
    chats = float((chance * states).sum())
    busy = float((chance * np.minimum(states, agents)).sum()) / agents
    p_abandon = p_wait * lost
    wait = p_abandon * patience_s if patience_s else p_wait / (float(rates[-1]) - per_second)
    in_time = min(1.0, max(0.0, 1 - p_abandon - p_wait * beyond))
    concurrency = chats / (agents * busy) if busy else 0.0
    throughput = float(rates[-1]) * HOUR_S
    return ChatAnswered(agents, p_wait, p_abandon, wait, in_time, chats, concurrency, busy, chats / slots, throughput)


def completion_rates(aht_s: Sequence[float], agents: int) -> Amounts:
    """Chats finished a second with 1 .. agents x concurrency chats under way."""
    state = np.arange(1, agents * len(aht_s) + 1)
    each, more = np.divmod(state, agents)
    speed = np.array([0.0, *((k + 1) / time for k, time in enumerate(aht_s)), 0.0])
    return np.asarray((agents - more) * speed[each] + more * speed[each + 1])


def _line(per_second: float, served: float, target_s: float, patience_s: float | None) -> tuple[float, float, float]:
    """Weight of the line against its first state; of those who wait, served beyond T, and lost."""
    if patience_s is None:
        return 1 / (1 - per_second / served), exp(-(served - per_second) * target_s), 0.0
    waits = Waiting(served, per_second, 1 / patience_s)
    return exp(waits.log_a), waits.p_served_beyond(target_s), waits.p_abandon


def _check(
    arrivals_per_hour: float, aht_s: Sequence[float], agents: int, target_s: float, patience_s: float | None
) -> None:
    if not 0 <= arrivals_per_hour < inf:
        raise Impossible(f"arrivals {arrivals_per_hour:g} an hour are not a rate")
    if not aht_s or not all(0 < each < inf for each in aht_s):
        raise Impossible("a chat needs a handle time above nought for each number of chats at once")
    if agents < 0 or not 0 <= target_s < inf:
        raise Impossible("agents and target cannot be below nought")
    if patience_s is not None and not patience_s > 0:
        raise Impossible(f"patience {patience_s:g} s is not above nought")
