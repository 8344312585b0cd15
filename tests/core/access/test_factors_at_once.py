"""What counts once counts once also for two who bring it at the very same time."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
import uuid_utils.compat

from core.access import mfa, refresh, sessions
from core.access.refresh import Refresh
from core.store.unit import open_unit
from tests.core.colleagues import IP, code, colleague
from tests.support.keys import KEYS

MANY = 6


@pytest.fixture
def units(clean_engine, now):
    new_id = uuid_utils.compat.uuid7
    return lambda: open_unit(
        clean_engine, keys=KEYS, now=now, new_id=new_id, correlation=str(new_id())
    )


def at_once(units, do):
    """Do something in many units that begin together; return what each came to."""
    start = Barrier(MANY)

    def run(_):
        with units() as unit:
            unit.value("select 1")  # the connection stands
            start.wait(10)
            return do(unit)

    with ThreadPoolExecutor(MANY) as pool:
        return list(pool.map(run, range(MANY)))


@pytest.mark.parametrize("which", ["authenticator", "recovery"])
def test_a_code_of_the_second_factor_is_right_for_one(units, now, which):
    with units() as unit:
        member = colleague(unit)
        shown = mfa.begin(unit, staff=member.id, email=member.email)
        first = mfa.code_at(shown.secret, int(now.timestamp()) - mfa.STEP_SECONDS)
        recovery = mfa.confirm(unit, staff=member.id, code=first)
    assert recovery is not None
    digits = mfa.code_at(shown.secret, int(now.timestamp()))
    given = recovery[0] if which == "recovery" else digits
    right = at_once(units, lambda unit: mfa.check(unit, staff=member.id, code=given))
    assert sorted(right) == [False] * (MANY - 1) + [True]


def test_a_second_factor_is_put_in_force_by_one(units, now):
    with units() as unit:
        member = colleague(unit, enrolled=True)
        shown = mfa.begin(unit, staff=member.id, email=member.email)
    digits = mfa.code_at(shown.secret, int(now.timestamp()))

    def confirm(unit):
        try:
            return mfa.confirm(unit, staff=member.id, code=digits) is not None
        except mfa.MfaNotEnrolled:
            return False

    assert sum(at_once(units, confirm)) == 1
    with units() as unit:
        assert mfa.codes_left(unit, member.id) == mfa.RECOVERY_CODES
        assert not mfa.check(unit, staff=member.id, code=code(now)), "the old secret is gone"


def test_a_refresh_token_that_many_bring_ends_its_whole_line(units):
    with units() as unit:
        member = colleague(unit)
        key = sessions.start(unit, staff=member.id, kind="api", ip=IP, agent="", opened=True)
        one = refresh.first(unit, key.session)
    told = at_once(units, lambda unit: refresh.rotate(unit, session=one.session, jti=one.jti))
    fresh = [answer for answer in told if isinstance(answer, Refresh)]
    assert len(fresh) == 1
    assert (told.count("reused"), told.count("over")) == (1, MANY - 2)
    with units() as unit:
        assert refresh.rotate(unit, session=one.session, jti=fresh[0].jti) == "over"
        assert sessions.who_of_token(unit, one.session, member.id) is None
