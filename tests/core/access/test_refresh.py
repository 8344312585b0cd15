"""Refresh tokens: in any order of any of them, at most one is live, and reuse ends the line."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.access import refresh, sessions
from core.access.refresh import Refresh
from tests.core.colleagues import IP, colleague, undone


def signed_in(unit, member):
    key = sessions.start(unit, staff=member.id, kind="api", ip=IP, agent="", opened=True)
    return refresh.first(unit, key.session)


def live(unit, session):
    return unit.value(
        "select count(*) from refresh_tokens where session_id = %(id)s and used_at is null",
        id=session,
    )


def test_a_token_is_used_once_and_gives_the_next(unit):
    one = signed_in(unit, colleague(unit))
    two = refresh.rotate(unit, session=one.session, jti=one.jti)
    assert isinstance(two, Refresh)
    assert two.expires_at == one.expires_at == unit.now + sessions.LONGEST
    assert isinstance(refresh.rotate(unit, session=two.session, jti=two.jti), Refresh)


def test_a_used_token_ends_the_session_and_the_log_says_so(unit):
    member = colleague(unit)
    one = signed_in(unit, member)
    two = refresh.rotate(unit, session=one.session, jti=one.jti)
    assert isinstance(two, Refresh)
    assert refresh.rotate(unit, session=one.session, jti=one.jti, ip=IP) == "reused"
    assert refresh.rotate(unit, session=two.session, jti=two.jti) == "over"
    assert sessions.who_of_token(unit, one.session, member.id) is None
    unit.finish()
    row = unit.one("select action, actor_id from audit_log order by seq desc limit 1")
    assert (row.action, row.actor_id) == ("staff.refresh_reused", member.id)


def test_another_sessions_token_is_no_token_and_harms_nobody(unit):
    member = colleague(unit)
    one, other = signed_in(unit, member), signed_in(unit, member)
    assert refresh.rotate(unit, session=other.session, jti=one.jti) == "over"
    assert isinstance(refresh.rotate(unit, session=other.session, jti=other.jti), Refresh)
    assert isinstance(refresh.rotate(unit, session=one.session, jti=one.jti), Refresh)


def test_the_line_ends_with_the_longest_session(unit):
    one = signed_in(unit, colleague(unit))
    unit.now += sessions.LONGEST
    assert refresh.rotate(unit, session=one.session, jti=one.jti) == "over"


def test_the_database_lets_a_line_have_one_live_token(unit):
    one = signed_in(unit, colleague(unit))
    with pytest.raises(Exception, match="refresh_tokens_line"), unit.savepoint():
        refresh._issue(unit, one.session, one.staff, one.role, unit.now)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(picks=st.lists(st.integers(0, 30), max_size=30), pause=st.integers(0, 90))
def test_whatever_is_presented_in_whatever_order(unit, picks, pause):
    began = unit.now
    with undone(unit):
        member = colleague(unit)
        issued, dead = [signed_in(unit, member)], False
        session = issued[0].session
        for pick in picks:
            unit.now += timedelta(minutes=pause)
            over = unit.now >= began + sessions.LONGEST
            place = pick % len(issued)
            outcome = refresh.rotate(unit, session=session, jti=issued[place].jti)
            if dead or over:
                assert outcome == "over"
            elif place == len(issued) - 1:
                assert isinstance(outcome, Refresh)
                issued.append(outcome)
            else:
                assert outcome == "reused"
                dead = True
            assert live(unit, session) <= 1
            alive = sessions.who_of_token(unit, session, member.id) is not None
            assert alive == (not dead and not over)
