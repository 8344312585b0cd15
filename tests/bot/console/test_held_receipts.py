"""Money that came and is held, at the desk: seen and decided by compliance, hidden from others."""

import re
from uuid import UUID, uuid4

import pytest

from core.deposits import incoming
from core.deposits.incoming import Incoming
from core.ledger import book
from core.money import Money
from core.screening.importing import take_in
from tests.core.people import Someone, someone
from tests.core.screening import lists

HELD = "/desk/compliance/held"
LISTED = "Mwambao Idrisa Kasimu Zuberi"


@pytest.fixture
def zawadi(house) -> Someone:
    """A customer who is paid by somebody on a list."""
    with house.unit() as unit:
        take_in(unit, "ofac-sdn", lists.sdn())
        zawadi = someone(unit, "+254799123456", names=("Zawadi", "Cheruiyot"))
        payer = {"phone": "+254799999999", "name": LISTED}
        came = Incoming(
            partner="mpesa", number="QK1", amount=Money.load("KES 700.00"),
            account=zawadi.account_no, payer=payer,
        )  # fmt: skip
        incoming.take_in(unit, came)
        return zawadi


def the_payment(desk) -> str:
    found = re.search(rf'href="({HELD}/[0-9a-f-]{{36}})"', desk.get(HELD).text)
    assert found is not None
    return found[1]


def asked(desk, payment: str, outcome: str) -> str:
    answer = desk.post(f"{payment}/decide", outcome=outcome, reason="compared the passports")
    assert answer.status_code == 303, answer.text
    return str(answer.location.split("?")[0])


def posted(house, customer: Someone) -> str:
    with house.unit() as unit:
        return str(book.balance(unit, customer.wallet).posted)


def test_a_payment_shows_because_of_whom_it_is_held(somebody, zawadi):
    desk = somebody("compliance")
    assert "Money in held" in desk.get(HELD).text
    page = desk.get(the_payment(desk)).text
    for told in (
        "KES 700.00",
        "Who pays in",
        "KASIMU ZUBERI, Mwambao Idrisa",
        "Block",
        "To be decided",
    ):
        assert told in page, told


def test_it_is_asked_for_by_one_and_booked_by_another(somebody, zawadi, house):
    desk = somebody("compliance")
    payment = the_payment(desk)
    waits = asked(desk, payment, "booked")
    assert "asks: booked" in desk.get(payment).text
    assert "Read it before you decide" in desk.get(waits).text
    assert desk.post(f"{waits}/approve", code="").status_code in {403, 409, 422}, "nobody alone"
    assert posted(house, zawadi) == "KES 0.00"
    done = somebody("deputy").post(f"{waits}/approve", reason="so it is", code="")
    assert done.status_code == 303, done.text
    assert posted(house, zawadi) == "KES 700.00"
    assert payment in desk.get(f"{HELD}?status=booked").text
    assert "Ask that it is decided" not in desk.get(payment).text


def test_frozen_it_may_still_be_booked_or_sent_back(somebody, zawadi):
    desk = somebody("compliance")
    payment = the_payment(desk)
    somebody("deputy").post(f"{asked(desk, payment, 'frozen')}/approve", reason="", code="")
    page = desk.get(payment).text
    assert "Frozen" in page and 'value="booked"' in page and 'value="frozen"' not in page
    assert desk.post(f"{payment}/decide", outcome="frozen", reason="again").status_code == 409


def test_what_is_no_decision_is_refused(somebody, zawadi):
    desk = somebody("compliance")
    payment = the_payment(desk)
    assert desk.post(f"{payment}/decide", outcome="kept", reason="x").status_code == 400
    assert desk.post(f"{payment}/decide", outcome="booked", reason="").status_code == 422
    assert desk.get(f"{HELD}/{uuid4()}").status_code == 404


def test_nobody_else_sees_it_on_any_page(somebody, zawadi, house):
    payment = UUID(the_payment(somebody("compliance")).rsplit("/", 1)[1])
    for role in ("agent", "supervisor", "operations", "auditor", "admin"):
        assert somebody(role).get(HELD).status_code == 403
    operations = somebody("operations")
    assert "Nothing is parked." in operations.get("/desk/operations/receipts").text
    assert operations.get(f"/desk/operations/receipts/{payment}").status_code == 404
    agent = somebody("agent")
    page = agent.get(agent.customer("Zawadi Cheruiyot")).text.lower()
    for word in ("held", "screening", "sanction", "suspense"):
        assert not re.search(rf"\b{word}s?\b", page), word
