"""Amounts by bucket and cut: what cells are read into and figures are made from."""

from dataclasses import dataclass, field

import numpy as np

Key = tuple[int | None, tuple[int, ...]]  # bucket (day number or hour of week), codes of the cuts


@dataclass(frozen=True)
class Groups:
    """Amounts of one source by bucket and cut.

    keys: g of them. sums: per additive measure int64[g]. durations: per histogram measure
    (group int64[m], seconds float64[m], weight int64[m]). opening: per cut the sums of everything
    before the period, where it was asked for.
    """

    keys: list[Key]
    sums: dict[str, np.ndarray] = field(default_factory=dict)
    durations: dict[str, tuple[np.ndarray, np.ndarray, np.ndarray]] = field(default_factory=dict)
    opening: dict[tuple[int, ...], dict[str, int]] = field(default_factory=dict)
