"""What Erlang and chat formulas take at ten thousand agents, in processor time."""

from collections.abc import Callable
from time import process_time
from typing import Any

from workforce import chat
from workforce.erlang import erlang_a, erlang_c, required_agents

AGENTS, AHT_S, TARGET_S, PATIENCE_S = 10_000, 300, 20, 180
ARRIVALS = 0.97 * AGENTS * 3600 / AHT_S
CHAT_S = (600, 690, 810)
CHATS = AGENTS * 2.4 * 3600 / CHAT_S[-1]
REPEATS = 5


def run() -> None:
    """Print the best of a few runs of each question."""
    given: dict[str, Any] = {"arrivals_per_hour": ARRIVALS, "aht_s": AHT_S, "target_s": TARGET_S}
    ways: dict[str, Callable[[], object]] = {
        "Erlang C, given agents": lambda: erlang_c(**given, agents=AGENTS),
        "Erlang A, given agents": lambda: erlang_a(**given, agents=AGENTS, patience_s=PATIENCE_S),
        "Erlang C, required": lambda: required_agents(**given, share=0.8),
        "Erlang C, required, occupancy 85 %": lambda: required_agents(**given, share=0.8, max_occupancy=0.85),
        "Erlang A, required": lambda: required_agents(**given, share=0.8, patience_s=PATIENCE_S),
        "chat, given agents": lambda: chat.answered(
            arrivals_per_hour=CHATS, aht_s=CHAT_S, agents=AGENTS, target_s=60, patience_s=300
        ),
        "chat, required": lambda: chat.required_agents(
            arrivals_per_hour=CHATS, aht_s=CHAT_S, target_s=60, share=0.8, patience_s=300
        ),
    }
    print(f"{'question, about 10,000 agents':40}{'ms':>10}")
    for name, way in ways.items():
        print(f"{name:40}{1000 * min(_seconds(way) for _ in range(REPEATS)):>10.2f}")


def _seconds(way: Callable[[], object]) -> float:
    began = process_time()
    way()
    return process_time() - began
