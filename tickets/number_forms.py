"""Which numbers in a text are an account, a card, a social security number or a telephone number.

A run is digits with the separators that people write in numbers. It is one number, or several with
spaces between: at each group the longest stretch that is a number is taken. That depends on the
digits alone, so what remains of a run holds no further number.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import phonenumbers

# Whose telephone plans a number without a country code is tried in, the largest first.
REGIONS = ("US", "GB", "DE", "FR", "ES", "IT", "NL", "BR", "IN", "ID", "AU", "SE", "JP", "TR", "PL", "MX")
LOOKED_UP = 150  # stretches of one text; beyond them the form alone decides
MOST_GROUPS = 9
FEWEST, MOST = 7, 19  # digits
LONGEST_PHONE = 15  # E.164

_RUN = re.compile(r"(?:\+|\b00)?\(?\d(?:\d|[ \u00a0().\-/]{1,3}(?=\d))*+")
_GROUP = re.compile(r"\d+")
_EXTENSION = re.compile(r"(?: ?x| ?ext\.? ?)\d{1,6}\b", re.IGNORECASE)
_CUE = 40  # characters before a number in which a word may say what it is
_PHONE_CUE = re.compile(
    r"phone|call|text|whatsapp|mobile|cell|\btel|fax|reach|\bring\b|\bsms\b|telefon|tel[eé]f|llam|anruf|appel|hp\b|nomor"
    r"|\bdesk\b|\boffice\b|answering",
    re.IGNORECASE,
)
_ID_CUE = re.compile(
    r"(?:(?:order|ticket|case|txn|transaction|tracking|parcel|video|error|invoice|ref(?:erence)?|receipt|pedido"
    r"|commande|bestellung|licen[cs]e)s?[\W_]{0,3}(?:id|no|number|nr)?|(?<![a-z])id)(?:\W{1,2}is)?\W{0,3}$|#$",
    re.IGNORECASE,
)
_SSN_CUE = re.compile(r"\bssn\b|social security", re.IGNORECASE)
_CARD_CUE = re.compile(r"card|\bcc\b|visa|karte|tarjeta|carte|kartu|cart[aã]o", re.IGNORECASE)
_CARD_NETWORKS = re.compile(
    r"4(?:\d{12}|\d{15}|\d{18})"
    r"|(?:5[1-5]\d\d|222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720)\d{12}"
    r"|3[47]\d{13}|3(?:0[0-5]|[689]\d)\d{11}|35\d{14}|(?:1800|2131)\d{11}"
    r"|6(?:011|5\d\d|4[4-9]\d)\d{12}(?:\d{3})?|62\d{14,17}|(?:5[0678]|6[037])\d{10,17}"
)

_IBAN_START = re.compile(r"(?<![^\W_])[a-z]{2}\d\d", re.IGNORECASE | re.ASCII)
# Signs by country: ISO 13616.
_COUNTRIES = {
    **{15: "NO", 16: "BE", 18: "DK FI FO GL NL", 19: "MK SI", 20: "AT BA EE KZ LT LU XK", 21: "CH HR LI LV"},
    **{22: "BG BH CR DE GB GE IE ME RS VA", 23: "AE GI IL IQ TL", 24: "AD CZ ES MD PK RO SA SE SK TN VG"},
    **{25: "LY PT ST", 26: "IS TR", 27: "FR GR IT MC MR SM", 28: "AL AZ BY CY DO GT HU LB PL SV"},
    **{29: "BR EG PS QA UA", 30: "JO KW MU", 31: "MT SC", 32: "LC"},
}
IBAN_LENGTHS = {country: length for length, names in _COUNTRIES.items() for country in names.split()}

Span = tuple[int, int]
Told = tuple[str, Span]  # card, ssn or phone, and where


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Some groups of a run: where they stand, their digits, and how the groups are cut."""

    start: int
    end: int
    digits: str
    sizes: tuple[int, ...]
    written: str  # with its separators
    before: str  # the words before it

    @property
    def is_bare(self) -> bool:
        return len(self.sizes) == 1 and not self.written.startswith("+")


class Numbers:
    """Looks for numbers; one per text, since it counts what it has looked up."""

    def __init__(self) -> None:
        self.left = LOOKED_UP

    def find(self, text: str) -> Iterator[Told]:
        for run in _RUN.finditer(text):
            if len(run[0]) >= FEWEST:
                yield from self._in_run(text, run)

    def _in_run(self, text: str, run: re.Match[str]) -> Iterator[Told]:
        groups = [match.span() for match in _GROUP.finditer(text, run.start(), run.end())]
        may_cut = _cuts(text, groups)
        extension = _EXTENSION.match(text, run.end())
        at = 1 if _is_letter(text, run.start() - 1) else 0
        last = len(groups) - (1 if _is_letter(text, run.end()) and not extension else 0)
        while at < last:
            taken = self._longest(text, run.start(), groups, at, last, may_cut)
            if taken is None:
                at += 1
                continue
            stretch, kind = taken
            at += len(stretch.sizes)
            is_extended = kind == "phone" and at == len(groups)
            yield kind, (stretch.start, extension.end() if extension and is_extended else stretch.end)

    def _longest(
        self, text: str, floor: int, groups: list[Span], at: int, last: int, may_cut: list[bool]
    ) -> tuple[_Stretch, str] | None:
        """The longest stretch from group `at` that is a number, and what it is."""
        if not may_cut[at]:
            return None
        counts, digits = [], 0
        for count, (start, end) in enumerate(groups[at : min(last, at + MOST_GROUPS)], 1):
            digits += end - start
            if digits > MOST:
                break
            # A list of small numbers is no number.
            if digits >= FEWEST and digits >= 1.75 * count and may_cut[at + count]:
                counts.append(count)
        for count in reversed(counts):
            stretch = _stretch(text, floor, groups[at : at + count])
            if kind := self._kind(stretch):
                return stretch, kind
        return None

    def _kind(self, stretch: _Stretch) -> str | None:
        count = len(stretch.digits)
        if count >= 12 and is_card(stretch):
            return "card"
        if count == 9 and is_ssn(stretch):
            return "ssn"
        return "phone" if count <= LONGEST_PHONE and self._is_phone(stretch) else None

    def _is_phone(self, stretch: _Stretch) -> bool:
        if stretch.before.endswith("#") or (len(stretch.sizes) > 1 and sorted(stretch.sizes)[-2] > 6):
            return False
        if self.left <= 0:
            return True
        self.left -= 1
        is_id = _ID_CUE.search(stretch.before) is not None
        if _PHONE_CUE.search(stretch.before) and not is_id:
            return True
        if stretch.is_bare and (is_id or len(stretch.digits) < 9):
            return False
        return is_phone(stretch.written)


def ibans(text: str) -> Iterator[Span]:
    """Account numbers of the length that their country gives them and with the right check digits."""
    for start in _IBAN_START.finditer(text):
        length = IBAN_LENGTHS.get(start[0][:2].upper())
        found = _iban_of(length).match(text, start.start()) if length else None
        if found and is_iban(found[0]):
            yield found.span()


@cache
def _iban_of(length: int) -> re.Pattern[str]:
    return re.compile(rf"[a-z]{{2}}\d\d(?:[ -]?[a-z0-9]){{{length - 4}}}(?![^\W_])", re.IGNORECASE | re.ASCII)


def is_iban(text: str) -> bool:
    """ISO 13616: the first four signs moved to the end and letters as 10 to 35, the number is 1 modulo 97."""
    plain = text.replace(" ", "").replace("-", "")
    return int("".join(str(int(sign, 36)) for sign in plain[4:] + plain[:4])) % 97 == 1


def is_card(stretch: _Stretch) -> bool:
    """Luhn's sum, a network's length and beginning, and cut as cards are; after "card" any beginning."""
    is_cut = len(stretch.sizes) == 1 or set(stretch.sizes[:-1]) <= {4, 6}
    if not is_cut or not is_luhn(stretch.digits):
        return False
    return bool(_CARD_NETWORKS.fullmatch(stretch.digits) or _CARD_CUE.search(stretch.before))


def is_luhn(digits: str) -> bool:
    """ISO/IEC 7812-1: every second digit from the right doubled, digit sums added, a multiple of ten."""
    numbers = [int(digit) for digit in digits]
    doubled = sum(sum(divmod(2 * number, 10)) for number in numbers[-2::-2])
    return (sum(numbers[::-2]) + doubled) % 10 == 0 and any(numbers)


def is_ssn(stretch: _Stretch) -> bool:
    area, group, serial = stretch.digits[:3], stretch.digits[3:5], stretch.digits[5:]
    if area in {"000", "666"} or area[0] == "9" or group == "00" or serial == "0000":
        return False
    return stretch.sizes == (3, 2, 4) or (stretch.is_bare and _SSN_CUE.search(stretch.before) is not None)


def is_phone(written: str) -> bool:
    """Whether there may be such a number: of its country's length after a plus, valid in one of REGIONS without."""
    plain = "+" + written[2:] if written.startswith("00") else written
    for region in (None,) if plain.startswith("+") else REGIONS:
        try:
            number = phonenumbers.parse(plain, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number) or (region is None and phonenumbers.is_possible_number(number)):
            return True
    return False


def _is_letter(text: str, at: int) -> bool:
    return 0 <= at < len(text) and (text[at].isalpha() or text[at] == "_")


def _cuts(text: str, groups: list[Span]) -> list[bool]:
    """Before which groups, and after the last, a number may begin or end.

    Numbers that stand side by side have a space between; a dash or a dot belongs to one number.
    """
    between = (text[end:start] for (_, end), (start, _) in pairwise(groups))
    return [True, *(" " in sign or "\u00a0" in sign or "/" in sign for sign in between), True]


def _stretch(text: str, floor: int, groups: list[Span]) -> _Stretch:
    """These groups, with the plus and the bracket before the first of them."""
    start, end = groups[0][0], groups[-1][1]
    while start > floor and text[start - 1] in "+(":
        start -= 1
    return _Stretch(
        start=start,
        end=end,
        digits="".join(text[a:b] for a, b in groups),
        sizes=tuple(b - a for a, b in groups),
        written=text[start:end],
        before=text[max(0, start - _CUE) : start],
    )
