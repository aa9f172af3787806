"""Reference values of quality: agreement of raters, scores, intervals of shares, sample sizes.

What is printed has few digits, so a value is near within half of its last one.
"""

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from ops_dashboard.metrics.intervals import wilson
from quality.agreement import Level, Ratings, alpha, fleiss_kappa, gwet_ac1, percent_agreement
from quality.sampling import sample_size
from quality.scoring import Scale, quality_score, step_share
from tests.peers import reference_values
from tests.peers.differences import unanswered
from tests.peers.outcome import BadCase, Case, Outcome, attempt, one_of, only
from tests.peers.ratings import counted, joint, matrix
from tests.peers.reference_values import ABOUT, REMARKS, Tolerance, flat, judged

Run = tuple[str, Any, Callable[[], Outcome]]  # id, what is expected, how it is judged

THREE_DIGITS, FOUR_DIGITS = Tolerance(5e-4), Tolerance(5e-5)
HUNDREDTH = Tolerance(5e-3)
CUT_OFF = Tolerance(0.1)  # 66.6 is printed for two thirds of a hundred
EXACT = Tolerance(0)
PRINTED = ("published", "recomputed")


def _alpha(level: Level, ratings: Ratings) -> float | None:
    return alpha(ratings, level, replicates=0).value


ANSWERS: dict[str, Callable[[Ratings], float | None]] = {
    **{
        level.value: partial(lambda level, ratings: alpha(ratings, level, replicates=0).value, level) for level in Level
    },
    "fleiss_kappa": fleiss_kappa,
    "gwet_ac1": gwet_ac1,
    "percent_agreement": percent_agreement,
}
ALIASES = {
    **{f"krippendorff_alpha_{level}": level.value for level in Level},
    "krippendorff": Level.NOMINAL.value,
    "fleiss": "fleiss_kappa",
    "fleiss_kappa_generalised": "fleiss_kappa",
    "bp": "brennan_prediger",
    "P_bar": "percent_agreement",
    "po": "percent_agreement",
}
READERS = {"raters": matrix, "subjects x category counts": counted, "table": joint}
# A bare kappa is another one in each form; of rows of raters nobody could tell which.
KAPPAS = {
    "raters": {},
    "subjects x category counts": {"kappa": "fleiss_kappa", "P_e": "fleiss_p_e"},
    "table": {"kappa": "cohen_kappa", "pe": "cohen_p_e"},
}
SCALES = {"binary": Scale.BINARY, "3pt": Scale.THREE, "4pt": Scale.FOUR, "5pt": Scale.FIVE}
SHARE = re.compile(r"(\d+)/(\d+)")
QUESTION = re.compile(r"p=([\d.]+),E=±([\d.]+)pp,N=(None|\d+)")


def recognises(document: dict[str, Any]) -> bool:
    """Whether a section that we know is filled, in the way we know."""
    kinds = {"agreement": list, "scores": list, "wilson": dict, "sample_size": dict}
    return any(isinstance(block := document.get(name), kind) and block for name, kind in kinds.items())


def run(document: dict[str, Any]) -> Iterator[Outcome]:
    """One outcome per case of agreement and scores, per share and per sample size, in order."""
    for name, block in document.items():
        if name.startswith("_"):
            continue
        try:
            runs = list(one_of("section", name, SECTIONS)(name, block))
        except BadCase as error:
            yield Outcome(name, False, None, None, str(error))
            continue
        for id, expected, judge in runs:
            yield attempt(id, judge, expected=expected)


def _cases(judge: Callable[[str, Case], Outcome], name: str, block: Any) -> Iterator[Run]:
    for position, case in enumerate(reference_values.rows(block)):
        told = case if isinstance(case, dict) else {"case": case}
        id = str(told.get("id", f"{name}[{position}]"))
        yield id, told.get("published"), partial(judge, id, told)


def _printed(case: Case) -> dict[str, Any]:
    """What is printed, by names such as `published.kappa`."""
    return flat({kind: case[kind] for kind in PRINTED if kind in case})


def _agreement(id: str, case: Case) -> Outcome:
    form, data = ("table", case["table"]) if "table" in case else (case["rows"], case["data"])
    only("case", case, (*REMARKS, *PRINTED, *(("table",) if form == "table" else ("rows", "data"))))
    ratings = one_of("rows", form, READERS)(data)
    meant = {name: _meaning(name, KAPPAS[form]) for name in _printed(case)}
    left_out = {name: what for name, what in meant.items() if what in unanswered()}
    asked = {name: what for name, what in meant.items() if name not in left_out}
    return judged(
        id,
        {name: _printed(case)[name] for name in asked},
        {name: one_of(name, what, ANSWERS)(ratings) for name, what in asked.items()},
        THREE_DIGITS,
        left_out=left_out.values(),
    )


def _meaning(name: str, kappas: dict[str, str]) -> str:
    """What a printed name stands for: one of ANSWERS, one of differences.md, or nothing that we know."""
    _, _, rest = name.partition(".")
    head, _, part = rest.partition(".")
    what = (ALIASES | kappas).get(head, head)
    if part in ("ci", "se") and what in ANSWERS:
        return part
    return what if part in ("", "est", "ci", "se") else name


def _score(id: str, case: Case) -> Outcome:
    if "reviews" not in case:
        only("case", case, (*REMARKS, *PRINTED))
        steps = {f"{kind}.{name}": _steps(scale) for kind in PRINTED for name, scale in SCALES.items()}
        return judged(id, _printed(case), steps, CUT_OFF)
    only("case", case, (*REMARKS, "reviews", *PRINTED))
    score = quality_score(case["reviews"])
    percent = None if score is None else 100 * score
    return judged(id, _printed(case), {"published.IQS_percent": percent, "recomputed": percent}, HUNDREDTH)


def _steps(scale: Scale) -> list[float]:
    return [100 * step_share(step, scale) for step in range(1, scale.steps + 1)]


def _shares(name: str, block: Any) -> Iterator[Run]:
    """Wilson's intervals, printed to four digits."""
    told = _object(name, block, (*PRINTED, "useful_table"))
    for path, expected in flat({key: told[key] for key in told if key not in ABOUT}).items():
        id = f"{told.get('id', name)} {path}"
        yield id, expected, partial(_share, id, path, expected)


def _share(id: str, path: str, expected: Any) -> Outcome:
    kind, _, rest = path.partition(".")
    words, _, method = rest.partition(".")
    share = SHARE.fullmatch(words)
    if share is None or method != ("wilson" if kind == "useful_table" else ""):
        raise BadCase(f"{path}: a share is PART/WHOLE, in useful_table with its wilson interval")
    part, whole = map(int, share.groups())
    return judged(id, {"interval": expected}, {"interval": wilson(part, whole)}, FOUR_DIGITS)


def _sizes(name: str, block: Any) -> Iterator[Run]:
    told = _object(name, block, ("values",))
    for words, expected in told["values"].items():
        id = f"{told.get('id', name)} {words}"
        yield id, expected, partial(_size, id, words, expected)


def _size(id: str, words: str, expected: Any) -> Outcome:
    asked = QUESTION.fullmatch(words)
    if asked is None:
        raise BadCase(f"{words!r} is not p=SHARE,E=±POINTSpp,N=SIZE, or N=None")
    share, points, population = asked.groups()
    needed = sample_size(float(share), float(points) / 100, None if population == "None" else int(population))
    return judged(id, {"reviews": expected}, {"reviews": needed}, EXACT)


def _object(name: str, block: Any, known: tuple[str, ...]) -> Case:
    """A section without cases. Raises BadCase where it is none, or holds what nobody knows."""
    if not isinstance(block, dict) or not all(isinstance(block.get(key, {}), dict) for key in known):
        raise BadCase(f"{name}: an object is expected, and so are {', '.join(known)} in it")
    told = {key: value for key, value in block.items() if not key.startswith("_")}
    only(name, told, (*known, *ABOUT))
    if not told.keys() & set(known):
        raise BadCase(f"{name}: there is none of {', '.join(known)}")
    return told


SECTIONS: dict[str, Callable[[str, Any], Iterator[Run]]] = {
    "agreement": partial(_cases, _agreement),
    "scores": partial(_cases, _score),
    "wilson": _shares,
    "sample_size": _sizes,
}
