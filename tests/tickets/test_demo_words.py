"""What the demo's people say: fits what happens, differs from ticket to ticket, and keeps no address."""

import re
from collections import Counter

import pytest

from tests.tickets.demo_worlds import by_ticket, half_year, half_year_told, small_history, small_world
from tickets.connectors.drafts import Draft
from tickets.demo.catalogue import LANGUAGES, REASONS
from tickets.demo.telling import SPOKEN
from tickets.demo.wording import FILLERS, Template, Told, parsed, stirred, vocabulary
from tickets.redaction import Kind, redact
from tickets.vocabulary import EventType

SOMEBODY = Told(requester=41, agent="Efua", hour="14:15", late=5)


def templates(value: object) -> list[Template]:
    """Every template under a vocabulary."""
    if isinstance(value, Template):
        return [value]
    inner = value.values() if isinstance(value, dict) else value
    return [found for each in inner for found in templates(each)]  # type: ignore[attr-defined]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_template_of_every_language_can_be_said(language: str) -> None:
    for template in templates(vocabulary(language)):
        for luck in range(12):
            said = template.say(stirred(luck), SOMEBODY)
            assert not set("{}|") & set(said), said


def test_every_reason_and_function_has_words() -> None:
    assert set(vocabulary("en")["reasons"]) == {reason.slug for reasons in REASONS.values() for reason in reasons}
    for language in LANGUAGES:
        assert set(vocabulary(language).get("functions", REASONS)) == set(REASONS)


def test_alternatives_and_slots_are_drawn_by_the_number_alone() -> None:
    template = parsed("{a|b {n}} at {hour}", {})
    said = {template.say(stirred(luck), SOMEBODY) for luck in range(200)}
    assert said == {"a at 14:15"} | {f"b {n} at 14:15" for n in range(2, 10)}
    assert template.say(7, SOMEBODY) == template.say(7, SOMEBODY)


def test_a_slot_that_nobody_fills_is_refused() -> None:
    with pytest.raises(KeyError, match="nonsense"):
        parsed("hello {nonsense}", {})


def test_words_stand_on_messages_replies_and_some_ratings_only() -> None:
    kinds = Counter((draft.type, draft.text is not None) for draft in small_history())
    assert {type_ for type_, speaks in kinds if speaks} == SPOKEN
    assert kinds[EventType.AGENT_REPLY, False] == 0


def test_every_ticket_begins_with_words() -> None:
    for drafts in by_ticket(small_history()).values():
        first = next(draft for draft in drafts if draft.type is EventType.REQUESTER_MESSAGE)
        assert first.text


def test_the_same_seed_says_the_same_and_another_something_else() -> None:
    again = tuple(small_world().history())
    assert [draft.text for draft in again] == [draft.text for draft in small_history()]
    assert [draft.known for draft in again] == [draft.known for draft in small_history()]


def test_openings_in_english_are_rarely_the_same() -> None:
    first = [opening(drafts) for drafts in by_ticket(small_history()).values()]
    english = [draft.text for draft in first if draft.text and draft.text.isascii()]
    assert len(set(english)) > 0.75 * len(english)


def opening(drafts: list[Draft]) -> Draft:
    return next(draft for draft in drafts if draft.type is EventType.REQUESTER_MESSAGE)


INVENTED = re.compile(
    r"@|example|4111|5555 ?5555|555 01\d\d|07700 900|203\.0\.113|DE89|GB82|FR14|ES91|2223003|378282|4000-0566"
)


def test_everything_personal_is_invented_and_masked() -> None:
    found: Counter[str] = Counter()
    for drafts in by_ticket(small_history()).values():
        known = next(draft.known for draft in drafts if draft.type is EventType.TICKET_CREATED)
        for draft in drafts:
            told = redact(draft.text or "", known)
            found.update(told.counts())
            assert not INVENTED.search(told.text), told.text
    assert set(found) >= {Kind.EMAIL, Kind.PHONE, Kind.HANDLE, Kind.NAME, Kind.CARD, Kind.IBAN, Kind.URL}


def test_fillers_invent_only_what_is_kept_for_examples() -> None:
    for luck in range(3000):
        assert FILLERS["email"](luck, SOMEBODY).endswith(".example.com")
        assert FILLERS["phone"](luck, SOMEBODY).startswith(("+1 415 555 01", "07700 900"))
        assert FILLERS["ip"](luck, SOMEBODY).startswith("203.0.113.")


def openings_of(**wanted: str) -> list[tuple[Draft, str]]:
    """Creations of the half year with these attributes, and what their requesters wrote first."""
    told = half_year_told()
    chosen = [d for d in told.created if all(getattr(d, name) == value for name, value in wanted.items())]
    return [(draft, told.first_words[draft.ticket_ref]) for draft in chosen]


def test_stories_are_told_in_their_words() -> None:
    stories = half_year().stories
    hours = (stories.outage, stories.outage.replace(hour=20))
    broken = [told for reason in ("playback", "app-crash", "stream-quality") for told in openings_of(reason=reason)]
    during = [text for draft, text in broken if hours[0] <= draft.occurred_at < hours[1]]
    telling = re.compile(r"(since|seit|od|saat|sejak|de?puis|da|から|desde).{0,12}\d\d:\d\d|\d\d:\d\d")
    assert len(during) > 40
    assert sum(bool(telling.search(text)) for text in during) > 0.5 * len(during)
    captions = [text for draft, text in openings_of(language="it", team="creators-dublin")]
    assert len(captions) > 60
    assert 0.4 < sum("sottotitoli" in text for text in captions) / len(captions) < 0.7


def test_payouts_get_slower_and_more_people_write_about_them() -> None:
    stories = half_year().stories
    told = openings_of(reason="payout-delayed")
    weeks = [(draft.occurred_at - stories.start).days // 7 for draft, _ in told]
    early, late = (sum(low <= week < low + 8 for week in weeks) for low in (2, 18))
    assert late > 1.5 * early
    days = re.compile(r"\b(\d+)\s?(?:days|día|dias|Tag|jours|giorni)")
    waits = [(week, int(found[1])) for week, (_, text) in zip(weeks, told, strict=True) if (found := days.search(text))]
    mean = [
        sum(d for w, d in waits if low <= w < low + 6) / sum(low <= w < low + 6 for w, _ in waits) for low in (2, 20)
    ]
    assert mean[1] > mean[0] + 4
