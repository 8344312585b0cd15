"""Addresses stand in tables by their tokens, and are revealed to our own programs alone."""

from core.access import addresses
from core.crm import customers
from core.store import contacts
from core.store.unit import Unit
from tests.core.people import someone

PHONE, BSUID = "+254712000001", "KE.1349_x"


def test_what_was_kept_is_revealed_once_and_by_its_token_alone(unit: Unit) -> None:
    token = contacts.keep(unit, PHONE)
    assert contacts.keep(unit, PHONE) == token == contacts.token(unit, PHONE)
    other = contacts.keep(unit, BSUID)
    assert contacts.reveal(unit, [token, other, "nobody's"]) == {token: PHONE, other: BSUID}
    assert unit.value("select count(*) from contact_points") == 2
    assert PHONE not in str(unit.all("select * from contact_points"))


def test_every_address_that_tables_hold_can_be_revealed(unit: Unit) -> None:
    amina = someone(unit, PHONE)
    addresses.change_number(unit, amina.id, to="+254712000009", by="test")
    addresses.opt_out(unit, channel="sms", address="+254799000111")
    held = {row.address for row in unit.all("select address from addresses")}
    assert set(contacts.reveal(unit, held).values()) == {PHONE, "+254712000009", "+254799000111"}


def test_people_are_read_by_their_ids_in_one_statement(unit: Unit) -> None:
    amina = someone(unit, PHONE)
    brian = someone(unit, "+254712000002", names=("Brian", "Kamau"))
    before = unit.statements
    known = customers.people(unit, [amina.id, brian.id, amina.id])
    assert unit.statements == before + 1
    assert {one.name for one in known.values()} == {"Amina Otieno", "Brian Kamau"}
    assert known[amina.id].phone == PHONE
    addresses.withdraw(unit, address=PHONE, by="test")
    assert customers.people(unit, [amina.id])[amina.id].phone is None


def test_customers_are_found_by_whole_words_numbers_mail_and_documents(unit: Unit) -> None:
    zoe = someone(unit, PHONE, names=("Zoë Wanjikũ", "O'Brien"), email="Zoe@Example.com")
    someone(unit, "+254712000002", names=("Brian", "Kamau"))
    for text in (
        "zoe", "ZOË", "wanjiku zoe", "o'brien", PHONE, "0712 000 001", "zoe@example.COM ",
        "id12 000001",
    ):  # fmt: skip
        assert customers.search(unit, text) == [zoe.id], text
    for text in ("", "zo", "zoe kamau", "0799000000", "id99999999", "%"):
        assert customers.search(unit, text) == [], text
