"""The rest of the day, once part of it has been seen.

f' = f exp(0.8 w ln(A / F)), with A contacts come and F expected so far, and the credibility
w = tau^2 / (tau^2 + 1 / F) of the day so far: tau is how far whole days miss their forecast (log
sd, net of counting noise), 1 / F the noise of a count. The plain ratio (w = 1) makes quiet queues
worse.
"""

from math import exp, log

DAMPED = 0.8


def credibility(expected: float, *, day_sd: float) -> float:
    """How far the day so far is believed, 0 to 1."""
    return day_sd**2 / (day_sd**2 + 1 / expected) if expected > 0 and day_sd > 0 else 0.0


def rest_of_day_factor(came: float, expected: float, *, day_sd: float) -> float:
    """What to multiply the forecast of the rest of the day by. A day without a contact counts as half of one."""
    if expected <= 0:
        return 1.0
    weight = credibility(expected, day_sd=day_sd)
    return exp(DAMPED * weight * log(max(came, 0.5) / expected)) if weight else 1.0
