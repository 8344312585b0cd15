from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.access import birth, codes, pins
from core.access.pins import PinLocked, Proof, WrongPin
from tests.core.people import (
    BORN,
    HASH,
    PEPPER,
    PIN,
    SECRETS,
    counter,
    guess,
    passing_unit,
    someone,
    units,
)
from tests.support import unsealed


def test_a_hash_is_salted_peppered_and_knows_its_secret():
    assert SECRETS.hash(PIN) != SECRETS.hash(PIN)
    assert SECRETS.verify(HASH, PIN)
    assert not SECRETS.verify(HASH, "4322")
    assert not pins.Secrets(b"another pepper").verify(HASH, PIN)
    assert HASH.startswith("$argon2id$v=19$m=8192,t=1,p=1$")
    assert PIN not in HASH


BROKEN = {"empty": "", "word": "x", "kind": "$argon2id$", "tail": HASH[:-4] + "!!!!"}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN.keys())
def test_what_is_no_hash_matches_nothing(broken):
    assert not SECRETS.verify(broken, PIN)


ARABIC, WIDE = "\u0664\u0663\u0662\u0661", "\uff11\uff12\uff13\uff15"
WEAK = ("0000", "7777", "1234", "0123", "6789", "1991", "123", "12345", "12a4", "", ARABIC, WIDE)


@pytest.mark.parametrize("weak", WEAK)
def test_weak_pins(weak):
    assert SECRETS.is_weak(weak, BORN)
    assert not SECRETS.choose(weak, BORN).ok


@pytest.mark.parametrize("fit", ["4321", "2580", "1990", "1357", "0102"])
def test_pins_that_will_do(fit):
    assert not SECRETS.is_weak(fit, BORN)
    assert not SECRETS.is_weak("1991")
    assert SECRETS.verify(SECRETS.choose(fit, BORN).new_hash, fit)


def test_a_new_pin_is_repeated():
    chosen = SECRETS.choose("2580")
    assert SECRETS.repeat(chosen.new_hash, "2580") == Proof("repeat", True, chosen.new_hash)
    assert SECRETS.repeat(chosen.new_hash, "2581") == Proof("repeat", False)
    assert not SECRETS.repeat(None, "2580").ok


def test_no_proof_shows_a_secret():
    assert "argon2" not in repr(SECRETS.choose("2580"))
    assert "argon2" not in repr(pins.Look(HASH, 1, BORN, False))


def test_three_wrong_ones_lock(unit):
    amina = someone(unit)
    for left in ("2", "1"):
        with pytest.raises(WrongPin) as refused:
            pins.judge(unit, amina.id, guess(unit, amina.id, "9999"))
        assert refused.value.facts == {"left": left}
    with pytest.raises(PinLocked):
        pins.judge(unit, amina.id, guess(unit, amina.id, "9999"))
    with pytest.raises(PinLocked):
        pins.judge(unit, amina.id, guess(unit, amina.id, PIN))
    # A proof made while the PIN was open is worth nothing now.
    with pytest.raises(PinLocked):
        pins.judge(unit, amina.id, Proof("pin", ok=True, version=1))


def test_a_right_one_forgives(unit):
    amina = someone(unit)
    for _ in range(3):
        for _ in range(2):
            with pytest.raises(WrongPin):
                pins.judge(unit, amina.id, guess(unit, amina.id, "9999"))
        pins.judge(unit, amina.id, guess(unit, amina.id, PIN))


def test_a_proof_of_an_older_pin_or_of_something_else_proves_nothing(unit):
    amina = someone(unit)
    old = guess(unit, amina.id, PIN)
    pins.change(unit, amina.id, SECRETS.hash("2580"), channel="ussd", address=amina.phone)
    for proof in (old, Proof("code", True, version=2), Proof("new", True, version=2)):
        with pytest.raises(WrongPin) as refused:
            pins.judge(unit, amina.id, proof)
        assert refused.value.facts == {"left": "3"}
    pins.judge(unit, amina.id, guess(unit, amina.id, "2580"))


def test_a_change_warns_the_customer(unit):
    amina = someone(unit)
    _sms_sender(unit)
    pins.change(unit, amina.id, SECRETS.hash("2580"), channel="ussd", address=amina.phone)
    assert _alerts(unit) == ["pin_changed"]


def test_a_lock_warns_the_customer(unit):
    amina = someone(unit)
    _sms_sender(unit)
    for _ in range(3):
        with pytest.raises((WrongPin, PinLocked)):
            pins.judge(unit, amina.id, guess(unit, amina.id, "9999"))
    assert _alerts(unit) == ["pin_locked"]


def test_of_many_guesses_at_once_only_three_are_answered(clean_engine):
    """However many turns were prepared while the PIN was open, the right guess cannot slip in."""
    opened = units(clean_engine)
    with opened() as unit:
        amina = someone(unit)
    crowd = 12
    gate = Barrier(crowd)

    def try_one(number: int) -> str:
        pin = PIN if number == crowd - 1 else f"90{number:02d}"
        with opened() as unit:
            proof = guess(unit, amina.id, pin)
        gate.wait()
        with opened() as unit:
            if number == crowd - 1:
                unit.run("select pg_sleep(0.4)")  # the right one comes after the wrong ones
            try:
                pins.judge(unit, amina.id, proof)
            except WrongPin as wrong:
                return f"left {wrong.facts['left']}"
            except PinLocked:
                return "locked"
            return "in"

    with ThreadPoolExecutor(crowd) as threads:
        said = sorted(threads.map(try_one, range(crowd)))
    assert said == ["left 1", "left 2"] + ["locked"] * (crowd - 2)
    with opened() as unit:
        assert unit.one("select attempts, locked_at is not null from pins") == (3, True)


@settings(max_examples=40, deadline=None)
@given(said=st.lists(st.sampled_from(["right", "wrong", "stale"]), max_size=14))
def test_the_lock_falls_after_three_in_a_row_and_never_lifts(engine, now, said):
    """A model of the counter beside the counter."""
    wrong, locked = 0, False
    with passing_unit(engine, now) as unit:
        amina = someone(unit)
        for each in said:
            proof = Proof("pin", ok=each != "wrong", version=0 if each == "stale" else 1)
            got = _judged(unit, amina.id, proof)
            if locked:
                assert got == "locked"
            elif each == "right":
                wrong = 0
                assert got == "in"
            elif each == "stale":
                assert got == str(3 - wrong)
            else:
                wrong += 1
                locked = wrong == 3
                assert got == ("locked" if locked else str(3 - wrong))


def _judged(unit, customer, proof):
    try:
        pins.judge(unit, customer, proof)
    except WrongPin as refused:
        return refused.facts["left"]
    except PinLocked:
        return "locked"
    return "in"


# --- The way back ---------------------------------------------------------------------------------


def _locked(unit):
    amina = someone(unit)
    for _ in range(3):
        with pytest.raises((WrongPin, PinLocked)):
            pins.judge(unit, amina.id, guess(unit, amina.id, "9999"))
    return amina


def answer(bank):
    """Answer both questions of a reset."""
    bank.check_born(BORN)
    bank.check_answer("id_number", "0001")


def _code(unit, amina, *, channel="ussd"):
    digits = codes.reveal(PEPPER, str(_last_code(unit, amina, channel)))
    return SECRETS.check_code(_last_code(unit, amina, channel), digits)


def _last_code(unit, amina, channel):
    return codes.look(unit, channel=channel, address=amina.phone)


def test_a_locked_pin_opens_by_two_answers_and_a_code(unit):
    amina = _locked(unit)
    bank = counter(unit)
    answer(bank)
    bank.send_reset_code()
    bank.check_code(_code(unit, amina))
    bank.set_pin(SECRETS.hash("2580"))
    bank.prove(guess(unit, amina.id, "2580"))
    with pytest.raises(WrongPin):
        bank.prove(guess(unit, amina.id, PIN))


@pytest.mark.parametrize("skipped", ["birth", "code", "both", "elsewhere", "late"])
def test_half_a_reset_opens_nothing(unit, now, skipped):
    amina = _locked(unit)
    bank = counter(unit)
    if skipped not in {"birth", "both"}:
        answer(bank)
    if skipped not in {"code", "both"}:
        bank.send_reset_code()
        bank.check_code(_code(unit, amina))
    if skipped == "elsewhere":
        bank = counter(unit, channel="sms")
    if skipped == "late":
        unit.now = now + timedelta(minutes=16)
    with pytest.raises(PinLocked):
        bank.set_pin(SECRETS.hash("2580"))


def test_a_reset_is_good_for_one_change(unit):
    amina = _locked(unit)
    bank = counter(unit)
    answer(bank)
    bank.send_reset_code()
    bank.check_code(_code(unit, amina))
    bank.set_pin(SECRETS.hash("2580"))
    for _ in range(3):
        with pytest.raises((WrongPin, PinLocked)):
            bank.prove(guess(unit, amina.id, "9999"))
    with pytest.raises(PinLocked):
        bank.set_pin(SECRETS.hash("1357"))


def test_the_birth_date_is_asked_three_times_a_day(unit, now):
    amina = someone(unit)
    bank = counter(unit)
    for left in ("2", "1"):
        with pytest.raises(birth.WrongBirthDate) as refused:
            bank.check_born(date(1990, 1, 1))
        assert refused.value.facts == {"left": left}
    for born in (date(1990, 1, 1), BORN):
        with pytest.raises(birth.ResetLocked) as locked:
            bank.check_born(born)
    assert locked.value.facts == {"hours": "24"}
    unit.now = now + timedelta(hours=23)
    with pytest.raises(birth.ResetLocked) as locked:
        bank.check_born(BORN)
    assert locked.value.facts == {"hours": "1"}
    unit.now = now + timedelta(hours=24)
    bank.check_born(BORN)
    bank.prove(guess(unit, amina.id, PIN))


def test_what_was_counted_stays_counted_when_its_effect_is_undone(unit):
    someone(unit)
    bank = counter(unit)
    for expected in (birth.WrongBirthDate, birth.WrongBirthDate, birth.ResetLocked):
        with pytest.raises(expected), bank.attempt():
            bank.check_born(date(1990, 1, 1))
    assert unit.value("select birth_tries from pins") == 3


@pytest.mark.parametrize(
    ("born", "of_age"),
    [
        (date(2008, 3, 4), True),
        (date(2008, 3, 5), False),
        (date(1930, 1, 1), True),
        (date(2027, 1, 1), False),
    ],
)
def test_of_age(born, of_age):
    today = date(2026, 3, 4)
    if of_age:
        birth.require_of_age(born, today)
    else:
        with pytest.raises(birth.TooYoung):
            birth.require_of_age(born, today)


def test_a_leap_day_child_comes_of_age_in_march():
    birth.require_of_age(date(2008, 2, 29), date(2026, 3, 1))
    with pytest.raises(birth.TooYoung):
        birth.require_of_age(date(2008, 2, 29), date(2026, 2, 28))


def _sms_sender(unit):
    unit.run(
        """
        insert into senders (key, channel, provider, number, countries, is_default, rate, burst,
            allowed, tokens, refilled_at)
        values ('twilio:sms:21000', 'sms', 'twilio', '21000', '{}', true, 1, 1, 1, 1, %(now)s)
        """,
        now=unit.now,
    )


def _alerts(unit):
    return [row.payload["alert"] for row in unsealed.outbox(unit)]
