from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from uuid import UUID

import pytest

from core.access import codes
from core.access.codes import CodeSpent, TooManyCodes, WrongCode
from core.access.pins import Proof
from tests.core.people import PEPPER, SECRETS, counter, someone, units
from tests.support import unsealed

BSUID = "KE.13491208655302741918"
ID = UUID("00000000-0000-7000-8000-000000000001")


def _asked(unit, *, channel="ussd", address="+254712000001"):
    return codes.look(unit, channel=channel, address=address)


def _right(unit, **at):
    code_id = _asked(unit, **at)
    return SECRETS.check_code(code_id, codes.reveal(PEPPER, str(code_id)))


def _wrong(unit, **at):
    code_id = _asked(unit, **at)
    right = codes.reveal(PEPPER, str(code_id))
    return SECRETS.check_code(code_id, f"{(int(right) + 1) % 10**6:06d}")


def test_digits_follow_from_the_id_and_the_pepper():
    digits = codes.reveal(PEPPER, str(ID))
    assert len(digits) == 6
    assert digits.isdigit()
    assert digits == codes.reveal(PEPPER, str(ID))
    assert digits != codes.reveal(b"another pepper", str(ID))
    assert SECRETS.check_code(ID, f" {digits} ") == Proof("code", True, code_id=ID)
    assert not SECRETS.check_code(ID, digits[:-1]).ok
    assert not SECRETS.check_code(None, digits).ok


def test_digits_are_spread_over_all_there_are():
    seen = {codes.reveal(PEPPER, str(UUID(int=n))) for n in range(3000)}
    assert len(seen) > 2980
    assert {d[0] for d in seen} == set("0123456789")


def test_a_right_code_is_used_once(unit):
    someone(unit)
    bank = counter(unit)
    bank.send_reset_code()
    proof = _right(unit)
    bank.check_code(proof)
    with pytest.raises(CodeSpent):
        bank.check_code(proof)


def test_three_tries(unit):
    someone(unit)
    bank = counter(unit)
    bank.send_reset_code()
    for left in ("2", "1"):
        with pytest.raises(WrongCode) as refused:
            bank.check_code(_wrong(unit))
        assert refused.value.facts == {"left": left}
    for proof in (_wrong(unit), _right(unit)):
        with pytest.raises(CodeSpent):
            bank.check_code(proof)


def test_five_minutes(unit, now):
    someone(unit)
    bank = counter(unit)
    bank.send_reset_code()
    unit.now = now + timedelta(minutes=5)
    with pytest.raises(CodeSpent):
        bank.check_code(_right(unit))


def test_a_code_is_good_only_where_it_was_asked_for(unit):
    someone(unit)
    counter(unit).send_reset_code()
    proof = _right(unit)
    with pytest.raises(CodeSpent):
        counter(unit, channel="whatsapp").check_code(proof)
    counter(unit).check_code(proof)


def test_a_proof_of_something_else_is_no_code(unit):
    someone(unit)
    bank = counter(unit)
    bank.send_reset_code()
    with pytest.raises(WrongCode):
        bank.check_code(Proof("pin", True, code_id=_asked(unit)))


def test_how_many_may_be_asked_for(unit, now):
    someone(unit)
    bank = counter(unit)
    sent = 0
    for quarter in range(5):
        unit.now = now + timedelta(minutes=16 * quarter)
        for _ in range(4):
            try:
                bank.send_reset_code()
                sent += 1
            except TooManyCodes as refused:
                minutes = refused.facts["minutes"]
    assert sent == 10
    assert minutes == "1440"
    unit.now = now + timedelta(hours=26)
    bank.send_reset_code()


def test_the_limit_is_the_customers_wherever_they_ask(unit):
    someone(unit)
    for channel in ("ussd", "whatsapp", "ussd"):
        counter(unit, channel=channel).send_reset_code()
    with pytest.raises(TooManyCodes):
        counter(unit, channel="whatsapp").send_reset_code()


def test_what_is_sent_names_the_code_by_its_id_alone(unit):
    someone(unit)
    unit.run(
        """
        insert into senders (key, channel, provider, number, countries, is_default, rate, burst,
            allowed, tokens, refilled_at)
        values ('twilio:sms:21000', 'sms', 'twilio', '21000', '{}', true, 1, 1, 1, 1, %(now)s)
        """,
        now=unit.now,
    )
    counter(unit).send_reset_code()
    code_id = str(_asked(unit))
    [row] = unsealed.outbox(unit)
    assert (row.channel, row.contact) == ("sms", "+254712000001")
    assert row.payload["facts"] == {"code_id": code_id}
    digits = codes.reveal(PEPPER, code_id)
    assert digits not in str(row.payload)
    for table in ("one_time_codes", "outbox", "messages"):
        assert digits not in unit.value(f"select string_agg(t::text, ' ') from {table} t")


# --- Linking an address that shows no number ---------------------------------------------------


def test_a_number_without_a_customer_looks_just_the_same(unit):
    bank = counter(unit, BSUID, channel="whatsapp")
    assert bank.send_link_code("0799 000 000") == "+254799000000"
    at = {"channel": "whatsapp", "address": BSUID}
    for left in ("2", "1"):
        with pytest.raises(WrongCode) as refused:
            bank.check_code(_right(unit, **at))  # even the right digits: nobody was sent them
        assert refused.value.facts == {"left": left}
    with pytest.raises(CodeSpent):
        bank.check_code(_right(unit, **at))
    assert not bank.known


def test_an_address_is_linked_by_phone_code_and_pin(unit):
    from tests.core.people import PIN, guess

    amina = someone(unit)
    bank = counter(unit, BSUID, channel="whatsapp")
    assert not bank.known
    assert bank.send_link_code("+254 712 000 001") == amina.phone
    assert bank.send_link_code(amina.phone) == amina.phone
    bank.check_code(_right(unit, channel="whatsapp", address=BSUID))
    assert bank.known
    assert not bank.trusted
    with pytest.raises(LookupError):
        bank.link()
    bank = counter(unit, BSUID, channel="whatsapp")  # the next turn
    assert (bank.known, bank.trusted) == (True, False)
    bank.prove(guess(unit, amina.id, PIN))
    bank.link()
    assert counter(unit, BSUID, channel="whatsapp").trusted


def test_a_code_is_not_used_twice_at_once(clean_engine):
    opened = units(clean_engine)
    with opened() as unit:
        someone(unit)
        counter(unit).send_reset_code()
        proof = _right(unit)
    gate = Barrier(6)

    def use(_: int) -> bool:
        gate.wait()
        try:
            with opened() as unit:
                counter(unit).check_code(proof)
        except CodeSpent:
            return False
        return True

    with ThreadPoolExecutor(6) as threads:
        assert sum(threads.map(use, range(6))) == 1


def test_two_addresses_cannot_ask_past_the_limit_at_once(clean_engine):
    opened = units(clean_engine)
    with opened() as unit:
        someone(unit)
    gate = Barrier(6)

    def ask(number: int) -> bool:
        gate.wait()
        try:
            with opened() as unit:
                counter(unit, f"KE.{number}", channel="whatsapp").send_link_code("0712000001")
        except TooManyCodes:
            return False
        return True

    with ThreadPoolExecutor(6) as threads:
        assert sum(threads.map(ask, range(6))) == 3
