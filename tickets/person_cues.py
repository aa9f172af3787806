"""Names that the words around them give away: "my name is ...", "Regards, ...", "Mr ..."."""

import re
from collections.abc import Iterator

from tickets.redaction_gates import in_small, may_hold

_TOKEN = re.compile(r"[^\W\d_]{1,30}(?:['’-][^\W\d_]{1,30}){0,2}\.?(?!\w)")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _hints(text: str) -> tuple[str, ...]:
    return tuple(text.split("|"))


_PARTICLES = _words("van der den de da do dos di del la le von zu bin al el ter ten")
_NO_NAME = _words(
    "a about account again all also am an and another any app are as at banned be because been being but by can cant "
    "can't could did do does doing don't for from get getting given going good got had has have having he hello help "
    "her here hi his how i i'm if in is it it's its just last like linked listed literally locked me my need never no "
    "not now of off on once only or our out over please pls really same she showing so some spelled spelt still team "
    "thank thanks that the their them there they this to too trying unable until up urgent using very was we what "
    "when where which who why will wish with without wrong you your yours support service ticket appeal everyone "
    "anyone someone nobody new right back already stuck yes sorry sir madam both regards best kind video videos "
    "feedback admin und ich ist nicht et je est pas y es mi con dan saya e o não"
)
# After these a name may be written small; after the others it must look like one.
_SURE = re.compile(
    r"\b(?:my (?:full |real |legal )?name is|my name'?s|mi nombre es|me llamo|ich hei(?:ß|ss)e|mein name ist"
    r"|je m['’]appelle|mon nom est|mi chiamo|meu nome [eé]|me chamo|nama saya|mijn naam is|ad[ıi]m)[ :]{1,2}",
    re.IGNORECASE,
)
_LIKELY = re.compile(
    r"(?:\b(?:I am|I['’]m|this is|ich bin|je suis|soy|sono|agent|advisor"
    r"|my (?:friend|wife|husband|brother|sister|son|daughter|mother|father|boss|manager|colleague)"
    r"|name:|customer:|from:)|\b(?:Mr|Mrs|Ms|Mx|Dr|Prof|Herr|Frau|Sr|Sra|Sig)\.?) ",
    re.IGNORECASE,
)
_SIGNED = re.compile(
    r"(?:\b(?:regards|wishes|thanks|thank you|thx|sincerely|cheers|yours|yours truly|faithfully"
    r"|gr[uü](?:ß|ss)en?|saludos|gracias|cordialement|merci|saluti|grazie|obrigad[oa]|atenciosamente|groeten"
    r"|terima kasih)[,.!]?[ \t]{0,3}(?:\r?\n[ \t]{0,3}){0,3})",
    re.IGNORECASE,
)
_HERE = re.compile(r"(?:^|[\n.!]|\b(?:hello|hi|hey)\b)[ ,]{0,3}(?=[^\W\d_])", re.IGNORECASE)
_HERE_TAIL = re.compile(r" here\b(?![ '’]s)", re.IGNORECASE)
_LINE_END = re.compile(r"[ \t.!]{0,3}(?:\r?\n|$|\ufffc)")
_OTHERS = re.compile(
    r"\b(?:agent|advisor|my friend|my colleague) ([^\W\d_]{2,30}(?: [^\W\d_]{2,30}){0,2}?)"
    r" (?:told|said|can|could|has|had|is|was|who|wrote|replied|answered|promised|asked|helped|closed)\b",
    re.IGNORECASE,
)

# Each cue holds one of its own of these, in small letters: most texts are told by that, at a tenth of the cost.
_SURE_HINTS = _hints("name|nombre|llamo|heiße|heisse|appelle|nom est|chiamo|nome|chamo|nama|naam|adim")
_LIKELY_HINTS = _hints(
    "i am |i'm |i’m |this is |ich bin |je suis |soy |sono |agent |advisor |my friend |my wife |my husband |my brother "
    "|my sister |my son |my daughter |my mother |my father |my boss |my manager |my colleague |name: |customer: |from: "
    "|mr |mr. |mrs |mrs. |ms |ms. |mx |mx. |dr |dr. |prof |prof. |herr |herr. |frau |frau. "
    "|sr |sr. |sra |sra. |sig |sig. "
)
_SIGNED_HINTS = _hints(
    "regards|wishes|thank|thx|sincerely|cheers|yours|faithfully|grüße|grüsse|grusse|gruße|saludos|gracias"
    "|cordialement|merci|saluti|grazie|obrigad|atenciosamente|groeten|terima kasih"
)
_OTHERS_HINTS = _hints("agent |advisor |my friend |my colleague ")

Span = tuple[int, int]


def names_by_cue(text: str) -> list[Span]:
    """Names in `text`, in order; they do not overlap."""
    small = in_small(text)
    found: list[Span] = []
    if may_hold(small, _SURE_HINTS):
        found += _after(_SURE, text, small=True)
    if may_hold(small, _LIKELY_HINTS):
        found += _after(_LIKELY, text, small=False)
    if may_hold(small, _SIGNED_HINTS):
        found += _signatures(text)
    if may_hold(small, _OTHERS_HINTS):
        found += _told_of(text)
    if " here" in text:
        found += _here(text)
    return _apart(sorted(found))


def _apart(spans: list[Span]) -> list[Span]:
    told: list[Span] = []
    for span in spans:
        if not told or span[0] >= told[-1][1]:
            told.append(span)
    return told


def _after(cue: re.Pattern[str], text: str, *, small: bool) -> Iterator[Span]:
    for match in cue.finditer(text):
        end = _name_end(text, match.end(), small=small)
        if end:
            yield match.end(), end


def _signatures(text: str) -> Iterator[Span]:
    """What stands alone after a closing word, to the end of its line."""
    for match in _SIGNED.finditer(text):
        end = _name_end(text, match.end(), small="\n" in match[0])
        if end and _LINE_END.match(text, end):
            yield match.end(), end


def _told_of(text: str) -> Iterator[Span]:
    """Somebody else, even in lower case: `agent joe told me`."""
    for match in _OTHERS.finditer(text):
        if not _NO_NAME.intersection(match[1].lower().split()):
            yield match.span(1)


def _here(text: str) -> Iterator[Span]:
    for match in _HERE.finditer(text):
        end = _name_end(text, match.end(), small=True)
        if end and _HERE_TAIL.match(text, end):
            yield match.end(), end


def _name_end(text: str, start: int, *, small: bool) -> int:
    """Where a name that begins at `start` ends; 0 where none does. `small`: it may be in lower case."""
    at, end, taken = start, 0, 0
    while taken < (4 if end else 5):
        token = _TOKEN.match(text, at)
        if token is None or not _is_part(token[0], is_first=not end, small=small):
            break
        taken += 1
        if token[0].lower() not in _PARTICLES or not end:
            end = token.end() - (token[0].endswith(".") and len(token[0]) > 2)
        if end == token.end() - 1 or text[token.end() : token.end() + 1] != " ":
            break
        at = token.end() + 1
    return end


def _is_part(token: str, *, is_first: bool, small: bool) -> bool:
    word = token.rstrip(".").lower()
    if not is_first and word in _PARTICLES:
        return True
    if word in _NO_NAME or len(word) < 2:
        return len(token) == 2 and token[0].isupper() and token[1] == "."  # an initial
    return small or (token[0].isupper() and (len(word) < 2 or not token.isupper() or len(token) > 4))
