"""From people on the work to people on the payroll, and how their paid time is spent.

External shrinkage (leave, sickness) is a share of paid time, internal (breaks, meetings, training)
one of attended time: together 1 - (1 - e)(1 - i). Gross is net / (1 - s), never net x (1 + s).
"""

from dataclasses import dataclass


def compound(external: float, internal: float) -> float:
    """Both layers as one share of paid time."""
    return 1 - (1 - external) * (1 - internal)


def gross(net: float, shrinkage: float) -> float:
    """People on the payroll so that `net` are on the work."""
    if not 0 <= shrinkage < 1:
        raise ValueError(f"shrinkage {shrinkage:g} leaves nobody; it is a share below 1")
    return net / (1 - shrinkage)


@dataclass(frozen=True)
class PaidTime:
    """Paid minutes of one or many people. Multi-chat: `handling` is time with a chat at least."""

    paid: float
    breaks: float
    offline: float
    idle: float
    handling: float

    @property
    def occupancy(self) -> float | None:
        """Handling / (handling + waiting for work)."""
        return _part(self.handling, self.handling + self.idle)

    @property
    def utilisation(self) -> float | None:
        """Handling / paid = occupancy x (1 - shrinkage)."""
        return _part(self.handling, self.paid)

    @property
    def productive(self) -> float | None:
        """(Handling + waiting for work) / paid: what shrinkage leaves."""
        return _part(self.handling + self.idle, self.paid)

    @property
    def shrinkage(self) -> float | None:
        return _part(self.breaks + self.offline, self.paid)


def _part(part: float, whole: float) -> float | None:
    return part / whole if whole else None
