"""What customers choose to be told of: money that comes in, a low balance, news."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from core import customer_copy
from core.access import addresses
from core.access.actors import SYSTEM
from core.crm import alert_choices, consents, erasure
from core.crm.alert_choices import Choices
from core.ledger import book
from core.money import Money
from core.store.outbox import register_senders
from core.transfers.send import send_money
from core.wallets import wallets
from tests.core.people import counter, fund, someone
from tests.support import unsealed
from tests.support.outbox_rows import ALL

KES_500 = Money.load("KES 500.00")
KES_100 = Money.load("KES 100.00")
NIGHT = datetime(2026, 3, 4, 20, 30, tzinfo=UTC)
"""Half past eleven in Nairobi."""
MORNING = datetime(2026, 3, 5, 6, 0, tzinfo=UTC)


@pytest.fixture
def amina(unit):
    register_senders(unit, ALL)
    return someone(unit, holds="KES 2000.00")


@pytest.fixture
def brian(unit, amina):
    return someone(unit, "+254712000002", names=("Brian", "Kamau"), holds="KES 2000.00")


def send(unit, payer, payee, amount="KES 100.00", **other):
    return send_money(
        unit, id=uuid4(), payer=payer.id, payee=payee.id, amount=Money.load(amount),
        channel="whatsapp", **other,
    )  # fmt: skip


def told(unit, *alerts):
    return [one.payload for one in unsealed.outbox(unit) if one.payload["alert"] in alerts]


def received(unit):
    return len(told(unit, "money_received", "money_received_note", "request_paid"))


def test_who_chose_nothing_is_told_of_all_money_in_and_of_no_low_balance(unit, amina, brian):
    assert alert_choices.read(unit, amina.id) == Choices(True, None, None)
    send(unit, brian, amina, "KES 0.01")
    send(unit, amina, brian, "KES 1999.00")
    assert received(unit) == 2
    assert alert_choices.tell_fallen(unit) == 0


def test_money_in_is_told_from_the_chosen_amount_on(unit, amina, brian):
    alert_choices.tell_received(unit, amina.id, least=KES_500)
    assert alert_choices.read(unit, amina.id) == Choices(True, KES_500, None)
    send(unit, brian, amina, "KES 499.99", note="Chai")
    assert received(unit) == 0
    send(unit, brian, amina, "KES 500.00", note="Chai")
    assert received(unit) == 1
    send(unit, amina, brian, "KES 1.00")
    assert received(unit) == 2, "what she chose is hers alone"
    assert alert_choices.wants_money_in(unit, amina.id, Money.load("USD 1.00")), "not in shillings"


def test_no_money_in_is_told_to_who_wants_none_until_they_do(unit, amina, brian):
    alert_choices.tell_no_received(unit, amina.id)
    assert alert_choices.read(unit, amina.id) == Choices(False, None, None)
    send(unit, brian, amina, "KES 500.00")
    assert received(unit) == 0
    assert not alert_choices.wants_money_in(unit, amina.id, Money.load("USD 1.00"))
    alert_choices.tell_received(unit, amina.id, least=None)
    assert alert_choices.read(unit, amina.id) == Choices(True, None, None)
    send(unit, brian, amina, "KES 500.00")
    assert received(unit) == 1


def test_what_was_asked_for_is_told_whatever_was_chosen(unit, amina, brian):
    alert_choices.tell_no_received(unit, amina.id)
    send(unit, brian, amina, told="request_paid")
    assert received(unit) == 1


def test_a_receipt_of_ones_own_payment_stays(unit, amina, brian):
    alert_choices.tell_no_received(unit, amina.id)
    counter(unit).send_money(to=str(brian.id), amount=KES_100, effect_id=uuid4())
    assert len(told(unit, "money_sent")) == 1


def test_a_low_balance_is_told_once_until_it_rose_again(unit, amina, brian):
    alert_choices.tell_low(unit, amina.id, below=KES_500)
    assert alert_choices.tell_fallen(unit) == 0
    send(unit, amina, brian, "KES 1500.00")
    assert alert_choices.tell_fallen(unit) == 0, "five hundred are not less than five hundred"
    send(unit, amina, brian, "KES 0.01")
    assert alert_choices.tell_fallen(unit) == 1
    assert alert_choices.tell_fallen(unit) == 0
    send(unit, amina, brian, "KES 100.00")
    assert alert_choices.tell_fallen(unit) == 0
    (first,) = told(unit, "balance_low")
    assert first["facts"] == {"balance": "KES 499.99", "limit": "KES 500.00"}

    fund(unit, amina.wallet, "KES 1000.00")
    assert alert_choices.tell_fallen(unit) == 1
    assert len(told(unit, "balance_low")) == 1, "that it rose is not told"
    send(unit, amina, brian, "KES 1000.00")
    assert alert_choices.tell_fallen(unit) == 1
    assert len(told(unit, "balance_low")) == 2


def test_who_chooses_while_there_is_less_is_told_the_next_time(unit, amina, brian):
    alert_choices.tell_low(unit, amina.id, below=Money.load("KES 5000.00"))
    assert alert_choices.tell_fallen(unit) == 0
    fund(unit, amina.wallet, "KES 4000.00")
    send(unit, amina, brian, "KES 2000.00")
    assert alert_choices.tell_fallen(unit) == 0, "between the two it was not looked at"
    fund(unit, amina.wallet, "KES 4000.00")
    assert alert_choices.tell_fallen(unit) == 1
    send(unit, amina, brian, "KES 4000.00")
    assert alert_choices.tell_fallen(unit) == 1
    assert len(told(unit, "balance_low")) == 1


def test_all_wallets_of_the_currency_count_together(unit, amina, brian):
    saved = wallets.open_further(unit, amina.id, "KES")
    fund(unit, saved.id, "KES 1000.00")
    alert_choices.tell_low(unit, amina.id, below=KES_500)
    send(unit, amina, brian, "KES 2000.00")
    assert alert_choices.tell_fallen(unit) == 0


def test_a_low_balance_at_night_is_told_in_the_morning_if_it_still_is(unit, amina, brian):
    for one in (amina, brian):
        alert_choices.tell_low(unit, one.id, below=KES_500)
    unit.now = NIGHT
    send(unit, amina, brian, "KES 1600.00")
    send(unit, brian, amina, "KES 3500.00")
    assert alert_choices.tell_fallen(unit) == 0
    assert unit.value("select count(*) from held_notices") == 0
    send(unit, amina, brian, "KES 3550.00")
    unit.now = MORNING
    assert alert_choices.tell_fallen(unit) == 1, "Brian has enough again"
    assert [one["facts"]["balance"] for one in told(unit, "balance_low")] == ["KES 350.00"]


def test_who_wants_no_low_balance_is_not_told(unit, amina, brian):
    alert_choices.tell_low(unit, amina.id, below=KES_500)
    alert_choices.tell_no_low(unit, amina.id)
    send(unit, amina, brian, "KES 2000.00")
    assert alert_choices.tell_fallen(unit) == 0
    assert alert_choices.read(unit, amina.id).low is None


def test_stop_holds_a_low_balance_back_and_asking_for_it_anew_does_not(unit, amina, brian):
    bank = counter(unit)
    bank.want_low(KES_500)
    counter(unit, channel="sms").opt_out()
    send(unit, amina, brian, "KES 2000.00")
    assert alert_choices.tell_fallen(unit) == 1
    assert told(unit, "balance_low") == []
    bank.want_low(KES_500)
    fund(unit, amina.wallet, "KES 900.00")
    assert alert_choices.tell_fallen(unit) == 1
    send(unit, amina, brian, "KES 900.00")
    alert_choices.tell_fallen(unit)
    assert len(told(unit, "balance_low")) == 1


def test_news_are_a_consent_that_is_given_and_taken_back(unit, amina):
    bank = counter(unit)
    assert not bank.news_wanted
    addresses.opt_out(unit, channel="ussd", address=amina.phone)
    bank.want_news()
    bank.want_news()
    assert bank.news_wanted
    assert unit.value("select wants_news(%(id)s)", id=amina.id), "a STOP said before is over"
    bank.want_no_news()
    assert not bank.news_wanted and not consents.stands(unit, amina.id, purpose="marketing")
    bank.want_news()
    rows = unit.all(
        "select channel, withdrawn_at is null as stands from consents"
        " where purpose = 'marketing' order by withdrawn_at is null"
    )
    assert [(row.channel, row.stands) for row in rows] == [("ussd", False), ("ussd", True)]


def test_the_counter_keeps_what_was_chosen(unit, amina):
    bank = counter(unit)
    bank.want_received(KES_500)
    bank.want_low(KES_100)
    assert bank.alert_choices() == Choices(True, KES_500, KES_100)
    bank.want_no_received()
    bank.want_no_low()
    assert bank.alert_choices() == Choices(False, None, None)
    bank.want_received()
    assert bank.alert_choices() == Choices(True, None, None)


def test_a_copy_has_what_was_chosen_and_who_is_forgotten_has_chosen_nothing(unit, amina, brian):
    alert_choices.tell_received(unit, amina.id, least=KES_500)
    alert_choices.tell_low(unit, amina.id, below=KES_100)
    held = customer_copy.copy(unit, SYSTEM, amina.id, reason="she wrote")
    assert [
        (one["kind"], one["amount"], one["currency"], one["is_low"])
        for one in sorted(held["alerts_chosen"], key=lambda one: str(one["kind"]))
    ] == [("low", 10000, "KES", False), ("received", 50000, "KES", False)]
    send(unit, amina, brian, "KES 2000.00")
    book.close(
        unit, id=uuid4(), account=amina.wallet, to=book.system_account(unit, "cash", "KES"),
        reason=book.Reason(by="test", why="the customer leaves"),
    )  # fmt: skip
    assert alert_choices.tell_fallen(unit) == 0, "who has no wallet has no low balance"
    erasure.erase(unit, amina.id)
    assert unit.value("select count(*) from alert_choices") == 0


def test_many_are_told_a_few_at_a_time(unit, amina, brian):
    for one in (amina, brian):
        alert_choices.tell_low(unit, one.id, below=KES_500)
    people = [someone(unit, f"+25471200000{n}") for n in (3, 4)]
    for poor, rich in zip((amina, brian), people, strict=True):
        send(unit, poor, rich, "KES 1600.00")
    assert [alert_choices.tell_fallen(unit, most=1) for _ in range(3)] == [1, 1, 0]
