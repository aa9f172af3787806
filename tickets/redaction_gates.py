"""Quick looks at a text that tell that a search would find nothing in it; most texts are told by them.

Each says yes wherever the search that it spares could find something: the outcome is the same without it.
"""

import re
from collections.abc import Iterable

_SEVEN_DIGITS = re.compile(r"(?:\d\D*+){7}")  # the fewest of a card, a social security or a telephone number
# Letters that `lower` does not make what a pattern that ignores case takes them for.
_TAKEN_FOR = {"İ": "i", "ı": "i", "ſ": "s"}


def in_small(text: str) -> str:
    """`text` for `may_hold`."""
    if not text.isascii():
        for letter, plain in _TAKEN_FOR.items():
            text = text.replace(letter, plain)
    return text.lower()


def may_hold(small: str, hints: Iterable[str]) -> bool:
    """Whether one of the hints, in small letters, stands in a text in small letters."""
    for hint in hints:  # noqa: SIM110  (half the time of any())
        if hint in small:
            return True
    return False


def may_hold_url(text: str) -> bool:
    return "." in text and ("/" in text or "www" in text or "www." in in_small(text))


def may_hold_email(text: str) -> bool:
    return "@" in text or "%40" in text or "\N{FULLWIDTH COMMERCIAL AT}" in text


def may_hold_long_number(text: str) -> bool:
    return _SEVEN_DIGITS.search(text) is not None
