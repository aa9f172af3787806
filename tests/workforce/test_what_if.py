"""The what-if of staffing, and the forecast page before anything has been set up."""

import pytest
from django.test import Client

from tests.cast import make_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def petra() -> Client:
    return make_cast().client("petra")


def test_without_queues_the_page_says_what_to_do(petra: Client) -> None:
    assert "No queue has been set up." in petra.get("/forecast/").content.decode()


def test_the_what_if_computes_from_its_address(petra: Client) -> None:
    page = petra.get("/staffing/?arrivals=600&aht=300&target=20&share=80&occupancy=100&external=0&internal=0")
    assert "57 people keep 80 % within 20 s" in page.content.decode()
    assert petra.get("/staffing/?arrivals=600&aht=300&agents=40").context["answer"].tiles[3].value == "—"


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("arrivals=-1", "greater than or equal to 0"),
        ("aht=soon", "Seconds, please"),
        ("arrivals=nan", "Enter a number."),
        ("external=100", "leaves nobody"),
    ],
)
def test_numbers_that_make_no_sense_are_said_so(petra: Client, query: str, words: str) -> None:
    answer = petra.get(f"/staffing/?{query}")
    assert answer.status_code == 200
    assert words in answer.content.decode()


def test_chat_takes_a_handle_time_for_each_number_of_chats(petra: Client) -> None:
    page = petra.get("/staffing/?kind=chat&arrivals=180&aht=300,360,450&target=30&occupancy=100")
    assert "9 people keep" in page.content.decode()
