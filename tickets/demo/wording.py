"""Templates of words and how one is said: the same number always says the same.

A template holds `{a|b}` for alternatives and `{slot}` for one of SLOTS of its language or of
FILLERS. What is personal in the outcome is invented: names are those of the catalogue, addresses,
numbers and accounts those that are kept for examples.
"""

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tickets.demo.catalogue import GIVEN_NAMES

WORDS = Path(__file__).parent / "words"
_MASK = (1 << 64) - 1
_HANDLES = ("_{n}", ".x{n}", "{n}", "_clips{n}")
_CARDS = ("4111 1111 1111 1111", "5555555555554444", "4000-0566-5566-5556", "2223003122003222", "378282246310005")
_IBANS = (
    "DE89 3704 0044 0532 0130 00",
    "GB82WEST12345698765432",
    "FR1420041010050500013M02606",
    "ES9121000418450200051332",
)
_DEVICES = ("Pixel 7", "Galaxy S22", "iPhone 13", "iPhone 15 Pro", "Redmi Note 12", "iPad", "Moto G54")
_COMMUNITY = "Italian"


@dataclass(slots=True)
class Told:
    """What a template may speak of: who writes, who answered, when, and how long it is late."""

    requester: int
    agent: str
    hour: str
    late: int

    @property
    def name(self) -> str:
        return GIVEN_NAMES[self.requester % len(GIVEN_NAMES)]

    @property
    def email(self) -> str:
        return f"{self.name.lower()}{self.requester}@mail.example.com"

    @property
    def handle(self) -> str:
        return f"@{self.name.lower()}{_HANDLES[self.requester % len(_HANDLES)].format(n=self.requester)}"


Filler = Callable[[int, Told], str]
# Each gets a number to draw from.
FILLERS: Mapping[str, Filler] = {
    "n": lambda luck, told: str(2 + luck % 8),
    "late": lambda luck, told: str(told.late + luck % 3),
    "money": lambda luck, told: f"{'$€£'[luck % 3]}{3 + luck // 3 % 240}.{luck // 720 % 100:02}",
    "order": lambda luck, told: f"{100 + luck % 900}-{luck // 900 % 10**7:07}-{luck // 10**10 % 10**7:07}",
    "txn": lambda luck, told: f"TX{luck % 10**12:012}",
    "video": lambda luck, told: f"v{luck % 10**10:010}",
    "code": lambda luck, told: ("E-1042", "403", "0x80070005", "500", "P-17", "1001")[luck % 6],
    "version": lambda luck, told: f"{30 + luck % 9}.{luck // 9 % 9}.{luck // 81 % 4}",
    "device": lambda luck, told: _DEVICES[luck % len(_DEVICES)],
    "hour": lambda luck, told: told.hour,
    "kid": lambda luck, told: ("son", "daughter", "nephew")[luck % 3],
    "community": lambda luck, told: _COMMUNITY,
    "agent": lambda luck, told: told.agent,
    "name": lambda luck, told: told.name,
    "email": lambda luck, told: told.email,
    "handle": lambda luck, told: told.handle,
    "url": lambda luck, told: f"https://app.example.com/{told.handle}",
    "phone": lambda luck, told: (f"+1 415 555 01{luck % 100:02}", f"07700 900{luck % 1000:03}")[luck // 1000 % 2],
    "ip": lambda luck, told: f"203.0.113.{luck % 254 + 1}",
    "card": lambda luck, told: _CARDS[luck % len(_CARDS)],
    "iban": lambda luck, told: _IBANS[luck % len(_IBANS)],
}
Part = str | tuple["Template", ...] | Filler


@dataclass(frozen=True)
class Template:
    """A sentence in parts: words, alternatives, fillers."""

    parts: tuple[Part, ...]

    def say(self, luck: int, told: Told) -> str:
        """The sentence that `luck` (64 bits) picks."""
        said = []
        for part in self.parts:
            if isinstance(part, str):
                said.append(part)
                continue
            luck = stirred(luck)
            draw = luck >> 16
            said.append(part[draw % len(part)].say(luck, told) if isinstance(part, tuple) else part(draw, told))
        return "".join(said)


def stirred(luck: int) -> int:
    """The next number after `luck`: one step of a 64-bit linear congruential generator."""
    return (luck * 6_364_136_223_846_793_005 + 1_442_695_040_888_963_407) & _MASK


@cache
def vocabulary(language: str) -> Mapping[str, Any]:
    """The words of a language, every template parsed: as the file's tables, strings become templates."""
    told = tomllib.loads((WORDS / f"{language}.toml").read_text(encoding="utf-8"))
    slots: dict[str, tuple[Template, ...]] = {}
    for name, sentences in {"weekday": told.pop("weekdays"), **told.pop("slots", {})}.items():
        slots[name] = tuple(parsed(sentence, slots) for sentence in sentences)
    parsed_words = _parsed(told, slots)
    assert isinstance(parsed_words, dict)
    return parsed_words


def _parsed(value: Any, slots: Mapping[str, tuple[Template, ...]]) -> Any:
    if isinstance(value, dict):
        return {name: _parsed(inner, slots) for name, inner in value.items()}
    return tuple(parsed(sentence, slots) for sentence in value)


def parsed(sentence: str, slots: Mapping[str, Sequence[Template]]) -> Template:
    """Raises KeyError for a slot that nobody fills. Alternatives may hold slots, not alternatives."""
    parts: list[Part] = []
    at = 0
    for match in _SLOT_OR_CHOICE.finditer(sentence):
        if match.start() > at:
            parts.append(sentence[at : match.start()])
        parts.append(_part(match[1], slots))
        at = match.end()
    if at < len(sentence):
        parts.append(sentence[at:])
    return Template(tuple(parts))


_SLOT_OR_CHOICE = re.compile(r"\{((?:[^{}]|\{\w+\})*)\}")


def _part(inside: str, slots: Mapping[str, Sequence[Template]]) -> Part:
    if "|" in inside:
        return tuple(parsed(choice, slots) for choice in inside.split("|"))
    return tuple(slots[inside]) if inside in slots else FILLERS[inside]
