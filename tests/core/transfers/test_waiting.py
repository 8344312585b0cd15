"""Money for a number that is nobody's: it waits on hold, is collected, taken back or returned."""

from datetime import timedelta
from uuid import uuid4

import pytest

from core.access import addresses
from core.crm import erasure
from core.kyc import tiers
from core.kyc.tiers import Tier
from core.ledger import book
from core.money import Money
from core.transfers import collecting, waiting, waiting_endings
from core.transfers.waiting import (
    MOST_INVITED,
    MOST_WAITING,
    WAITS,
    NumberNotServed,
    TooManyWaiting,
)
from core.transfers.waiting_endings import WaitingOver
from core.wallets.wallets import own_wallets
from tests.core.people import counter, fund, someone
from tests.support import unsealed

AMINA, NEW, TANZANIAN = "+254712000001", "+254733000111", "+255754000111"
KES_500 = Money.load("KES 500.00")


@pytest.fixture
def amina(unit):
    unit.run(
        """
        insert into senders (key, channel, provider, number, countries, is_default, rate, burst,
            allowed, tokens, refilled_at)
        values ('twilio:sms:21000', 'sms', 'twilio', '21000', '{}', true, 1, 1, 1, 1, %(now)s),
            ('at:sms:21001', 'sms', 'at', '21001', '{TZ}', false, 1, 1, 1, 1, %(now)s)
        """,
        now=unit.now,
    )
    return someone(unit, AMINA, holds="KES 2000.00")


def send(unit, amina, *, to=NEW, amount=KES_500, effect=None, note="", channel="whatsapp"):
    effect = effect or uuid4()
    waiting.send_waiting(
        unit, id=effect, payer=amina.id, wallet=amina.wallet, phone=to, amount=amount,
        channel=channel, note=note,
    )  # fmt: skip
    return effect


def join(unit, phone=NEW, **other):
    return someone(unit, phone, names=("Brian", "Kamau"), tier=Tier.REGISTERED, **other)


def told(unit) -> list[tuple[str, dict]]:
    rows = unsealed.outbox(unit)
    return [(row.payload["alert"], row.payload["facts"]) for row in rows]


def status(unit, effect) -> str:
    return str(unit.value("select status from waiting_transfers where id = %(id)s", id=effect))


def later(unit, wait) -> None:
    unit.now += wait
    book.expire(unit)


def test_it_waits_on_hold_and_the_number_is_invited(unit, amina):
    effect = send(unit, amina, note="*rent*")
    balance = book.balance(unit, amina.wallet)
    assert (str(balance.posted), str(balance.held)) == ("KES 2000.00", "KES 500.00")
    assert counter(unit).wallets()[0].held == KES_500
    assert told(unit) == [("invitation", {"name": "A***a O***o", "amount": "KES 500.00"})]
    row = unit.one("select contact, sender, language, expires_at from outbox")
    assert row.contact == unit.keys.token(NEW, kind="address")
    assert (row.sender, row.language) == ("twilio:sms:21000", "en")
    assert row.expires_at == unit.now + WAITS
    one = counter(unit).waiting_payments()[0]
    assert (one.id, one.phone, one.amount) == (effect, "+254 7** *** 111", KES_500)
    assert counter(unit).find_waiting(one.reference.lower()) == one


def test_the_invitation_speaks_the_numbers_language_and_goes_by_its_countrys_provider(unit, amina):
    send(unit, amina, to=TANZANIAN)
    row = unit.one("select sender, language from outbox")
    assert tuple(row) == ("at:sms:21001", "sw")


def test_asked_for_twice_it_waits_once_and_after_ussd_the_payer_is_told_too(unit, amina):
    effect = send(unit, amina, channel="ussd")
    unit.now += timedelta(seconds=5)
    send(unit, amina, channel="ussd", effect=effect)
    assert book.balance(unit, amina.wallet).held == KES_500
    assert [alert for alert, _ in told(unit)] == ["money_waits", "invitation"]


def test_joining_collects_it_whole_at_once_and_both_are_told(unit, amina):
    effect = send(unit, amina, note="rent")
    reference = counter(unit).waiting_payments()[0].reference
    brian = join(unit)
    assert status(unit, effect) == "claimed"
    assert str(book.balance(unit, brian.wallet).available) == "KES 500.00"
    paid = book.balance(unit, amina.wallet)
    assert (str(paid.posted), str(paid.held)) == ("KES 1500.00", "KES 0.00")
    facts = {"amount": "KES 500.00", "reference": reference}
    assert told(unit)[1:] == [
        ("money_received_note",
         facts | {"name": "A***a O***o", "balance": "KES 500.00", "note": "rent"}),
        ("money_collected", facts | {"name": "B***n K***u"}),
    ]  # fmt: skip
    assert counter(unit).waiting_payments() == []
    for phone, who in ((AMINA, "B***n K***u"), (NEW, "A***a O***o")):
        assert counter(unit, phone).recent(1)[0].who == who
    assert book.verify(unit) == []
    assert unit.value(
        "select coalesce(sum(abs(posted)) + sum(abs(incoming)), 0) from ledger_accounts"
        " where kind = 'unclaimed'"
    ) == 0  # fmt: skip


def test_every_payment_of_everybody_is_collected(unit, amina):
    neema = someone(unit, "+254712000009", holds="KES 900.00", names=("Neema", "Juma"))
    send(unit, amina)
    send(unit, amina, amount=Money.load("KES 1.00"))
    send(unit, neema, amount=Money.load("KES 900.00"))
    send(unit, amina, to=TANZANIAN)
    brian = join(unit)
    assert str(book.balance(unit, brian.wallet).available) == "KES 1401.00"
    assert str(book.balance(unit, amina.wallet).held) == "KES 500.00"


def test_another_currency_gets_a_wallet_of_its_own(unit, amina):
    send(unit, amina, to=TANZANIAN)
    send(unit, amina, to=TANZANIAN)
    neema = join(unit, TANZANIAN)
    held = {one.currency: str(one.available) for one in own_wallets(unit, neema.id)}
    assert held == {"TZS": "TZS 0.00", "KES": "KES 1000.00"}


def test_what_the_tier_does_not_hold_waits_on_and_comes_when_the_tier_rises(unit, amina):
    fund(unit, amina.wallet, "KES 200000.00")
    first = send(unit, amina, amount=Money.load("KES 100000.00"))
    second = send(unit, amina, amount=Money.load("KES 90000.00"))
    brian = join(unit)
    assert {status(unit, first), status(unit, second)} == {"claimed", "waiting"}
    assert collecting.entitled(unit, most=9) == []
    unit.now += timedelta(minutes=1)
    tiers.set_tier(unit, brian.id, Tier.IDENTIFIED, kyc_status="Verified", by="test")
    (due,) = collecting.entitled(unit, most=9)
    assert collecting.collect(unit, due) == 1
    assert str(book.balance(unit, brian.wallet).available) == "KES 190000.00"


def test_what_was_refused_is_tried_again_after_a_while(unit, amina):
    fund(unit, amina.wallet, "KES 200000.00")
    send(unit, amina, amount=Money.load("KES 140000.00"))
    brian = join(unit, holds=None)
    assert str(book.balance(unit, brian.wallet).available) == "KES 140000.00"
    effect = send(unit, amina, amount=KES_500, to=NEW)
    assert [one.customer for one in collecting.entitled(unit, most=9)] == [brian.id]
    assert collecting.collect_all(unit, brian.id, NEW) == 0
    assert collecting.entitled(unit, most=9) == []
    unit.now += collecting.TRIED_AGAIN_AFTER
    assert len(collecting.entitled(unit, most=9)) == 1
    assert status(unit, effect) == "waiting"


def test_nobody_collects_money_of_their_own(unit, amina):
    send(unit, amina)
    unit.run("update customers set phone_index = %(token)s where id = %(me)s",
             token=unit.keys.token(NEW, kind="address"), me=amina.id)  # fmt: skip
    assert collecting.entitled(unit, most=9) == []
    assert collecting.collect_all(unit, amina.id, NEW) == 0


def test_a_frozen_payer_pays_what_was_on_hold(unit, amina):
    effect = send(unit, amina)
    why = book.Reason(by="test", why="test")
    book.set_status(unit, id=uuid4(), account=amina.wallet, status="frozen", reason=why)
    join(unit)
    assert status(unit, effect) == "claimed"


def test_nobody_collects_it_in_time_and_the_payer_has_it_again(unit, amina):
    effect = send(unit, amina)
    unit.now += WAITS - timedelta(seconds=1)
    assert waiting_endings.return_due(unit, most=9) == 0
    unit.now += timedelta(seconds=1)
    assert waiting_endings.return_due(unit, most=9) == 0, "the ledger gives it back first"
    assert counter(unit).waiting_payments() == []
    later(unit, timedelta(0))
    assert waiting_endings.return_due(unit, most=9) == 1
    assert waiting_endings.return_due(unit, most=9) == 0
    assert status(unit, effect) == "returned"
    assert str(book.balance(unit, amina.wallet).available) == "KES 2000.00"
    alert, facts = told(unit)[-1]
    assert alert == "money_returned"
    assert (facts["amount"], facts["phone"]) == ("KES 500.00", "+254 7** *** 111")
    brian = join(unit)
    assert str(book.balance(unit, brian.wallet).available) == "KES 0.00"


def test_who_joins_too_late_gets_nothing_swept_or_not(unit, amina):
    effect = send(unit, amina)
    unit.now += WAITS
    brian = join(unit)
    assert str(book.balance(unit, brian.wallet).available) == "KES 0.00"
    with pytest.raises(WaitingOver) as over:
        counter(unit).take_back(str(effect))
    assert over.value.facts == {"status": "returned"}


def test_the_payer_takes_it_back_once(unit, amina):
    effect = send(unit, amina)
    counter(unit).take_back(str(effect))
    counter(unit).take_back(str(effect))
    assert status(unit, effect) == "cancelled"
    assert str(book.balance(unit, amina.wallet).available) == "KES 2000.00"
    brian = join(unit)
    assert str(book.balance(unit, brian.wallet).available) == "KES 0.00"
    other = send(unit, amina, to=TANZANIAN)
    join(unit, TANZANIAN)
    with pytest.raises(WaitingOver) as over:
        counter(unit).take_back(str(other))
    assert over.value.facts == {"status": "claimed"}


def test_nobody_takes_back_what_another_sent(unit, amina):
    effect = send(unit, amina)
    brian = someone(unit, "+254712000009", names=("Brian", "Kamau"))
    with pytest.raises(waiting.UnknownWaiting):
        counter(unit, brian.phone).take_back(str(effect))
    with pytest.raises(LookupError, match="one customer's"):
        send(unit, brian, effect=effect)


def test_limits_count_it_once_and_get_it_back(unit, amina):
    spent = "select day_spent from limit_counters where owner = %(id)s"
    effect = send(unit, amina)
    assert unit.value(spent, id=amina.id) == 50_000
    counter(unit).take_back(str(effect))
    assert unit.value(spent, id=amina.id) == 0
    send(unit, amina)
    join(unit)
    assert unit.value(spent, id=amina.id) == 50_000


def test_only_so_many_wait(unit, amina):
    one = Money.load("KES 1.00")
    for n in range(MOST_WAITING):
        send(unit, amina, amount=one, to=f"+2547330001{n:02}")
    with pytest.raises(TooManyWaiting), unit.savepoint():
        send(unit, amina, amount=one)
    assert str(book.balance(unit, amina.wallet).held) == "KES 9.00"


def test_a_number_is_invited_three_times_a_day_whoever_pays(unit, amina):
    neema = someone(unit, "+254712000009", holds="KES 900.00", names=("Neema", "Juma"))
    one = Money.load("KES 1.00")
    for payer in (amina, neema, amina, neema, amina):
        send(unit, payer, amount=one)
    count = "select count(*) from outbox where contact = %(contact)s"
    contact = unit.keys.token(NEW, kind="address")
    assert unit.value(count, contact=contact) == 3
    unit.now += timedelta(days=1)
    send(unit, amina, amount=one)
    assert unit.value(count, contact=contact) == 4


def test_a_number_that_wants_no_messages_is_not_invited(unit, amina):
    addresses.opt_out(unit, channel="whatsapp", address=NEW)
    send(unit, amina)
    assert told(unit) == []
    join(unit)
    assert [alert for alert, _ in told(unit)] == ["money_received", "money_collected"]


def test_a_number_of_a_country_without_us_is_not_sent_to(unit, amina):
    with pytest.raises(NumberNotServed):
        counter(unit).invite("+447911123456")
    assert counter(unit).invite(NEW).phone == "+254 7** *** 111"


def test_without_a_number_of_ours_that_reaches_them_it_waits_all_the_same(unit):
    amina = someone(unit, AMINA, holds="KES 2000.00")
    effect = send(unit, amina)
    assert told(unit) == []
    join(unit)
    assert status(unit, effect) == "claimed"


def test_a_payer_invites_only_so_many_a_day(unit, amina):
    for n in range(MOST_INVITED + 2):
        counter(unit).take_back(str(send(unit, amina, to=f"+2547330001{n:02}")))
    assert len(told(unit)) == MOST_INVITED
    neema = someone(unit, "+254712000009", holds="KES 900.00", names=("Neema", "Juma"))
    send(unit, neema)
    assert len(told(unit)) == MOST_INVITED + 1
    unit.now += timedelta(days=1)
    send(unit, amina)
    assert len(told(unit)) == MOST_INVITED + 2


def test_the_payers_new_number_changes_nothing_and_the_new_one_may_collect(unit, amina):
    """What waits is the payer's by who they are, and whoever has the number now by what it is."""
    effect = send(unit, amina)
    brian = someone(unit, "+254712000002", names=("Brian", "Kamau"))
    unit.now += timedelta(minutes=1)
    addresses.change_number(unit, amina.id, to="+254712000077", by="test")
    addresses.change_number(unit, brian.id, to=NEW, by="test")
    (due,) = collecting.entitled(unit, most=9)
    assert collecting.collect(unit, due) == 1
    assert status(unit, effect) == "claimed"
    assert str(book.balance(unit, amina.wallet).posted) == "KES 1500.00"


def test_who_leaves_takes_their_note_along_and_leaves_nothing_waiting(unit, amina):
    effect = send(unit, amina, note="aardvark")
    facts = {
        "to": book.system_account(unit, "cash", "KES"),
        "reason": book.Reason(by="test", why="leaves"),
    }
    with pytest.raises(book.HoldsOpen), unit.savepoint():
        book.close(unit, id=uuid4(), account=amina.wallet, **facts)
    counter(unit).take_back(str(effect))
    book.close(unit, id=uuid4(), account=amina.wallet, **facts)
    erasure.erase(unit, amina.id)
    note = "select note from waiting_transfers where id = %(id)s"
    assert unit.value(note, id=effect) is None


def test_who_has_left_collects_nothing_and_is_shown_to_nobody(unit, amina):
    brian = join(unit)
    send(unit, amina)
    facts = {
        "to": book.system_account(unit, "cash", "KES"),
        "reason": book.Reason(by="test", why="leaves"),
    }
    book.close(unit, id=uuid4(), account=brian.wallet, **facts)
    erasure.erase(unit, brian.id)
    assert collecting.entitled(unit, most=9) == []
    assert [one.phone for one in counter(unit).waiting_payments()] == ["***"]
    later(unit, WAITS)
    assert waiting_endings.return_due(unit, most=9) == 1
