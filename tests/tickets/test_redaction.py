"""What is masked, what is left alone, and that no text takes long."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.reference_data import DATA, present
from tests.tickets.demo_worlds import small_history
from tickets import person_cues, redaction
from tickets.redaction import NOBODY_KNOWN, Kind, Known, Redacted, cleaned, redact

BANKING = DATA / "banking77" / "test.csv"
RITA = Known(
    names=("Rita Maria Holm",), emails=("rita@holm.example",), phones=("+46 70 174 06 05",), handles=("@rita_h",)
)


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("write to rita.holm+app@mail.example.org, please", "write to [email], please"),
        ("rita%40example.org wrote", "[email] wrote"),
        ("see https://app.example/@rita?x=1.", "see [url]."),
        ("(www.example.org/me)", "([url])"),
        ("unban @rita.holm_99!", "unban [handle]!"),
        ("from 81.2.69.142, twice", "from [ip], twice"),
        ("from 2001:db8:85a3::8a2e:370:7334 it came", "from [ip] it came"),
        ("to GB82 WEST 1234 5698 7654 32 please", "to [iban] please"),
        ("to de89370400440532013000", "to [iban]"),
        ("card 4111 1111 1111 1111 exp 09/27", "card [card] exp 09/27"),
        ("2223003122003222 and 378282246310005", "[card] and [card]"),
        ("ssn 078-05-1120", "ssn [ssn]"),
        ("my social security number is 078051120", "my social security number is [ssn]"),
        ("call +44 20 7946 0958 now", "call [phone] now"),
        ("call (415) 555-2671x4587", "call [phone]"),
        ("0171 2345678 oder 0049 171 2345678", "[phone] oder [phone]"),
        ("phone: 467 3395", "phone: [phone]"),
        ("My name is Rita Holm and it fails", "My name is [name] and it fails"),
        ("my name is rita holm, it fails", "my name is [name], it fails"),
        ("Thanks!\nRita Holm", "Thanks!\n[name]"),
        ("Regards, Rita van der Holm", "Regards, [name]"),
        ("Hello, rita holm here. It fails", "Hello, [name] here. It fails"),
        ("agent joe stone told me to wait", "agent [name] told me to wait"),
        ("ich heiße Jürgen Müller-Lüdenscheidt", "ich heiße [name]"),
        ("me llamo josé, no carga", "me llamo [name], no carga"),
        ("meu nome é rosa lima, não abre", "meu nome é [name], não abre"),
        ("Me chamo João", "Me chamo [name]"),
    ],
)
def test_what_is_personal_is_masked(text: str, masked: str) -> None:
    assert redact(text).text == masked


@pytest.mark.parametrize(
    "text",
    [
        "order 176-9317400-7309006 paid €702.66, txn 3522689678138042",
        "video 1424771989773595877 has 0 views since 2024-05-17",
        "on 12.03.2024 and 17/05/2024 at 10:30:00",
        "tracking 1ZCT89NLGOLC0JQNT6 and ticket #4155552671",
        "since update 38.6.2 and v27.4.9.1 on my Galaxy S21, error 0x80070005",
        "Will the update come? May I get a refund? The Rose gift was a mistake",
        "Thanks for the help. I am locked out, this is urgent, I'm not happy",
        "mail me @ home, 50% off, a@b, std::vector, 1.2.3",
        "I paid $1,234,567.89 and 12345678 coins",
        "Anyone here? I am still here.",
        "GB82WEST12345698765433 has wrong check digits",
        "",
    ],
)
def test_what_only_looks_personal_is_left(text: str) -> None:
    assert redact(text) == Redacted(text)


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("hej, RITA MARIA HOLM här", "hej, [name] här"),
        ("Holm called, the holm oak did not", "[name] called, the holm oak did not"),
        ("write Rita@Holm.example or rita_h", "write [email] or [handle]"),
        ("0701740605 is mine, 070-174 06 05 too", "[phone] is mine, [phone] too"),
        ("Ritardando", "Ritardando"),
    ],
)
def test_what_the_record_knows_is_masked_wherever_it_stands(text: str, masked: str) -> None:
    assert redact(text, RITA).text == masked


def test_detections_say_where_in_the_original_and_are_counted_by_kind() -> None:
    text = "I am Rita Holm: rita@holm.example, bob@holm.example, 4111111111111111"
    told = redact(text)
    assert [(found.kind, text[found.start : found.end]) for found in told.detections] == [
        (Kind.NAME, "Rita Holm"),
        (Kind.EMAIL, "rita@holm.example"),
        (Kind.EMAIL, "bob@holm.example"),
        (Kind.CARD, "4111111111111111"),
    ]
    assert told.counts() == {"card": 1, "email": 2, "name": 1}


def test_what_cannot_be_stored_or_would_deceive_is_cleaned() -> None:
    assert cleaned("a\0b\ud800c") == "a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}c"
    assert cleaned("pay \u202eevil\u202c now\u200b") == "pay evil now"
    assert cleaned("line\none\ttab\x07 – 👩‍👩‍👧 fine") == "line\none\ttab  – 👩‍👩‍👧 fine"
    assert cleaned("rita\u200b@holm.example") == "rita@holm.example"


PIECES = st.sampled_from(
    [
        *"aZ9 .@:-+/()[]%#\n\u202e\ufffc\ufffd½٣",
        "4111 1111 1111 1111",
        "rita@holm.example",
        "[email]",
        "[phone]",
        "@rita",
    ]
    + [
        "0171 2345678",
        "my name is ",
        "Rita ",
        "regards,\n",
        "DE89370400440532013000",
        "1.2.3.4",
        "2001:db8::1:2:3",
        "+46 ",
    ]
    + ["http://a.b/", "078-05-1120", "call ", "ssn ", " here.", "x12", "2024-05-17", "$12"]
)


@settings(max_examples=400, deadline=None)
@given(st.one_of(st.lists(PIECES, max_size=24).map("".join), st.text(max_size=80)))
@example("a@b.co@foo")
@example("[[email]]@x.yz")
@example("\ufffc")
@example("4111 1111 1111 1111 0171 2345678 4111 1111 1111 1111")
def test_redacting_again_changes_nothing(text: str) -> None:
    for known in (NOBODY_KNOWN, RITA):
        once = redact(text, known)
        assert redact(once.text, known).text == once.text


CUED = st.sampled_from(
    [*"İıſK\u1e9e", "Me chamo ", "MEU NOME É ", "adİm ", "ADIM ", "Gru\u1e9een\n", "Rega\u017fds,\n"]
    + ["agent ", " told ", "Ich heiſſe ", "mein name ist ", "José ", "rosa lima", " here", ", ", ". ", "www."]
    + ["WWW.a.b", "a@b.co", "1234567", "12", "::1:2", "1.2.3.4", "rita_h", "holm", "0701740605"]
    + ["This is Ms. ", "from: ", "my wife "]
)


@settings(max_examples=400, deadline=None)
@given(st.lists(st.one_of(CUED, PIECES), max_size=16).map("".join))
def test_the_quick_looks_spare_no_search_that_would_find_something(text: str) -> None:
    quick = [redact(text, known) for known in (NOBODY_KNOWN, RITA)]
    with unspared():
        assert [redact(text, known) for known in (NOBODY_KNOWN, RITA)] == quick


def test_nor_in_what_the_demo_says() -> None:
    drafts = [draft for draft in small_history() if draft.text]
    quick = [redact(draft.text or "", draft.known) for draft in drafts]
    with unspared():
        assert [redact(draft.text or "", draft.known) for draft in drafts] == quick


@contextmanager
def unspared() -> Iterator[None]:
    """Every search looks at every text."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("may_hold", "may_hold_url", "may_hold_email", "may_hold_long_number"):
            patch.setattr(redaction, name, lambda *_: True)
        patch.setattr(person_cues, "may_hold", lambda *_: True)
        patch.setattr(redaction, "_HARMLESS", frozenset())
        patch.setattr(redaction, "_remember_harmless", lambda _: None)
        yield


def test_a_text_that_held_nothing_is_searched_for_whom_the_record_knows() -> None:
    text = "Holm wrote that it fails"
    assert redact(text) == redact(text) == Redacted(text)
    assert redact(text, RITA).text == "[name] wrote that it fails"
    assert redact("call 070 174", RITA) == redact("call 070 174", RITA)


@settings(max_examples=200, deadline=None)
@given(st.lists(PIECES, max_size=24).map("".join))
@example("2001:db8::1:2:31.2.3.4")
def test_detections_do_not_overlap_and_rebuild_the_text(text: str) -> None:
    told = redact(text, RITA)
    at, pieces = 0, []
    for found in told.detections:
        assert at <= found.start < found.end <= len(text)
        pieces += [text[at : found.start], f"[{found.kind}]"]
        at = found.end
    assert "".join([*pieces, text[at:]]) == told.text


HOSTILE = [
    "a",
    "1",
    "1 ",
    "1-",
    "a@",
    "@a",
    ".a",
    "a.",
    "a@b.",
    "www.",
    "http://",
    "%40",
    "a:b:",
    "DE",
    "DE44 ",
    "(",
    "((1",
]
HOSTILE += [
    "0",
    "[",
    "[email]",
    "\u202e",
    "regards,\n",
    "my name is ",
    "Dr ",
    "hi bob ",
    "Bob here. ",
    "1.1.1.1 ",
    "ab12",
    "x.com/",
]
HOSTILE += ["4155552671 ", "+1 (415) 555-2671 ", "4111 1111 1111 1111 ", "123-45-6789 ", "a-", "'", "😀", "1/1/", "$1,"]


def spent(text: str) -> float:
    start = time.process_time()
    redact(text, RITA)
    return time.process_time() - start


@pytest.mark.parametrize("unit", HOSTILE)
def test_time_grows_with_the_text_and_not_faster(unit: str) -> None:
    """Four times the text in about four times the time; a quadratic search would take sixteen."""
    small, large = (unit * (size // len(unit)) for size in (1 << 13, 1 << 15))
    assert min(spent(large) for _ in range(2)) < 9 * min(spent(small) for _ in range(2)) + 0.02


def test_a_megabyte_is_redacted_to_its_end() -> None:
    text = "nothing to see " * 70_000 + "rita@holm.example"
    assert redact(text).text.endswith("see [email]")


def usual_messages() -> Iterator[str]:
    yield from present(BANKING).read_text(encoding="utf-8").splitlines()[1:601]


def test_a_usual_message_takes_less_than_five_milliseconds() -> None:
    texts = [*usual_messages()] + ["My number is 0171 2345678, mail rita@holm.example, card 4111 1111 1111 1111"] * 20
    start = time.process_time()
    for text in texts:
        redact(text)
    assert (time.process_time() - start) / len(texts) < 0.005


def test_the_outcome_of_a_line_of_json_is_still_json() -> None:
    line = json.dumps({"ticket_id": "A1", "at": "2026-03-02T09:00:00Z", "text": "I am Rita Holm, 0171 2345678"})
    assert json.loads(redact(line).text)["text"] == "I am [name], [phone]"
