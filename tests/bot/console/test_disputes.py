"""Disputed card payments at the desk: listed, read and moved by those who may."""

import pytest

from core.cards import dispute_store, disputes, payments
from core.crm import customers
from core.ledger import book
from core.money import Money
from tests.bot.console.conftest import Desk
from tests.core.cards.making import card_of
from tests.core.cards.terminal import Terminal
from tests.core.people import someone


@pytest.fixture
def dispute(house):
    with house.unit() as unit:
        who = someone(unit, "+254799000001", holds="KES 20000.00")
        card = card_of(unit, who)
        till = Terminal(unit, card)
        till.pay("5000.00")
        till.take("5000.00")
        (paid,) = payments.of_card(unit, card.id)
        return disputes.open_dispute(
            unit, customer=who.id, payment=paid.id, reason="fraud", words="I was at home.",
            channel="whatsapp",
        )  # fmt: skip


def place(dispute) -> str:
    return f"/desk/operations/disputes/{dispute.id}"


def stands(house, dispute) -> dispute_store.Dispute:
    with house.unit() as unit:
        return dispute_store.get(unit, dispute.id)


def test_the_list_and_the_page(house, somebody, dispute):
    olga: Desk = somebody("operations")
    page = olga.get("/desk/operations/disputes").text
    for words in (dispute.reference, "NAIVAS WESTLANDS", "KES 5,000.00", "Given back for now"):
        assert words in page
    page = olga.get(place(dispute)).text
    assert "I was at home." in page and "It is lost" in page
    assert "No dispute runs." not in page
    with house.unit() as unit:
        noted = unit.value(
            "select count(*) from audit_log where action = 'card.dispute_read'"
            " and customer_id = %(who)s", who=dispute.customer,
        )  # fmt: skip
    assert noted == 1


def test_an_auditor_reads_and_moves_nothing(somebody, dispute):
    ana: Desk = somebody("auditor")
    page = ana.get(place(dispute)).text
    assert "Your role does not move disputes." in page and "It is lost" not in page
    assert ana.post(f"{place(dispute)}/won", reason="because").status_code == 403


def test_steps_to_a_win(house, somebody, dispute):
    olga: Desk = somebody("operations")
    assert olga.post(f"{place(dispute)}/evidence", reason="A slip.").status_code == 303
    assert olga.post(f"{place(dispute)}/represented", reason="Chip and PIN.").status_code == 303
    page = olga.get(place(dispute)).text
    assert "A slip." in page and "Chip and PIN." in page and "The merchant contests" in page
    assert olga.post(f"{place(dispute)}/won", reason="Decided.").status_code == 303
    assert stands(house, dispute).status == "won"
    assert "No dispute runs." in olga.get("/desk/operations/disputes").text
    assert dispute.reference in olga.get("/desk/operations/disputes?status=all").text
    again = olga.post(f"{place(dispute)}/won", reason="Decided.")
    assert again.status_code == 409 and "That dispute has ended." in again.text


def test_a_great_loss_is_asked_for_and_decided_by_another(house, somebody, dispute):
    olga: Desk = somebody("operations")
    asked = olga.post(f"{place(dispute)}/lost", reason="They signed.", bearer="customer")
    assert asked.status_code == 303
    assert stands(house, dispute).status == "credited"
    assert "A loss was asked for" in olga.get(place(dispute)).text
    sue: Desk = somebody("supervisor")
    where = asked.headers["Location"].split("?")[0]
    page = sue.get(where).text
    assert "Card dispute lost" in page and dispute.reference in page
    assert sue.post(f"{where}/approve", reason="agreed").status_code == 303
    assert stands(house, dispute).status == "lost"
    with house.unit() as unit:
        who = customers.find_by_phone(unit, "+254799000001")
        (wallet,) = book.balances(unit, who)
    assert wallet.balance.available == Money(1_500_000, "KES")


def test_no_step_without_words(somebody, dispute):
    olga: Desk = somebody("operations")
    answer = olga.post(f"{place(dispute)}/won", reason=" ")
    assert "Say what was said, or why." in answer.text
