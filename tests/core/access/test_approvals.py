"""Maker and checker: who may ask, who may decide, and that it happens once or not at all."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy.exc import DBAPIError

from core.access import approval_store, approvals, audit
from core.access.actors import SYSTEM, Forbidden, MfaNeeded
from core.access.approvals import Kind
from core.errors import Refusal
from tests.support.desk import hired, unproven


class Impossible(Refusal):
    code = "impossible"


class Desk:
    """A desk with one kind that can be asked for; ``done`` is what its effect has done."""

    def __init__(self, unit):
        self.unit = unit
        self.customer = uuid4()
        self.agent = hired(unit, "agent")
        self.supervisor = hired(unit, "supervisor")
        self.done, self.undone, self.told = [], [], []
        self.refuses = False
        approvals.register([self.kind()])

    def kind(self, **other):
        facts = {
            "name": "number_change",
            "make": "numbers.request",
            "approve": "numbers.approve",
            "mfa": True,
            "expires": timedelta(hours=72),
            "effect": self.effect,
            "undo": lambda _, asked: self.undone.append(asked.id),
            "tell": lambda _, asked: self.told.append(asked.status),
        }
        return Kind(**(facts | other))

    def effect(self, unit, asked, actor):
        unit.run("update customers set segment = 'x' where false")
        if self.refuses:
            raise Impossible(why="moon")
        self.done.append((asked.id, actor.id))
        return {"did": "it"}

    def ask(self, actor=None, **other):
        facts = {"facts": {"to": "token"}, "customer": self.customer, "reason": "SIM is lost"}
        return approvals.request(self.unit, actor or self.agent, "number_change", **(facts | other))


@pytest.fixture
def desk(unit):
    known = dict(approvals._KINDS)
    yield Desk(unit)
    approvals._KINDS.clear()
    approvals.register(known.values())


def test_one_asks_and_another_decides(desk):
    asked = desk.ask()
    assert (asked.status, asked.made_by) == ("pending", desk.agent.id)
    ended = approvals.approve(desk.unit, desk.supervisor, asked.id, "called her")
    assert desk.done == [(asked.id, desk.supervisor.id)]
    assert desk.told == ["approved"]
    kept = approval_store.get(desk.unit, asked.id)
    assert kept == ended
    assert (kept.status, kept.decided_by, kept.outcome) == (
        "approved", desk.supervisor.id, {"did": "it"},
    )  # fmt: skip
    assert (kept.reason, kept.decision, kept.version) == ("SIM is lost", "called her", 2)


def test_every_step_is_in_the_log(desk):
    asked = desk.ask()
    approvals.approve(desk.unit, desk.supervisor, asked.id)
    decided, requested = audit.page(desk.unit, SYSTEM)
    assert (requested.action, requested.reason) == ("approval.requested", "SIM is lost")
    assert (decided.action, decided.actor_id) == ("approval.approved", desk.supervisor.id)
    assert {requested.subject_id, decided.subject_id} == {str(asked.id)}
    assert {requested.customer_id, decided.customer_id} == {desk.customer}


def test_nothing_in_clear_but_ids(desk):
    desk.ask()
    assert "SIM" not in desk.unit.value("select approvals::text from approvals")


def test_who_may_not_ask_does_not(desk):
    with pytest.raises(Forbidden):
        desk.ask(hired(desk.unit, "auditor"))
    with pytest.raises(approvals.ReasonNeeded):
        desk.ask(reason="  ")


def test_the_same_is_asked_for_once_at_a_time(desk):
    asked = desk.ask()
    with pytest.raises(approvals.AlreadyAsked):
        desk.ask(desk.supervisor)
    approvals.reject(desk.unit, desk.supervisor, asked.id, "no")
    assert desk.ask().status == "pending"


def test_the_maker_is_never_the_checker(desk):
    asked = desk.ask(desk.supervisor)
    for decide in (approvals.approve, approvals.reject):
        with pytest.raises(approvals.OwnRequest):
            decide(desk.unit, desk.supervisor, asked.id, "fine")
    assert not approvals.may_decide(desk.supervisor, asked)
    assert approvals.may_decide(hired(desk.unit, "supervisor"), asked)


def test_nobody_decides_what_is_about_themselves(desk):
    asked = desk.ask(subject=str(desk.supervisor.id))
    with pytest.raises(approvals.OwnRequest):
        approvals.approve(desk.unit, desk.supervisor, asked.id)
    assert not desk.done


def test_who_may_not_decide_does_not(desk):
    asked = desk.ask()
    for somebody in (hired(desk.unit, "agent"), hired(desk.unit, "admin"), SYSTEM):
        with pytest.raises(Forbidden):
            approvals.approve(desk.unit, somebody, asked.id)
        assert not approvals.may_decide(somebody, asked)


def test_a_second_factor_is_asked_for_where_the_kind_says_so(desk):
    asked = desk.ask()
    with pytest.raises(MfaNeeded):
        approvals.approve(desk.unit, unproven(desk.supervisor), asked.id)
    approvals.register([desk.kind(mfa=False)])
    assert approvals.approve(desk.unit, unproven(desk.supervisor), asked.id).status == "approved"


def test_what_was_decided_stays_decided(desk):
    asked = desk.ask()
    approvals.reject(desk.unit, desk.supervisor, asked.id, "not her")
    for again in (
        lambda: approvals.approve(desk.unit, desk.supervisor, asked.id),
        lambda: approvals.reject(desk.unit, desk.supervisor, asked.id, "no"),
        lambda: approvals.withdraw(desk.unit, desk.agent, asked.id),
    ):
        with pytest.raises(approvals.ApprovalDecided) as refused:
            again()
        assert refused.value.facts == {"status": "rejected"}
    assert (desk.done, desk.undone, desk.told) == ([], [asked.id], ["rejected"])


def test_a_refused_effect_fails_and_is_undone(desk):
    asked = desk.ask()
    desk.refuses = True
    ended = approvals.approve(desk.unit, desk.supervisor, asked.id)
    assert (ended.status, ended.outcome) == ("failed", {"code": "impossible", "why": "moon"})
    assert desk.undone == [asked.id]
    assert desk.told == ["failed"]


def test_only_the_maker_withdraws(desk):
    asked = desk.ask()
    with pytest.raises(approvals.NotYourRequest):
        approvals.withdraw(desk.unit, desk.supervisor, asked.id)
    ended = approvals.withdraw(desk.unit, desk.agent, asked.id, "found it")
    assert (ended.status, ended.decided_by, ended.decision) == ("withdrawn", None, "found it")
    assert desk.undone == [asked.id]


def test_the_house_asks_and_takes_back_too(desk):
    asked = desk.ask(SYSTEM)
    assert (asked.made_by, asked.made_by_kind) == (None, "system")
    assert approvals.withdraw(desk.unit, SYSTEM, asked.id).status == "withdrawn"
    assert approvals.approve(desk.unit, desk.supervisor, desk.ask(SYSTEM).id).status == "approved"


def test_time_runs_out(desk):
    asked = desk.ask()
    assert not approvals.expire(desk.unit, asked.id)
    assert approval_store.due(desk.unit) == []
    desk.unit.now += timedelta(hours=72)
    late = replace(desk.supervisor, mfa_at=desk.unit.now)
    with pytest.raises(approvals.ApprovalExpired):
        approvals.approve(desk.unit, late, asked.id)
    assert approval_store.due(desk.unit) == [asked.id]
    assert approvals.expire(desk.unit, asked.id)
    assert not approvals.expire(desk.unit, asked.id)
    assert (desk.undone, desk.told) == ([asked.id], ["expired"])


def test_what_nobody_asked_for_is_not_known(desk):
    with pytest.raises(approvals.UnknownApproval):
        approvals.approve(desk.unit, desk.supervisor, uuid4())


def test_approvals_are_listed(desk):
    first = desk.ask(case=uuid4())
    desk.unit.now += timedelta(minutes=1)
    second = desk.ask(customer=uuid4())
    assert [one.id for one in approval_store.page(desk.unit)] == [second.id, first.id]
    assert approval_store.page(desk.unit, after=second.id) == [first]
    assert approval_store.page(desk.unit, customer=desk.customer) == [first]
    assert approval_store.page(desk.unit, case=first.case) == [first]
    assert approval_store.page(desk.unit, kinds=["recall"]) == []
    assert len(approval_store.page(desk.unit, status="pending", limit=1)) == 1


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ("status = 'approved', decided_at = now(), decided_by = made_by", "for themselves"),
        ("status = 'approved', decided_at = now(), decided_by = %(agent)s", "role"),
        ("status = 'approved', decided_at = now(), decided_by = %(fired)s", "role"),
        ("status = 'approved', decided_at = now(), decided_by = gen_random_uuid()", "role"),
        ("status = 'approved', decided_at = now()", "check"),
        ("status = 'withdrawn', decided_at = now(), decided_by = %(supervisor)s", "check"),
        ("made_by = %(agent)s", "permission denied"),
        ("facts = '{}'", "permission denied"),
    ],
)
def test_the_database_judges_as_well(desk, change, why):
    desk.ask(desk.supervisor)
    fired = hired(desk.unit, "supervisor")
    desk.unit.run("update staff set is_active = false where id = %(id)s", id=fired.id)
    with pytest.raises(DBAPIError, match=why):
        desk.unit.run(
            f"update approvals set {change}",
            agent=hired(desk.unit, "agent").id,
            supervisor=hired(desk.unit, "supervisor").id,
            fired=fired.id,
        )


def test_the_database_decides_once(desk):
    asked = desk.ask()
    approvals.approve(desk.unit, desk.supervisor, asked.id)
    with pytest.raises(DBAPIError, match="decided once"):
        desk.unit.run("update approvals set status = 'rejected'")


DECIDED = """
    insert into approvals (id, kind, customer_id, subject, facts, reason, made_by, made_by_kind,
        made_at, expires_at, status, decided_by, decided_at)
    values (gen_random_uuid(), 'freeze', gen_random_uuid(), 'x', '{}', 'x', %(maker)s, 'staff',
        now(), now() + interval '1 day', 'approved', %(checker)s, now())
"""


@pytest.mark.parametrize("checker", ["supervisor", "compliance"])
def test_nothing_is_born_decided_nor_forgotten(desk, checker):
    desk.ask()
    by = desk.supervisor if checker == "supervisor" else hired(desk.unit, "compliance")
    for statement in (DECIDED, "delete from approvals"):
        with pytest.raises(DBAPIError, match=r"undecided|permission denied"), desk.unit.savepoint():
            desk.unit.run(statement, maker=desk.supervisor.id, checker=by.id)


def test_the_maker_is_not_the_checker_even_where_no_trigger_looks(admin_engine):
    with admin_engine.connect() as owner:
        owner.exec_driver_sql("alter table approvals disable trigger all")
        with pytest.raises(DBAPIError, match="violates check constraint"):
            owner.exec_driver_sql(DECIDED, {"maker": UUID(int=1), "checker": UUID(int=1)})
        owner.rollback()
