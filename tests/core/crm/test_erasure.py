"""Forgetting a customer: what goes at once, what the law keeps, and what always stays."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy.exc import DBAPIError

from core.crm import erasure, own_email
from core.crm.customers import people
from core.ledger import book
from core.store import contacts, mail
from core.store.mail import Told
from core.store.outbox import queue_notice, register_senders
from tests.core.people import someone
from tests.support.outbox_rows import ALL


@pytest.fixture
def amina(unit):
    register_senders(unit, ALL)
    amina = someone(unit, holds="KES 100.00")
    contacts.keep(unit, amina.phone)
    queue_notice(unit, customer_id=amina.id, alert="pin_changed", facts={})
    unit.run("update messages set content = '\\x01' where content is null")
    return amina


def close(unit, amina):
    cash = book.system_account(unit, "cash", "KES")
    reason = book.Reason(by="test", why="she leaves")
    book.close(unit, id=uuid4(), account=amina.wallet, to=cash, reason=reason)


def left(unit, table, amina):
    return unit.value(f"select count(*) from {table} where customer_id = %(id)s", id=amina.id)


def row(unit, amina):
    return unit.one("select * from customers where id = %(id)s", id=amina.id)


def test_who_has_a_wallet_is_known(unit, amina):
    with pytest.raises(erasure.WalletsOpen):
        erasure.erase(unit, amina.id)
    assert left(unit, "pins", amina) == 1


def test_what_one_is_reached_by_goes_at_once_and_who_one_was_stays(unit, amina):
    close(unit, amina)
    told = erasure.erase(unit, amina.id)
    assert told == {"identity": (unit.now + erasure.KEPT_FOR).date().isoformat()}
    for table in ("addresses", "pins", "one_time_codes", "interactions"):
        assert left(unit, table, amina) == 0
    assert contacts.reveal(unit, [contacts.token(unit, amina.phone)]) == {}
    assert unit.value("select count(*) from messages where content is not null") == 0
    kept = row(unit, amina)
    assert (kept.phone_number, kept.is_active) == (None, False)
    assert kept.id_number is not None and kept.date_of_birth is not None
    assert people(unit, [amina.id])[amina.id].first_name == "Amina"
    assert book.verify(unit) == []


def test_letters_that_have_not_left_go_too(unit, amina):
    brian = someone(unit, "+254712000002", names=("Brian", "Kamau"))
    for whose in (amina, brian):
        told = Told("email_removed", "en", {"name": "Amina"})
        mail.tell(unit, whose.id, told, to="amina@mail.example")
    own_email.vouch(unit, amina.id)
    close(unit, amina)
    erasure.erase(unit, amina.id)
    assert (left(unit, "mails", amina), left(unit, "mails", brian)) == (0, 1)
    assert row(unit, amina).email_verified_at is None


def test_after_seven_years_nobody_knows_who_it_was(unit, amina):
    close(unit, amina)
    unit.now += erasure.KEPT_FOR + timedelta(days=1)
    assert erasure.erase(unit, amina.id) == {"identity": unit.now.date().isoformat()}
    assert people(unit, [amina.id])[amina.id].first_name == "Amina"
    assert erasure.due(unit) == [amina.id]
    assert erasure.forget_identity(unit, amina.id)
    kept = row(unit, amina)
    assert (kept.id_number, kept.date_of_birth, kept.email) == (None, None, None)
    assert people(unit, [amina.id])[amina.id].first_name == "Former"
    assert erasure.due(unit) == [] and not erasure.forget_identity(unit, amina.id)
    assert erasure.erase(unit, amina.id), "once more does no harm"


def test_the_number_is_free_for_the_next_one(unit, amina):
    close(unit, amina)
    erasure.erase(unit, amina.id)
    assert someone(unit, amina.phone, id_number="ID99999999").id != amina.id


def test_others_are_left_alone(unit, amina):
    brian = someone(unit, "+254712000002", names=("Brian", "Kamau"))
    contacts.keep(unit, brian.phone)
    close(unit, amina)
    erasure.erase(unit, amina.id)
    assert left(unit, "pins", brian) == 1
    assert contacts.reveal(unit, [contacts.token(unit, brian.phone)])


def test_words_are_forgotten_by_that_way_alone(unit, amina):
    with pytest.raises(DBAPIError, match="rewriting what was said"):
        unit.run("update messages set content = null where customer_id = %(id)s", id=amina.id)
