"""What people read of a customer's words: no PIN, no code, no more than the case needs."""

import pytest

from core.crm.case_words import interrupted, without_secrets


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("my PIN is 4321", "my PIN is ****"),
        ("Nywila yangu ni 4321 nisaidie", "Nywila yangu ni **** nisaidie"),
        ("le code 654321 ne marche pas", "le code **** ne marche pas"),
        ("4321", "****"),
        (" 654321 ", " **** "),
        ("I sent 4500 to 0712000002", "I sent 4500 to 0712000002"),
        ("ref WK9Q8P7R6T5W of 12 March 2026", "ref WK9Q8P7R6T5W of 12 March 2026"),
        ("my pin is wrong since I paid 1,500.00", "my pin is wrong since I paid 1,500.00"),
        ("", ""),
    ],
)
def test_what_may_be_a_secret_is_masked(said: str, read: str) -> None:
    assert without_secrets(said) == read


def test_what_was_interrupted_is_told_masked() -> None:
    slots = {
        "to": "019cb82e-c9cc-7ade-ae7c-dc0ca2446907",
        "amount": "KES 500.00",
        "phone": "+254712000002",
        "id_number": "12345678",
        "given:note": "for the goat",
    }
    assert (
        interrupted("send_money", "review", slots)
        == "send_money.review: amount KES 500.00, phone +254 7** *** 002"
    )
    assert interrupted("join", "born", {"first_name": "Amina"}) == "join.born"
