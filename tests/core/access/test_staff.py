"""Looking after the people who work here."""

from datetime import timedelta

import pytest

from core.access import sessions, staff, staff_counts, staff_tokens
from core.access.actors import SYSTEM, Actor, Forbidden, MfaNeeded
from core.access.staff import BadStaff, EmailTaken, NoSuchStaff, OwnAccount
from core.access.staff_tokens import LinkSpent
from tests.bot.who_may import ROLES
from tests.core.colleagues import at_work, colleague


def test_the_roles_may_do_what_was_decided(unit):
    rows = unit.all("select role, permission from role_permissions")
    found: dict[str, set[str]] = {role: set() for role in unit.column("select name from roles")}
    for row in rows:
        found[row.role].add(row.permission)
    assert found == ROLES


def test_an_actor_is_held_to_their_permissions(unit):
    agent = at_work(unit, colleague(unit).id)
    agent.require("cases.take")
    with pytest.raises(Forbidden) as refused:
        agent.require("staff.manage")
    assert refused.value.facts == {"permission": "staff.manage"}
    SYSTEM.require("staff.manage")


def test_a_second_factor_counts_for_a_quarter_of_an_hour(unit):
    actor = Actor(None, "staff", "agent", frozenset(), mfa_at=unit.now)
    actor.require_mfa(unit.now + timedelta(minutes=15))
    with pytest.raises(MfaNeeded):
        actor.require_mfa(unit.now + timedelta(minutes=15, seconds=1))
    with pytest.raises(MfaNeeded):
        at_work(unit, colleague(unit).id).require_mfa(unit.now)
    SYSTEM.require_mfa(unit.now)


@pytest.mark.parametrize(
    ("facts", "what"),
    [
        ({"email": "no address"}, "email"),
        ({"email": "two@@bank.example"}, "email"),
        ({"email": "x" * 250 + "@b.example"}, "email"),
        ({"name": "  "}, "name"),
        ({"name": "n" * 121}, "name"),
        ({"role": "king"}, "role"),
    ],
)
def test_who_cannot_be_right_is_not_added(unit, facts, what):
    given = {"email": "new@bank.example", "name": "New Hand", "role": "agent", **facts}
    with pytest.raises(BadStaff) as refused:
        staff.add(unit, SYSTEM, **given)
    assert refused.value.facts == {"what": what}


def test_an_email_is_one_persons_however_it_is_written(unit):
    member = colleague(unit)
    with pytest.raises(EmailTaken):
        colleague(unit, "auditor", email=" AGENT@Bank.Example")
    assert staff.by_email(unit, "Agent@bank.example ") == member
    assert staff.names(unit, [member.id, member.id]) == {member.id: "Agent Wanjiku"}


def test_a_list_is_read_page_by_page(unit):
    made = [colleague(unit, email=f"a{n}@bank.example").id for n in range(5)]
    first = staff.listed(unit, SYSTEM, limit=3)
    rest = staff.listed(unit, SYSTEM, after=first[-1].id, limit=3)
    assert [one.id for one in first + rest] == made
    with pytest.raises(Forbidden):
        staff.listed(unit, at_work(unit, made[0]))


@pytest.mark.parametrize(
    "change", [staff.deactivate, staff.reactivate, staff.unlock, staff.reset_mfa]
)
def test_nobody_changes_their_own_account_and_only_those_may_who_may(unit, change):
    admin, agent = colleague(unit, "admin"), colleague(unit)
    boss = at_work(unit, admin.id)
    with pytest.raises(OwnAccount):
        change(unit, boss, admin.id)
    with pytest.raises(Forbidden):
        change(unit, at_work(unit, agent.id), admin.id)
    with pytest.raises(NoSuchStaff):
        change(unit, boss, unit.new_id())
    assert change(unit, boss, agent.id).id == agent.id


def test_who_is_let_go_is_out_at_once_and_may_come_back(unit):
    member = colleague(unit)
    key = sessions.start(unit, staff=member.id, kind="desk", ip="", agent="", opened=True)
    assert sessions.who(unit, key.session, key.secret)
    assert not staff.deactivate(unit, SYSTEM, member.id).is_active
    assert sessions.who(unit, key.session, key.secret) is None
    assert staff.reactivate(unit, SYSTEM, member.id).is_active
    assert sessions.who(unit, key.session, key.secret) is None, "that session is over for good"


def test_another_role_asks_to_sign_in_anew(unit):
    member = colleague(unit)
    actor = at_work(unit, member.id)
    assert staff.change_role(unit, SYSTEM, member.id, "admin").role == "admin"
    assert sessions.of_staff(unit, member.id) == []
    assert actor.session is not None
    with pytest.raises(BadStaff):
        staff.change_role(unit, SYSTEM, member.id, "king")


def test_a_lost_second_factor_is_taken_away_with_its_sessions(unit):
    member = colleague(unit, "admin", enrolled=True)
    at_work(unit, member.id)
    assert staff.reset_mfa(unit, SYSTEM, member.id).mfa_enrolled_at is None
    assert sessions.of_staff(unit, member.id) == []


def test_sessions_are_ended_by_oneself_but_for_this_one_or_by_who_looks_after_staff(unit):
    member = colleague(unit)
    here = at_work(unit, member.id)
    at_work(unit, member.id)
    assert staff.end_sessions(unit, here, member.id) == 1
    assert [one.id for one in sessions.of_staff(unit, member.id)] == [here.session]
    other = at_work(unit, colleague(unit, "supervisor").id)
    with pytest.raises(Forbidden):
        staff.end_sessions(unit, other, member.id)
    assert staff.end_sessions(unit, SYSTEM, member.id) == 1


def test_a_link_works_once_in_time_and_dies_with_the_next(unit):
    member, first = staff.invite(
        unit, SYSTEM, email="new@bank.example", name="New Hand", role="agent"
    )
    assert not member.joined
    _, second = staff.invite_again(unit, SYSTEM, member.id)
    with pytest.raises(LinkSpent):
        staff_tokens.use(unit, first)
    assert staff_tokens.owner(unit, second) == member.id
    assert staff_tokens.use(unit, second) == member.id
    with pytest.raises(LinkSpent):
        staff_tokens.use(unit, second)
    late = staff_tokens.issue(unit, staff=member.id, purpose="reset")
    unit.now += timedelta(hours=1)
    with pytest.raises(LinkSpent):
        staff_tokens.owner(unit, late)


def test_who_has_joined_is_not_invited_again(unit):
    with pytest.raises(NoSuchStaff):
        staff.invite_again(unit, SYSTEM, colleague(unit).id)


def test_a_session_rests_and_ends(unit):
    member = colleague(unit)
    key = sessions.start(unit, staff=member.id, kind="desk", ip="", agent="", opened=True)
    began = unit.now
    while unit.now < began + sessions.LONGEST - timedelta(minutes=20):
        unit.now += timedelta(minutes=20)
        assert sessions.who(unit, key.session, key.secret)
    unit.now = began + sessions.LONGEST
    assert sessions.who(unit, key.session, key.secret) is None
    unit.now = began + timedelta(hours=1)
    idle = sessions.start(unit, staff=member.id, kind="desk", ip="", agent="", opened=True)
    unit.now += sessions.IDLE
    assert sessions.who(unit, idle.session, idle.secret) is None


def test_a_house_counts_whom_it_must_know_of(unit):
    colleague(unit, "admin")
    gone = colleague(unit, "supervisor")
    staff.deactivate(unit, SYSTEM, gone.id)
    assert staff_counts.administrators(unit) == 1
    emails = ["ADMIN@bank.example", gone.email, "nobody@bank.example"]
    assert staff_counts.with_emails(unit, emails) == 1
