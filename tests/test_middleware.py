"""What is refused before any view is asked."""

import pytest
from django.test import Client

ADDRESSES = ("/tickets/?team=%00", "/tickets/desk/%00/", "/api/v1/tickets/?q=a%00b", "/export/created.csv?team=%00")


@pytest.mark.parametrize("url", ADDRESSES)
def test_a_nul_in_an_address_is_refused(url: str) -> None:
    response = Client().get(url)
    assert (response.status_code, response["Content-Type"]) == (400, "text/plain")
    assert "Content-Security-Policy" in response


def test_a_percent_sign_that_spells_zeros_is_not_a_nul(db: None) -> None:
    assert Client().get("/healthz?q=%2500").status_code == 200
