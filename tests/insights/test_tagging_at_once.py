"""Two writers at one feedback, each on a connection of its own: the second counts what the first has said."""

from concurrent.futures import ThreadPoolExecutor
from time import sleep

import pytest
from django.db import connection, transaction

from insights import facts, tagging
from insights.models import ThemeFact
from tests.cast import make_cast
from tests.insights.building import make_themes
from tests.insights.tagging import said, suggest

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_run_of_suggestions_beside_a_tag_counts_both_once() -> None:
    cast, themes, one = make_cast(), make_themes(), said("Where is my money?")
    suggest(one, themes["refunds"], 0.95)

    def count() -> None:
        try:
            facts.rebuild([one.pk])
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            tagging.add([one.pk], themes["payouts"], by=cast.users["erin"])
            beside = pool.submit(count)
            sleep(0.3)  # it waits for this transaction
            assert not beside.done()
        beside.result(timeout=20)
    told = set(ThemeFact.objects.values_list("feedback", "theme"))
    assert told == {(one.pk, themes["payouts"].pk), (one.pk, themes["refunds"].pk)}
