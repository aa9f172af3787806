"""Themes for a text, with a confidence that means what it says, learned from texts people have tagged.

Words without their endings, pairs of words and pieces of them are weighed (TF-IDF), and a multinomial
logistic regression tells the themes apart. On texts that it has not seen it is learned how sure its scores
are (`confidence.py`), so that of the suggestions made with 80 % four in five are right.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from threadpoolctl import threadpool_limits

from insights.confidence import Confidence

STRENGTH = 50.0  # inverse of the penalty on weights
TOLERANCE = 1e-4
WORDS = r"(?u)\b\w+\b"  # of one letter too
ENDINGS = re.compile(r"(?<=\w{3})(?:ing|ed|es|s|ly)$")
FEW = 3_000  # up to so many texts every one takes its turn among the unseen; above, one fifth does
FOLDS = 5
BINS = 15


class CannotLearn(ValueError):
    """Too little to learn from; says what is missing."""


@dataclass(frozen=True)
class Suggester:
    """What was learned. `labels` are in the order of the columns of every probability."""

    words: TfidfVectorizer
    pieces: TfidfVectorizer
    weights: np.ndarray  # float32[labels, features]
    bias: np.ndarray  # float32[labels]
    labels: tuple[str, ...]
    confidence: Confidence
    texts: int  # it was learned from so many

    def probabilities(self, texts: Sequence[str]) -> np.ndarray:
        """How likely each label is for each text: float64[texts, labels], rows sum to 1."""
        return self.confidence.chances(self.scores(texts))

    def scores(self, texts: Sequence[str]) -> np.ndarray:
        """What the probabilities are made from, before anything is said of how sure they are: float64[texts, labels]"""
        known = [self.words.transform(texts), self.pieces.transform(texts)]
        return np.asarray(hstack(known, format="csr", dtype=np.float32) @ self.weights.T + self.bias, dtype=np.float64)

    def suggest(self, texts: Sequence[str], *, most: int = 3) -> list[list[tuple[str, float]]]:
        """For each text its `most` likeliest labels with their probabilities, the likeliest first."""
        chances = self.probabilities(texts)
        order = np.argsort(-chances, axis=1, kind="stable")[:, :most]
        return [[(self.labels[i], float(row[i])) for i in places] for row, places in zip(chances, order, strict=True)]


@dataclass(frozen=True)
class Quality:
    """How good suggestions are on texts whose labels are known. Shares are of all `texts`."""

    texts: int
    top_1: float
    top_3: float
    calibration_error: float  # expected calibration error over BINS equal bins of confidence

    @classmethod
    def of(cls, chances: np.ndarray, labels: Sequence[str], truth: Sequence[str]) -> "Quality":
        """`chances` float[texts, labels]; a true label that was never learned counts as wrong."""
        place = {label: i for i, label in enumerate(labels)}
        right = np.array([place.get(label, -1) for label in truth])
        order = np.argsort(-chances, axis=1, kind="stable")
        hits = order == right[:, None]
        return cls(
            texts=len(truth),
            top_1=float(hits[:, 0].mean()),
            top_3=float(hits[:, :3].any(axis=1).mean()),
            calibration_error=calibration_error(chances.max(axis=1), hits[:, 0]),
        )


def learn(texts: Sequence[str], labels: Sequence[str], *, seed: int = 0) -> Suggester:
    """Learn from `texts` and the label of each; the same input and seed learn the same.

    Raises CannotLearn where fewer than two labels have two texts each. Labels with fewer texts than there
    are folds are learned but take no part in learning how sure it is.
    """
    counts = Counter(labels)
    if sum(count >= 2 for count in counts.values()) < 2:
        raise CannotLearn(
            f"It takes two themes with two texts each; so far {len(labels)} texts bear {len(counts)} themes."
        )
    names, truth = np.unique(np.asarray(labels, dtype=object).astype(str), return_inverse=True)
    told = np.asarray(texts, dtype=object)
    return replace(_fitted(told, truth, names), confidence=_confidence(told, truth, names, seed=seed))


def calibration_error(confidence: np.ndarray, is_right: np.ndarray) -> float:
    """Expected calibration error: |confidence - share right| by bin, weighed by the texts in it (Naeini 2015)."""
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    off = [abs(confidence[bins == b].mean() - is_right[bins == b].mean()) * (bins == b).mean() for b in np.unique(bins)]
    return float(np.sum(off))


def plain(text: str) -> str:
    """Lower case, longer words without their English endings: "transfers", "transferred" -> "transfer"."""
    words = re.findall(r"\w+", text.lower().replace("\u2019", "'").replace("n't", " not").replace("'s", " "))
    return " ".join(ENDINGS.sub("", word) if len(word) > 4 else word for word in words)


def _vectorisers() -> tuple[TfidfVectorizer, TfidfVectorizer]:
    common = {"preprocessor": plain, "sublinear_tf": True, "dtype": np.float32}
    return (
        TfidfVectorizer(ngram_range=(1, 2), token_pattern=WORDS, **common),
        TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), **common),
    )


def _fitted(texts: np.ndarray, truth: np.ndarray, names: np.ndarray) -> Suggester:
    """Everything but how sure it is, from texts object[n] and the place of each one's label int[n]."""
    words, pieces = _vectorisers()
    features = hstack([words.fit_transform(texts), pieces.fit_transform(texts)], format="csr", dtype=np.float32)
    with threadpool_limits(limits=1):  # more threads take the processors from the pages, and learn no sooner
        head = LogisticRegression(C=STRENGTH, tol=TOLERANCE, max_iter=300).fit(features, truth)
    weights, bias = head.coef_.astype(np.float32), head.intercept_.astype(np.float32)
    if len(weights) == 1:  # sklearn keeps one row for two labels, which stands for their difference
        weights, bias = np.concatenate([-weights / 2, weights / 2]), np.concatenate([-bias / 2, bias / 2])
    return Suggester(words, pieces, weights, bias, tuple(names[head.classes_].tolist()), Confidence(), len(texts))


def _confidence(texts: np.ndarray, truth: np.ndarray, names: np.ndarray, *, seed: int) -> Confidence:
    """How sure the scores of texts are that were held out.

    Words too are weighed without the unseen ones: a text whose rarer words are known in advance
    looks less certain than a new one does.
    """
    counts = np.bincount(truth)
    folds = FOLDS if (counts >= FOLDS).sum() >= 2 else 2
    often = np.flatnonzero(counts[truth] >= folds)
    told, right = [], []
    for seen, unseen in StratifiedKFold(folds, shuffle=True, random_state=seed).split(often, truth[often]):
        part = _fitted(texts[often[seen]], truth[often[seen]], names)
        told.append(part.scores(texts[often[unseen]]))
        right.append(np.searchsorted(np.unique(truth[often[seen]]), truth[often[unseen]]))
        if len(often) > FEW:
            break
    return Confidence.of(np.concatenate(told), np.concatenate(right))
