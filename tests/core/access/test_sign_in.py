"""Signing in, as the edge does it, within one unit that never commits."""

from datetime import timedelta

import pytest

from core.access import mfa, sessions, sign_in, staff
from core.access.actors import SYSTEM
from core.access.limits import TooManyTries
from core.access.mfa import WrongMfaCode
from core.access.refresh import SignInAgain
from core.access.sign_in import LoginLocked, SignedIn, WrongLogin
from tests.core.colleagues import IP, PASSWORD, code, colleague


def tried(unit, email, *, right, ip=IP):
    """One try, with a password that is right or not."""
    look = sign_in.look(unit, email=email, ip=ip)
    assert isinstance(look, sign_in.Look), look
    return sign_in.judge(unit, look, right=right, kind="desk", ip=ip, agent="Firefox on Linux")


def who(unit, key):
    return sessions.who(unit, key.session, key.secret, ip=IP)


def test_a_right_password_signs_in_whoever_needs_no_second_factor(unit):
    agent = colleague(unit)
    done = tried(unit, " AGENT@bank.example ", right=True)
    assert (done.staff, done.next) == (agent.id, "done")
    actor = who(unit, done.key)
    assert (actor.id, actor.role, actor.session, actor.ip) == (
        agent.id,
        "agent",
        done.key.session,
        IP,
    )
    assert "cases.take" in actor.permissions
    assert "staff.manage" not in actor.permissions
    assert who(unit, sessions.Key(done.key.session, "guessed")) is None


@pytest.mark.parametrize("role", ["admin", "compliance"])
def test_these_roles_enrol_before_they_are_in(unit, role):
    member = colleague(unit, role)
    done = tried(unit, member.email, right=True)
    assert done.next == "enrol"
    assert who(unit, done.key) is None
    shown = mfa.begin(unit, staff=member.id, email=member.email)
    now = mfa.code_at(shown.secret, int(unit.now.timestamp()))
    opened, codes = sign_in.confirm_enrolment(unit, done.key, now, ip=IP)
    assert len(set(codes)) == mfa.RECOVERY_CODES
    assert who(unit, opened.key).mfa_at == unit.now
    assert who(unit, done.key) is None, "the half-open session's secret is dead"


def test_a_second_factor_opens_what_a_password_began(unit):
    member = colleague(unit, "supervisor", enrolled=True)
    done = tried(unit, member.email, right=True)
    assert done.next == "code"
    assert who(unit, done.key) is None
    assert isinstance(sign_in.second(unit, done.key, "000000", ip=IP), WrongMfaCode)
    opened = sign_in.second(unit, done.key, code(unit.now), ip=IP)
    assert isinstance(opened, SignedIn)
    who(unit, opened.key).require_mfa(unit.now)
    assert isinstance(sign_in.second(unit, done.key, code(unit.now), ip=IP), SignInAgain)


def test_half_a_sign_in_is_worth_nothing_after_ten_minutes(unit):
    member = colleague(unit, "supervisor", enrolled=True)
    done = tried(unit, member.email, right=True)
    unit.now += sessions.HALF_OPEN
    assert isinstance(sign_in.second(unit, done.key, code(unit.now), ip=IP), SignInAgain)


@pytest.mark.parametrize("known", [True, False])
def test_five_wrong_tries_lock_for_a_quarter_of_an_hour_whether_anybody_is_there(unit, known):
    if known:
        colleague(unit)
    for _ in range(4):
        assert isinstance(tried(unit, "agent@bank.example", right=False), WrongLogin)
        unit.now += timedelta(minutes=20)  # nothing is forgotten by waiting
    locked = tried(unit, "agent@bank.example", right=False)
    assert isinstance(locked, LoginLocked)
    assert locked.facts == {"minutes": "15"}
    unit.now += timedelta(minutes=14)
    again = tried(unit, "agent@bank.example", right=known)
    assert isinstance(again, LoginLocked), "a right password is refused as well"
    assert again.facts == {"minutes": "1"}
    unit.now += timedelta(minutes=2)
    assert isinstance(tried(unit, "agent@bank.example", right=False), WrongLogin)
    if known:
        assert isinstance(tried(unit, "agent@bank.example", right=True), SignedIn)


def test_wrong_codes_lock_as_wrong_passwords_do_and_count_together(unit):
    member = colleague(unit, "supervisor", enrolled=True)
    for _ in range(3):
        tried(unit, member.email, right=False)
    done = tried(unit, member.email, right=True)
    assert isinstance(sign_in.second(unit, done.key, "000000", ip=IP), WrongMfaCode)
    assert isinstance(sign_in.second(unit, done.key, "000000", ip=IP), LoginLocked)
    assert isinstance(sign_in.second(unit, done.key, code(unit.now), ip=IP), LoginLocked)


def test_an_administrator_unlocks(unit):
    member = colleague(unit)
    for _ in range(5):
        tried(unit, member.email, right=False)
    staff.unlock(unit, SYSTEM, member.id)
    assert isinstance(tried(unit, member.email, right=True), SignedIn)


def test_an_address_that_tries_a_thousand_people_is_stopped(unit):
    for n in range(sign_in.PER_ADDRESS.most):
        tried(unit, f"guess{n}@bank.example", right=False)
    colleague(unit)
    over = sign_in.look(unit, email="agent@bank.example", ip=IP)
    assert isinstance(over, TooManyTries)
    assert over.facts == {"minutes": "15"}
    assert isinstance(tried(unit, "agent@bank.example", right=True, ip="10.0.0.1"), SignedIn)
    unit.now += sign_in.WINDOW
    assert isinstance(tried(unit, "agent@bank.example", right=True), SignedIn)


def test_a_password_that_was_changed_meanwhile_is_wrong(unit):
    member = colleague(unit)
    look = sign_in.look(unit, email=member.email, ip=IP)
    unit.now += timedelta(seconds=1)
    staff.set_password(unit, staff=member.id, password_hash="another")
    done = sign_in.judge(unit, look, right=True, kind="desk", ip=IP, agent="")
    assert isinstance(done, WrongLogin)


def test_who_was_let_go_or_has_not_joined_is_a_stranger(unit):
    gone = colleague(unit, "supervisor")
    staff.deactivate(unit, SYSTEM, gone.id)
    staff.invite(unit, SYSTEM, email="new@bank.example", name="New Hand", role="agent")
    for email in (gone.email, "new@bank.example"):
        assert isinstance(tried(unit, email, right=True), WrongLogin)


def test_the_log_names_who_came_in_and_who_failed(unit):
    member = colleague(unit)
    tried(unit, member.email, right=False)
    tried(unit, member.email, right=True)
    unit.finish()
    actions = unit.all(
        "select action from audit_log where subject_id = %(id)s order by seq", id=str(member.id)
    )
    assert [row.action for row in actions] == [
        "staff.added",
        "staff.sign_in_failed",
        "staff.signed_in",
    ]


def test_nothing_of_a_person_stands_in_clear(unit):
    member = colleague(unit, "supervisor", enrolled=True)
    tried(unit, member.email, right=True)
    rows = unit.all(
        "select s::text as it from staff s union all select x::text from staff_sessions x"
    )
    for row in rows:
        for secret in (member.email, member.name, "Wanjiku", IP, PASSWORD, "JBSWY3DP"):
            assert secret not in row.it
