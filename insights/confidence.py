"""How sure a suggestion is, learned from the scores of texts that were held out. Pure.

One temperature softens or sharpens all probabilities of a text (Guo et al. 2017, "On Calibration of Modern
Neural Networks"). Where labels have few texts each, no temperature fits: the first label is then promised too
much where it looks certain and too little where it does not. So the log odds of the first get a slope and a
shift of their own (Platt 1999, "Probabilistic outputs for support vector machines"), and the other labels
share what is left in the proportions that they had.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize, minimize_scalar
from scipy.special import expit, log_softmax, softmax

Floats = NDArray[np.float64]

TEMPERATURES = (0.2, 5.0)
TINY = np.finfo(float).tiny
LEAST = np.finfo(float).eps  # what is left for the others at the most certain
HAIR = 1e-9  # by which the first label stays the first


@dataclass(frozen=True)
class Confidence:
    """From scores to probabilities; as it is, a softmax."""

    temperature: float = 1.0
    slope: float = 1.0
    shift: float = 0.0

    @classmethod
    def of(cls, scores: Floats, truth: NDArray[np.int64]) -> "Confidence":
        """What makes held-out texts least surprising; `scores` [text, label], `truth` the place of each one's label."""
        temperature = _temperature(scores, truth)
        odds, is_right = _odds(softmax(scores / temperature, axis=1)), scores.argmax(axis=1) == truth

        def surprise(line: Floats) -> float:
            told = line[0] * odds + line[1]
            # Few texts, all of them right, would ask for certainty: slope 1 and shift 0 have a say of unit weight.
            return float((np.logaddexp(0, told) - is_right * told).sum() + ((line - [1, 0]) ** 2).sum() / 2)

        slope, shift = minimize(surprise, np.array([1.0, 0.0]), bounds=[(0, None), (None, None)]).x
        return cls(temperature, float(slope), float(shift))

    def chances(self, scores: Floats) -> Floats:
        """How likely each label is: [text, label], rows sum to 1, in the order of the scores."""
        told: Floats = np.asarray(softmax(scores / self.temperature, axis=1))
        rows, first = np.arange(len(told)), told.argmax(axis=1)
        sure = expit(self.slope * _odds(told) + self.shift)
        told[rows, first] = 0
        rest, second = told.sum(axis=1), told.max(axis=1)
        sure = np.maximum(sure, second / np.maximum(rest + second, TINY) * (1 + HAIR))
        told *= ((1 - sure) / np.maximum(rest, TINY))[:, None]
        told[rows, first] = sure
        return told


def _odds(chances: Floats) -> Floats:
    """Log odds of the likeliest label of each text."""
    first = chances.max(axis=1)
    odds: Floats = np.log(first) - np.log(np.maximum(1 - first, LEAST))
    return odds


def _temperature(scores: Floats, truth: NDArray[np.int64]) -> float:
    def surprise(temperature: float) -> float:
        return float(-log_softmax(scores / temperature, axis=1)[np.arange(len(truth)), truth].mean())

    return float(minimize_scalar(surprise, bounds=TEMPERATURES, method="bounded").x)
