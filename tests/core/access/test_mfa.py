"""Codes of an authenticator and recovery codes: each is used once, whatever the order."""

from base64 import b32encode
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.access import mfa
from core.access.mfa import MfaNotEnrolled
from tests.core.colleagues import SECRET, code, colleague, undone


def test_the_codes_are_those_of_the_standard():
    # RFC 6238, appendix B: the SHA-1 rows, of which six digits are the last six.
    secret = b32encode(b"12345678901234567890").decode()
    rows = {59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924"}
    assert {at: mfa.code_at(secret, at) for at in rows} == rows


def test_a_code_of_now_or_beside_it_is_right_once(unit):
    member = colleague(unit, enrolled=True)
    for steps, right in ((-2, False), (-1, True), (-1, False), (0, True), (1, True), (2, False)):
        assert mfa.check(unit, staff=member.id, code=code(unit.now, steps=steps)) is right, steps
    assert not mfa.check(unit, staff=member.id, code=code(unit.now)), "older than the last used"


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(tries=st.lists(st.tuples(st.integers(0, 40), st.integers(-2, 2)), max_size=25))
def test_no_step_of_the_clock_counts_twice(unit, tries):
    with undone(unit):
        member = colleague(unit, enrolled=True)
        used: list[int] = []
        for seconds, off in tries:
            unit.now += timedelta(seconds=seconds)
            step = int(unit.now.timestamp()) // mfa.STEP_SECONDS + off
            right = mfa.check(unit, staff=member.id, code=code(unit.now, steps=off))
            assert right == (abs(off) <= 1 and step > max(used, default=0))
            used += [step] if right else []
        assert used == sorted(set(used))


def test_recovery_codes_work_once_each_however_they_are_typed(unit):
    member = colleague(unit)
    shown = mfa.begin(unit, staff=member.id, email=member.email)
    codes = mfa.confirm(
        unit, staff=member.id, code=mfa.code_at(shown.secret, int(unit.now.timestamp()))
    )
    assert codes is not None
    assert mfa.codes_left(unit, member.id) == 10
    assert mfa.check(unit, staff=member.id, code=codes[0].upper().replace("-", " "))
    assert not mfa.check(unit, staff=member.id, code=codes[0])
    assert mfa.codes_left(unit, member.id) == 9
    stored = [bytes(row.code_hash) for row in unit.all("select code_hash from recovery_codes")]
    assert not any(one.replace("-", "").encode() in kept for one in codes for kept in stored)


def test_somebody_elses_recovery_code_is_none(unit):
    one, other = colleague(unit, enrolled=True), colleague(unit, email="b@bank.example")
    shown = mfa.begin(unit, staff=other.id, email=other.email)
    now = mfa.code_at(shown.secret, int(unit.now.timestamp()))
    codes = mfa.confirm(unit, staff=other.id, code=now)
    assert codes is not None
    assert not mfa.check(unit, staff=one.id, code=codes[0])


def test_enrolling_again_leaves_the_old_factor_in_force_until_the_new_one_is_proven(unit):
    member = colleague(unit, enrolled=True)
    shown = mfa.begin(unit, staff=member.id, email=member.email)
    assert shown.uri.startswith("otpauth://totp/Wekeza:agent%40bank.example?secret=")
    assert shown.svg().startswith("<svg")
    assert mfa.confirm(unit, staff=member.id, code="000000") is None
    assert mfa.check(unit, staff=member.id, code=code(unit.now))
    unit.now += timedelta(minutes=1)
    new = mfa.code_at(shown.secret, int(unit.now.timestamp()))
    assert mfa.confirm(unit, staff=member.id, code=new)
    assert not mfa.check(unit, staff=member.id, code=new), "it was used to confirm"
    assert not mfa.check(unit, staff=member.id, code=code(unit.now)), "the old secret is gone"
    with pytest.raises(MfaNotEnrolled):
        mfa.confirm(unit, staff=member.id, code=new)


def test_who_has_none_proves_none(unit):
    member = colleague(unit)
    assert not mfa.check(unit, staff=member.id, code=code(unit.now))


def test_the_secret_is_sealed(unit):
    colleague(unit, enrolled=True)
    assert SECRET.encode() not in bytes(unit.value("select mfa_secret from staff"))
