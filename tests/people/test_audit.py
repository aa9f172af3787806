"""The audit trail: it chains, it tells when it was touched, and the database refuses to touch it."""

import io
import json
import threading

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from ops_dashboard.people import audit
from ops_dashboard.people.models import AuditEntry
from tests.cast import make_cast

pytestmark = pytest.mark.django_db


def three() -> list[AuditEntry]:
    return [audit.record("carol", "exported", f"tickets {n}", rows=n) for n in (1, 2, 3)]


def tamper(sql: str, *parameters: int) -> None:
    """As somebody who owns the database could."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE people_auditentry DISABLE TRIGGER audit_is_append_only")
        cursor.execute(sql, parameters)
        cursor.execute("ALTER TABLE people_auditentry ENABLE TRIGGER audit_is_append_only")


def test_each_entry_carries_the_hash_of_the_one_before() -> None:
    first, second, third = three()
    assert first.previous_hash == "0" * 64
    assert (second.previous_hash, third.previous_hash) == (first.hash, second.hash)
    assert audit.verify() == audit.Verdict(3, third.hash)


def test_an_entry_read_back_has_the_hash_it_was_written_with() -> None:
    entry = audit.record("carol", "looked", "ticket Zürich", options=["ä", None, True, 7], nested={"b": 1, "a": "x"})
    assert audit.fingerprint(AuditEntry.objects.get(pk=entry.pk)) == entry.hash


def test_changed_words_break_the_chain_at_their_entry() -> None:
    _, second, _ = three()
    tamper("UPDATE people_auditentry SET actor = 'bob' WHERE id = %s", second.id)
    assert audit.verify().broken_at == second.id


def test_a_removed_entry_breaks_the_chain_at_the_next_one() -> None:
    _, second, third = three()
    tamper("DELETE FROM people_auditentry WHERE id = %s", second.id)
    assert audit.verify().broken_at == third.id


@pytest.mark.parametrize("sql", ["UPDATE people_auditentry SET actor = 'bob'", "DELETE FROM people_auditentry"])
def test_the_database_refuses_to_rewrite_history(sql: str) -> None:
    three()
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert audit.verify().entries == 3


def test_an_entry_falls_with_its_deed() -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        audit.record("carol", "exported", "tickets")
        raise ZeroDivisionError
    assert audit.verify() == audit.Verdict(0, audit.FIRST)


@pytest.mark.parametrize("detail", [{"share": 0.5}, {"list": [1, [0.5]]}, {"when": object()}])
def test_what_the_database_would_spell_differently_is_refused(detail: dict[str, object]) -> None:
    with pytest.raises(TypeError):
        audit.record("carol", "exported", "tickets", **detail)  # type: ignore[arg-type]


@pytest.mark.django_db(transaction=True)
def test_parallel_writers_form_one_chain() -> None:
    def write(name: str) -> None:
        for n in range(10):
            audit.record(name, "exported", f"tickets {n}")
        connection.close()

    writers = [threading.Thread(target=write, args=[name]) for name in ("alice", "bob", "carol")]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    verdict = audit.verify()
    assert (verdict.entries, verdict.broken_at) == (30, None)


@pytest.mark.django_db(transaction=True)
def test_a_long_transaction_that_records_last_keeps_no_other_writer_waiting() -> None:
    def meanwhile() -> None:
        audit.record("bob", "signed_in", "session")
        connection.close()

    with transaction.atomic(), audit.recording_last():
        audit.record("alice", "themes_revised", "taxonomy v1")
        audit.record("alice", "themes_revised", "taxonomy v2")
        other = threading.Thread(target=meanwhile)
        other.start()
        other.join()  # would end by the lock's timeout, without an entry
    assert list(AuditEntry.objects.order_by("id").values_list("actor", "subject")) == [
        ("bob", "session"),
        ("alice", "taxonomy v1"),
        ("alice", "taxonomy v2"),
    ]
    assert audit.verify() == audit.Verdict(3, AuditEntry.objects.latest("id").hash)


def test_what_is_recorded_last_falls_with_its_deed() -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic(), audit.recording_last():
        audit.record("carol", "exported", "tickets")
        raise ZeroDivisionError
    audit.record("carol", "exported", "metrics")
    assert list(AuditEntry.objects.values_list("subject", flat=True)) == ["metrics"]


def test_an_export_leaves_its_question_and_its_size() -> None:
    response = make_cast().client("carol").get("/export/created.csv?period=2026-03-02..2026-03-08&grain=day")
    assert response.status_code == 200
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.action) == ("carol", "exported")
    assert entry.subject in response.headers["Content-Disposition"]
    assert entry.detail == {"query": "period=2026-03-02..2026-03-08&compare=previous&grain=day", "rows": 7}


def verified() -> tuple[int, dict[str, object]]:
    out = io.StringIO()
    try:
        call_command("verify_audit", "--json", stdout=out)
    except SystemExit as end:
        return int(end.code or 0), json.loads(out.getvalue())
    return 0, json.loads(out.getvalue())


def test_the_command_prints_the_head_and_exits_0_on_a_whole_chain() -> None:
    head = three()[-1].hash
    assert verified() == (0, {"intact": True, "entries": 3, "head": head, "broken_at": None})


def test_the_command_exits_1_on_a_broken_chain() -> None:
    first, second, _ = three()
    tamper("""UPDATE people_auditentry SET detail = '{"rows": 0}' WHERE id = %s""", second.id)
    assert verified() == (1, {"intact": False, "entries": 1, "head": first.hash, "broken_at": second.id})
