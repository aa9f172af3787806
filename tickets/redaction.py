"""Personal data out of words, before they are stored.

Addresses, numbers and handles are told by their form and checked (telephone plans, Luhn, mod 97),
names by the words around them and by what the record says of its requester. Every search runs in
time linear in the text: alternatives are possessive or bounded, and only so many numbers are looked
up in telephone plans; beyond them whatever looks like a number of a person is taken for one.
Names without a cue and postal addresses are not found.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from functools import lru_cache
from ipaddress import AddressValueError, IPv6Address

from tickets.number_forms import Numbers, ibans
from tickets.person_cues import names_by_cue
from tickets.redaction_gates import may_hold, may_hold_email, may_hold_long_number, may_hold_url

VERSION = 2  # counts up when the same words would come out otherwise
ROUNDS = 6  # a text settles in two; a bound, so that no text can make it go on
SHORT, MOST_HARMLESS = 400, 20_000  # characters of a text that is remembered to be harmless, and such texts


class Kind(StrEnum):
    """What kind of personal data was found; also what stands in its place."""

    EMAIL = "email"
    URL = "url"
    HANDLE = "handle"
    IP = "ip"
    IBAN = "iban"
    CARD = "card"
    SSN = "ssn"
    PHONE = "phone"
    NAME = "name"


STRUCTURED = frozenset({Kind.EMAIL, Kind.URL, Kind.IP, Kind.IBAN, Kind.CARD, Kind.SSN, Kind.PHONE})

Span = tuple[int, int]
KNOWN = {"name": "names", "email": "emails", "phone": "phones", "handle": "handles"}


@dataclass(frozen=True, slots=True)
class Known:
    """What the record says of the requester: masked wherever it stands, and never stored."""

    names: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    handles: tuple[str, ...] = ()

    @classmethod
    def of(cls, said: Mapping[str, object]) -> "Known":
        """From an object of `name`, `email`, `phone` and `handle`: each a text or a list; others are left out."""
        told = {}
        for word, words in KNOWN.items():
            value = said.get(word)
            every = value if isinstance(value, list) else [value]
            told[words] = tuple(each for each in every if isinstance(each, str))
        return cls(**told)

    @classmethod
    def together(cls, every: Iterable["Known"]) -> "Known":
        """All that any of them knows."""
        told = {name.name: sorted({word for one in every for word in getattr(one, name.name)}) for name in fields(cls)}
        return cls(**{name: tuple(words) for name, words in told.items()})


NOBODY_KNOWN = Known()


@dataclass(frozen=True, slots=True)
class Detection:
    """Where in the original text something personal stood."""

    kind: Kind
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Redacted:
    """The text as it may be kept, and what was masked in it."""

    text: str
    detections: tuple[Detection, ...] = ()

    def counts(self) -> dict[str, int]:
        """Detections by kind, for a report that holds no words."""
        return dict(sorted(Counter(found.kind.value for found in self.detections).items()))


# In the working copy, over what is masked already; it stands in no text that is kept.
_MASK = "\N{OBJECT REPLACEMENT CHARACTER}"
_BARRIER = "\N{REPLACEMENT CHARACTER}"  # over dates and amounts while numbers are sought
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
# Direction overrides and marks of no width: they make words look like others, or hide an address.
_DECEPTIVE = re.compile("[\u200b\u2060\ufeff\u00ad\u202a-\u202e\u2066-\u2069\ufffc]")
_CONTROL = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\x7f]")
_UNCLEAN = re.compile("|".join(pattern.pattern for pattern in (_UNSTORABLE, _DECEPTIVE, _CONTROL)))

_PLACEHOLDER = re.compile(r"\[(?:" + "|".join(Kind) + r")\]")
_URL = re.compile(
    r"""(?<![\w@.])(?:https?://|www\.)[^\s<>"\]\[{}|\\^`\ufffc]++"""
    r"""|(?<![\w@.-])(?:[A-Za-z0-9-]{1,63}+\.){1,4}(?:com|net|org|io|tv|me|app|co|de|fr|es|it|nl|uk|br|id|in)/[^\s<>"\[\]\ufffc]*+""",
    re.IGNORECASE,
)
_TRAILING = ".,;:!?)'\""
_EMAIL = re.compile(
    r"(?<![\w.+'%-])(?:[\w.+'-]|%(?!40))++(?:@|%40|\N{FULLWIDTH COMMERCIAL AT})"
    r"(?:[\w-]{1,63}+\.){1,8}[^\W\d_][\w-]{1,62}+"
)
_DIGIT = re.compile(r"\d")
_HANDLE = re.compile(r"(?<![\w@.])@[^\W_][\w.]{1,30}")
_IPV4 = re.compile(
    r"(?<![\w.])(?<!v)(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\w]|\.\d)", re.ASCII
)
_IPV6 = re.compile(r"(?<![\w:.])[0-9A-Fa-f:]{6,39}+(?![\w:])", re.ASCII)
_DATE_OR_AMOUNT = re.compile(
    r"(?<![\d.])\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)?"
    r"|(?<![\d.])\d\d?([./-])\d\d?\1(?:19|20)\d\d(?![\d])"
    r"|[$€£¥₹]\s?\d[\d.,]{0,20}"
)


def cleaned(text: str) -> str:
    """`text` without what cannot be stored, or would show words in another order than they are."""
    if text.isprintable() and text.isascii() or not _UNCLEAN.search(text):
        return text
    return _CONTROL.sub(" ", _DECEPTIVE.sub("", _UNSTORABLE.sub(_BARRIER, text)))


def redact(text: str, known: Known = NOBODY_KNOWN) -> Redacted:
    """Mask what is personal in `text`. Redacting the outcome again changes nothing."""
    is_told_of = known is not NOBODY_KNOWN and _may_tell_of(known, text)
    if not is_told_of and text in _HARMLESS:
        return Redacted(text)
    draft = _Draft(text)
    if "[" in text:
        draft.cover(match.span() for match in _PLACEHOLDER.finditer(text))
    if is_told_of:
        _mask_known(draft, known)
    numbers = Numbers()
    for _ in range(ROUNDS):
        before = len(draft.found)
        _search(draft, numbers)
        if len(draft.found) == before:
            break
    if not draft.found and len(text) <= SHORT:
        _remember_harmless(text)
    return draft.told()


# Short texts in which nothing was found: what agents answer is often the same.
_HARMLESS: set[str] = set()


def _remember_harmless(text: str) -> None:
    if len(_HARMLESS) >= MOST_HARMLESS:
        _HARMLESS.clear()
    _HARMLESS.add(text)


@dataclass(slots=True)
class _Draft:
    """A text under redaction: `work` is as long as it, with masks over what was found."""

    text: str
    work: str = field(init=False)
    found: list[Detection] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.work = self.text

    def mask(self, kind: Kind, spans: Iterable[Span]) -> None:
        told = [Detection(kind, start, end) for start, end in spans]
        if told:
            self.found += told
            self.cover((found.start, found.end) for found in told)

    def cover(self, spans: Iterable[Span]) -> None:
        self.work = _covered(self.work, spans, _MASK)

    def told(self) -> Redacted:
        if not self.found:
            return Redacted(self.text)
        found = sorted(self.found, key=lambda one: one.start)
        pieces, at = [], 0
        for one in found:
            pieces += [self.text[at : one.start], f"[{one.kind.value}]"]
            at = one.end
        return Redacted("".join([*pieces, self.text[at:]]), tuple(found))


def _covered(text: str, spans: Iterable[Span], filler: str) -> str:
    """`text` with `filler` over `spans`, which do not overlap and come in order."""
    pieces, at = [], 0
    for start, end in spans:
        pieces += [text[at:start], filler * (end - start)]
        at = end
    return "".join([*pieces, text[at:]]) if pieces else text


def _search(draft: _Draft, numbers: Numbers) -> None:
    """One round of every search, the most certain first; each sees what the ones before have masked."""
    if may_hold_url(draft.work):
        draft.mask(Kind.URL, _urls(draft.work))
    if may_hold_email(draft.work):
        draft.mask(Kind.EMAIL, (match.span() for match in _EMAIL.finditer(draft.work)))
    if _DIGIT.search(draft.work):
        _search_numbers(draft, numbers)
    if "@" in draft.work:
        draft.mask(Kind.HANDLE, _handles(draft.work))
    if names := names_by_cue(draft.work):
        draft.mask(Kind.NAME, names)


def _search_numbers(draft: _Draft, numbers: Numbers) -> None:
    if spans := _addresses(draft.work):
        draft.mask(Kind.IP, spans)
    if spans := list(ibans(draft.work)):
        draft.mask(Kind.IBAN, spans)
    if not may_hold_long_number(draft.work):
        return
    plain = _covered(draft.work, (match.span() for match in _DATE_OR_AMOUNT.finditer(draft.work)), _BARRIER)
    told = list(numbers.find(plain))
    for kind in (Kind.CARD, Kind.SSN, Kind.PHONE) if told else ():
        draft.mask(kind, [span for name, span in told if name == kind.value])


def _urls(text: str) -> Iterator[Span]:
    for match in _URL.finditer(text):
        address = match[0].rstrip(_TRAILING)
        if "." in address:
            yield match.start(), match.start() + len(address)


def _handles(text: str) -> Iterator[Span]:
    for match in _HANDLE.finditer(text):
        yield match.start(), match.start() + len(match[0].rstrip("."))


def _addresses(text: str) -> list[Span]:
    found = [match.span() for match in _IPV4.finditer(text)] if text.count(".") >= 3 else []
    if text.count(":") >= 3:
        found += [match.span() for match in _IPV6.finditer(text) if _is_ipv6(match[0])]
    return list(_joined(sorted(found)))


def _joined(spans: Iterable[Span]) -> Iterator[Span]:
    """Spans in order, those that share characters as one: the last parts of an address may look like another."""
    start, end = 0, 0
    for first, last in spans:
        if first < end:
            end = max(end, last)
            continue
        if end:
            yield start, end
        start, end = first, last
    if end:
        yield start, end


def _is_ipv6(text: str) -> bool:
    if text.count(":") < 3 or sum(map(bool, text.split(":"))) < 3:
        return False
    try:
        IPv6Address(text)
    except AddressValueError:
        return False
    return True


def _may_tell_of(known: Known, text: str) -> bool:
    """Whether something that is known may stand in `text`."""
    if known.phones and _DIGIT.search(text):
        return True
    small = text.casefold()
    return any(may_hold(small, hints) for _, _, hints, _ in _known_words(known))


def _mask_known(draft: _Draft, known: Known) -> None:
    small = draft.work.casefold()
    for kind, word, hints, build in _known_words(known):
        if may_hold(small, hints):  # a hundred times cheaper than a pattern of its own
            for pattern in build(word):
                draft.mask(kind, [match.span() for match in pattern.finditer(draft.work)])
    wanted = _endings(known.phones) if known.phones else frozenset()
    if wanted:
        draft.mask(Kind.PHONE, _known_phones(draft.work, wanted))


def _endings(phones: Iterable[str]) -> frozenset[str]:
    return frozenset(digits[-8:] for phone in phones if len(digits := _digits(phone)) >= 7)


def _digits(text: str) -> str:
    return "".join(character for character in text if character.isdigit())


def _known_phones(text: str, wanted: frozenset[str]) -> Iterator[Span]:
    for match in _PHONE_LIKE.finditer(text):
        if _digits(match[0])[-8:] in wanted:
            yield match.span()


_PHONE_LIKE = re.compile(r"\+?\(?\d(?:\d|[ \u00a0().\-/]{1,3}(?=\d))*+")


def _whole(word: str, *, flags: int = re.IGNORECASE) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(word)}(?!\w)", flags)


@lru_cache(maxsize=512)
def _name_patterns(name: str) -> tuple[re.Pattern[str], ...]:
    return tuple(_name_forms(name))


def _name_forms(name: str) -> Iterator[re.Pattern[str]]:
    """The full name however written; its parts only as names are, for many are words too."""
    parts = name.split()
    if len(name) >= 3:
        whole = r"\s{1,3}".join(map(re.escape, parts))
        yield re.compile(rf"(?<!\w){whole}(?!\w)", re.IGNORECASE)
    for part in parts if len(parts) > 1 else ():
        if len(part) >= 3:
            yield _whole(part[:1].upper() + part[1:], flags=0)


def _email_patterns(email: str) -> Iterator[re.Pattern[str]]:
    if "@" in email:
        yield _whole(email)


def _handle_patterns(handle: str) -> Iterator[re.Pattern[str]]:
    bare = handle.lstrip("@")
    if len(bare) >= 3:
        yield re.compile(rf"(?<![\w.])@?{re.escape(bare)}(?![\w])", re.IGNORECASE)


Builder = Callable[[str], Iterable[re.Pattern[str]]]
_KNOWN: tuple[tuple[Kind, str, Builder], ...] = (
    (Kind.EMAIL, "emails", _email_patterns),
    (Kind.HANDLE, "handles", _handle_patterns),
    (Kind.NAME, "names", _name_patterns),
)


@lru_cache(maxsize=256)  # the messages of one ticket come together
def _known_words(known: Known) -> tuple[tuple[Kind, str, tuple[str, ...], Builder], ...]:
    """What each word of `known` is, the word, and of what a text that has it holds some part, casefolded."""
    return tuple(
        (kind, word.strip(), tuple(part.lstrip("@") for part in word.casefold().split()), build)
        for kind, words, build in _KNOWN
        for word in getattr(known, words)
    )
