"""Names of whoever money goes to, as they were written; and nobody where there is none."""

from datetime import date

import pytest

from flows.understanding.entities import find

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("send 2k to brian", "brian"), ("send Brian 2k", "Brian"), ("send brian 500", "brian"),
        ("mtumie Mama Njeri 500", "Mama Njeri"), ("tumia Otieno soo mbili", "Otieno"),
        ("tuma soo tano kwa Mary", "Mary"), ("tuma kwa Otieno 500 tafadhali", "Otieno"),
        ("tuma 500 kwa ajili ya Otieno", "Otieno"), ("nimtumie Njeri 1000", "Njeri"),
        ("envoie 5000 \u00e0 Awa Diop", "Awa Diop"), ("envoie 5000 a Awa", "Awa"),
        ("envoyer 5000 pour Jean-Pierre", "Jean-Pierre"), ("SEND 500 TO BRIAN", "BRIAN"),
        ("transfer 200 to Mary Wanjiku Kamau tomorrow", "Mary Wanjiku Kamau"),
        ("send money to my brother Otieno", "Otieno"), ("send 500 to Mr. Kamau", "Mr. Kamau"),
        ("send N'Diaye 500", "N'Diaye"), ("send to O'Brien 500", "O'Brien"),
        ("send Will 500", "Will"), ("send Mia 500", "Mia"), ("500 kwa brian", "brian"),
        ("send 500 to Brian quickly", "Brian"), ("request 500 from Brian", "Brian"),
        ("save 0712000002 as Mama Njeri", "Mama Njeri"), ("tuma 500 kwa mama yangu", "mama"),
        ("tuma 300 kwenda kwa Baba Jane", "Baba Jane"),
    ],
)  # fmt: skip
def test_a_name_is_heard(text: str, name: str) -> None:
    assert find(text, country="KE", today=TODAY).name == name


@pytest.mark.parametrize(
    "text",
    [
        "nitumie 500", "nitumie Brian", "send 500 to my sister", "pay rent 5000", "lipa KPLC 300",
        "send 500 for lunch", "tuma 500 kwa mpesa", "send to Equity", "send money to my wallet",
        "I want to send money", "how to send money", "what is my balance", "I am Brian",
        "I need to cancel a transfer", "the payment was a mistake", "lipa stima 300",
        "transfer 500 to savings", "change 500 to dollars", "send 500 to 0712000002",
        "envoyer 5000 \u00e0 l'\u00e9tranger", "tuma 500 kwa makosa", "pay my bill",
        "le guichet n'a pas donn\u00e9 l'argent", "envoy\u00e9 au mauvais num\u00e9ro",
    ],
)  # fmt: skip
def test_nobody_is_named_where_nobody_is(text: str) -> None:
    assert find(text, country="KE", today=TODAY).name is None


@pytest.mark.parametrize(
    ("text", "name"),
    [("Brian Otieno", "Brian Otieno"), ("kwa Brian", "Brian"), ("mama njeri", "mama njeri"),
     ("the first one", None), ("4", None)],
)  # fmt: skip
def test_a_name_that_was_asked_for_may_stand_alone(text: str, name: str | None) -> None:
    assert find(text, country="KE", today=TODAY, expects="name").name == name


def test_a_name_is_not_shown() -> None:
    assert "Njeri" not in repr(find("mtumie Mama Njeri 500", country="KE", today=TODAY))
