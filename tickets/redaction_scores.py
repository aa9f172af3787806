"""How much of what is personal the redactor finds, by kind, and how much of what it masks is."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from tickets.redaction import STRUCTURED, Redacted

# What other collections call the same kinds.
SAME = {
    **{"email_address": "email", "phone_number": "phone", "credit_card": "card", "iban_code": "iban"},
    **{"us_ssn": "ssn", "ip_address": "ip", "domain_name": "url", "person": "name"},
}


@dataclass(frozen=True, slots=True)
class Span:
    """What a person marked: something of `kind` from `start` to `end`."""

    kind: str
    start: int
    end: int


@dataclass
class Tally:
    """Counts over texts; a span is found when every letter and digit of it is masked, as whatever kind."""

    texts: int = 0
    clean_texts: int = 0  # nothing marked in them
    clean_touched: int = 0  # of those, the ones in which something was masked
    touched: int = 0
    marked: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    masked: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)  # masked where something was marked

    def add(self, text: str, spans: Iterable[Span], told: Redacted) -> None:
        marked = list(spans)
        hidden = _places(told)
        self.texts += 1
        self.touched += bool(told.detections)
        self.clean_texts += not marked
        self.clean_touched += not marked and bool(told.detections)
        for span in marked:
            kind = kind_of(span.kind)
            self.marked[kind] += 1
            self.found[kind] += all(at in hidden for at in range(span.start, span.end) if text[at].isalnum())
        for one in told.detections:
            self.masked[one.kind.value] += 1
            self.right[one.kind.value] += any(s.start < one.end and one.start < s.end for s in marked)

    def kinds(self) -> dict[str, dict[str, float | int | None]]:
        """Recall and precision of each kind that was marked or masked."""
        return {
            kind: {
                "marked": self.marked[kind],
                "found": self.found[kind],
                "recall": share(self.found[kind], self.marked[kind]),
                "masked": self.masked[kind],
                "precision": share(self.right[kind], self.masked[kind]),
            }
            for kind in sorted(self.marked | self.masked)
        }

    @property
    def structured_recall(self) -> float | None:
        """Of what has a form that can be checked: addresses, numbers, accounts."""
        return share(sum(self.found[kind] for kind in STRUCTURED), sum(self.marked[kind] for kind in STRUCTURED))

    @property
    def precision(self) -> float | None:
        return share(self.right.total(), self.masked.total())


def kind_of(name: str) -> str:
    """The kind under our name, where we have one."""
    small = name.strip().lower()
    return SAME.get(small, small)


def share(part: int, whole: int) -> float | None:
    """None of nothing."""
    return part / whole if whole else None


def _places(told: Redacted) -> set[int]:
    return {at for one in told.detections for at in range(one.start, one.end)}
