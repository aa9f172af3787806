"""How many values each cut may have: beyond them a source is broken or means harm, and no page could list them."""

from collections.abc import Collection

from tickets.connectors.drafts import Draft, Rejected
from tickets.draft_checks import CALLED
from tickets.draft_columns import DraftColumns
from tickets.vocabulary import ActorKind
from tickets.words import Codes, Words, named_by

MOST = {"priority": 100, "team": 2_000, "assignee": 50_000, "channel": 500, "language": 500, "reason": 5_000}


def within_limits(words: Words, drafts: DraftColumns) -> tuple[DraftColumns, list[Rejected]]:
    """The drafts that name nothing beyond MOST, and the others as rejections."""
    beyond = _beyond(words, drafts)
    if not beyond:
        return drafts, []
    fitting: list[Draft] = []
    rejected: list[Rejected] = []
    for draft in drafts.drafts:
        if cut := _cut_beyond(draft, beyond):
            reason = f"would be one more than the {MOST[cut]:,} that are kept"
            rejected.append(Rejected(draft.line, CALLED.get(cut, cut), reason, draft.raw))
        else:
            fitting.append(draft)
    return DraftColumns(fitting), rejected


def _beyond(words: Words, drafts: DraftColumns) -> dict[str, set[str]]:
    """By cut, the words that there is no room for."""
    beyond = {cut: without_room(cut, words.codes[cut], told) for cut, told in named_by(drafts).items()}
    return {cut: rest for cut, rest in beyond.items() if rest}


def without_room(cut: str, codes: Codes, words: Collection[str]) -> set[str]:
    """Those of the words that would be values beyond MOST."""
    fresh = codes.fresh(words)
    return set(sorted(fresh)[max(0, MOST[cut] - codes.count()) :]) if fresh else set()


def _cut_beyond(draft: Draft, beyond: dict[str, set[str]]) -> str:
    """The first cut of which the draft names something that does not fit; "" for none."""
    for cut, named in beyond.items():
        is_actor = cut == "assignee" and draft.actor_kind is ActorKind.AGENT and draft.actor_ref in named
        if is_actor or getattr(draft, cut) in named:
            return cut
    return ""
