"""What is refused before any view is asked."""

import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.test import Client

from ops_dashboard.middleware import MOST_SENT
from workforce import import_files

ADDRESSES = ("/tickets/?team=%00", "/tickets/desk/%00/", "/api/v1/tickets/?q=a%00b", "/export/created.csv?team=%00")


@pytest.mark.parametrize("url", ADDRESSES)
def test_a_nul_in_an_address_is_refused(url: str) -> None:
    response = Client().get(url)
    assert (response.status_code, response["Content-Type"]) == (400, "text/plain")
    assert "Content-Security-Policy" in response


def test_a_nul_in_a_form_is_refused(db: None) -> None:
    response = Client().post("/sign-in/", {"username": "carol\0", "password": "x"})
    assert (response.status_code, response["Content-Type"]) == (400, "text/plain")


def test_a_percent_sign_that_spells_zeros_is_not_a_nul(db: None) -> None:
    assert Client().get("/healthz?q=%2500").status_code == 200


@pytest.mark.parametrize("length", [str(MOST_SENT + 1), "9" * 30, "-1", "many", "\N{SUPERSCRIPT TWO}"])
def test_a_body_that_no_form_of_ours_sends_is_refused_unread(length: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is signed in, and the sign-in form would have kept an uploaded file of any size on disk."""
    monkeypatch.setattr(WSGIRequest, "POST", property(lambda _: pytest.fail("the body was read")))
    response = Client().generic("POST", "/sign-in/", b"x", "multipart/form-data; boundary=b", CONTENT_LENGTH=length)
    assert (response.status_code, "Content-Security-Policy" in response) == (413, True)


def test_the_largest_file_that_a_page_takes_fits() -> None:
    assert import_files.MOST_BYTES < MOST_SENT
