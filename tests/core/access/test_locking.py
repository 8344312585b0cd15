"""Locking everything from any phone, the questions before a reset, and where one is logged in."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from core.access import devices, identity, locking, pins
from core.access.birth import ResetLocked
from core.access.identity import NotAnAnswer, WrongAnswer
from core.access.locking import LockTriesSpent, NothingLocked
from core.access.pins import PinLocked
from core.ledger import book
from core.money import Money
from core.store import contacts
from tests.core.access.test_trust import HOURS, OTHER, level, right_code, second_phone
from tests.core.people import BORN, PIN, SECRETS, counter, guess, someone, units
from tests.support.outbox_rows import register


def test_locking_everything(unit):
    register(unit)
    amina = someone(unit, holds="KES 1000.00")
    brian = someone(unit, "+254712000002", names=("Brian", "Kamau"))
    second_phone(unit, amina)
    thief = counter(unit, "+254799000000")
    thief.lock_everything(account=amina.account_no, born=BORN)
    with pytest.raises(PinLocked):
        counter(unit).prove(guess(unit, amina.id, PIN))
    with pytest.raises(book.AccountFrozen):
        book.look(
            unit,
            debit=amina.wallet,
            credit=brian.wallet,
            amount=Money.load("KES 1.00"),
            type="transfer",
        )
    told = unit.all("select channel from outbox order by channel")
    assert [one.channel for one in told] == ["sms", "whatsapp"]
    # Questions and a code do not open it; a person does.
    bank = counter(unit)
    bank.check_born(BORN)
    bank.check_answer("id_number", "0001")
    bank.send_reset_code()
    bank.check_code(right_code(unit, bank))
    with pytest.raises(PinLocked):
        bank.set_pin(SECRETS.hash("2580"))
    here = contacts.token(unit, amina.phone)
    pins.allow_reset(unit, amina.id, unit.now + HOURS, address=here)
    bank.set_pin(SECRETS.hash("2580"))
    bank.prove(guess(unit, amina.id, "2580"))
    assert [one.status for one in book.balances(unit, amina.id)] == ["active"]
    assert not bank.reset_allowed


def test_a_freeze_of_staff_is_not_lifted_with_it(unit):
    amina = someone(unit)
    by = book.Reason(by="compliance", why="ordered")
    book.set_status(unit, id=unit.new_id(), account=amina.wallet, status="debit_frozen", reason=by)
    counter(unit, "+254799000000").lock_everything(account=amina.account_no, born=BORN)
    locking.unlock(unit, amina.id)
    assert [one.status for one in book.balances(unit, amina.id)] == ["debit_frozen"]


def test_locking_is_tried_three_times_a_day_here_and_ten_times_on_an_account(unit, now):
    amina = someone(unit)
    wrong = BORN + timedelta(days=1)
    for phone in range(3):
        bank = counter(unit, f"+25479900000{phone}")
        for _ in range(3):
            with pytest.raises(NothingLocked):
                bank.lock_everything(account=amina.account_no, born=wrong)
        with pytest.raises(LockTriesSpent):
            bank.lock_everything(account="012345678901", born=BORN)
    last = counter(unit, "+254799000009")
    with pytest.raises(NothingLocked):
        last.lock_everything(account=amina.account_no, born=wrong)
    with pytest.raises(LockTriesSpent):
        last.lock_everything(account=amina.account_no, born=BORN)
    unit.now = now + 24 * HOURS
    last.lock_everything(account=amina.account_no, born=BORN)


def test_an_account_that_is_none_counts_the_same(unit):
    bank = counter(unit, "+254799000000")
    for _ in range(3):
        with pytest.raises(NothingLocked):
            bank.lock_everything(account="999999999917", born=BORN)
    with pytest.raises(LockTriesSpent):
        bank.lock_everything(account="999999999917", born=BORN)


def test_questions_are_bounded_over_addresses_at_once(clean_engine):
    """However many phones guess in parallel, three answers a day are heard."""
    open_unit = units(clean_engine)
    with open_unit() as unit:
        amina = someone(unit)
        for channel in ("sms", "whatsapp"):
            assert counter(unit, channel=channel).known

    def answer(n):
        with open_unit() as unit:
            bank = counter(unit, channel=("ussd", "sms", "whatsapp")[n % 3])
            try:
                with bank.attempt():
                    bank.check_answer("id_number", f"{n:04}")
            except (WrongAnswer, ResetLocked) as refused:
                return refused.code
            return "right"

    with ThreadPoolExecutor(8) as pool:
        heard = list(pool.map(answer, range(2, 26)))
    assert sorted(heard) == ["reset_locked"] * 22 + ["wrong_answer"] * 2
    with open_unit() as unit:
        assert unit.value("select birth_tries from pins where customer_id = %(i)s", i=amina.id) == 3


def test_the_birth_date_being_right_gives_no_new_tries(unit):
    someone(unit)
    bank = counter(unit)
    for _ in range(2):
        bank.check_born(BORN)
        with pytest.raises(WrongAnswer):
            bank.check_answer("id_number", "9999")
    bank.check_born(BORN)
    with pytest.raises(ResetLocked):
        bank.check_answer("id_number", "9999")
    with pytest.raises(ResetLocked):
        bank.check_born(BORN)


def test_answers(unit, now):
    amina = someone(unit, holds="KES 5000.00")
    brian = someone(unit, "+254712000002", names=("Brian", "Kamau"))
    assert identity.pick(unit, amina.id) == "id_number"
    bank = counter(unit)
    bank.send_money(to=str(brian.id), amount=Money.load("KES 1000.00"), effect_id=unit.new_id())
    asked = {identity.pick(unit, amina.id) for _ in range(40)}
    assert asked == {"id_number", "payment"}
    unit.now = now + timedelta(days=400)
    assert {identity.pick(unit, amina.id) for _ in range(40)} == {"id_number", "year"}
    unit.now = now
    for question, right in (("payment", "1,100"), ("payment", "900"), ("year", "2026")):
        bank.check_answer(question, right)
    for question, unread in (("id_number", "12"), ("payment", "some"), ("year", "26")):
        with pytest.raises(NotAnAnswer):
            bank.check_answer(question, unread)
    with pytest.raises(WrongAnswer):
        bank.check_answer("payment", "1101")


def test_devices_are_listed_removed_and_left(unit):
    amina = someone(unit)
    second_phone(unit, amina)
    bank = counter(unit)
    here, other = bank.devices()
    assert (here.here, here.address, other.address) == (True, "+254 7** *** 001", "")
    with pytest.raises(devices.DeviceInUse):
        bank.remove_device(here.key)
    bank.leave_other_devices()
    assert level(unit, "whatsapp", OTHER) == "new"
    bank.remove_device(other.key)
    assert not counter(unit, OTHER, channel="whatsapp").known
    with pytest.raises(devices.DeviceGone):
        bank.remove_device(other.key)
    assert len(unit.last) == 2  # notes for the log
