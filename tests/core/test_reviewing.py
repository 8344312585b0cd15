"""Payments that a person looks at: paid once, or the money is free; never both, never neither."""

from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import customer_copy, reviewing
from core.access import approvals, audit
from core.access.actors import SYSTEM, Forbidden
from core.access.approvals import OwnRequest, ReasonNeeded
from core.approvals.catalog import KINDS
from core.errors import Refusal
from core.ledger import book
from core.money import Money
from core.monitoring import reviews
from core.monitoring.reviews import NeedsTwo, ReviewOver
from core.reviewing import CannotBeMade
from core.store import crashpoints
from core.store.acting import acting_as
from core.store.crashpoints import Crashed
from core.store.sealed import COMPLIANCE_ROLE
from core.transfers import held, request_endings, requests, waiting
from core.transfers.held import Wanted
from core.transfers.request_endings import RequestClosed
from core.transfers.send import reference_of, send_money
from tests.core.ledger.books import set_status
from tests.core.monitoring.judged import later
from tests.core.people import passing_unit, someone
from tests.support import unsealed
from tests.support.desk import hired

KES_500 = Money.load("KES 500.00")
LARGE = Money.load("KES 150000.00")


@pytest.fixture(autouse=True)
def kinds():
    approvals.register(KINDS)


@pytest.fixture
def amina(unit):
    unit.run(
        """
        insert into senders (key, channel, provider, number, countries, is_default, rate, burst,
            allowed, tokens, refilled_at)
        values ('twilio:sms:21000', 'sms', 'twilio', '21000', '{}', true, 1, 1, 1, 1, %(now)s)
        """,
        now=unit.now,
    )
    return someone(unit, holds="KES 200000.00")


@pytest.fixture
def brian(unit):
    return someone(unit, "+254712000002", names=("Brian", "Kamau"))


@pytest.fixture
def officer(unit):
    return hired(unit, "compliance")


def wanted(payer, payee=None, amount=KES_500, **other):
    facts = {"id": uuid4(), "payer": payer.id, "amount": amount, "channel": "whatsapp"}
    return Wanted(**(facts | ({"payee": payee.id} if payee else {}) | other))


def spare(unit, who):
    return book.balance(unit, who.wallet).available


def told(unit):
    return [(one.contact, one.payload["alert"]) for one in unsealed.outbox(unit)]


def status(unit, payment):
    return reviews.find(unit, payment).status


def test_what_is_held_is_the_payers_and_cannot_be_spent(unit, amina, brian):
    one = wanted(amina, brian)
    sent = held.set_aside(unit, one)
    assert sent.reference == reference_of(one.id)
    assert sent.balance == spare(unit, amina) == Money.load("KES 199500.00")
    assert book.balance(unit, amina.wallet).posted == Money.load("KES 200000.00")
    assert book.balance(unit, brian.wallet).posted.minor == 0
    assert held.set_aside(unit, one) == sent  # once, however often it is presented
    assert [found.id for found in reviews.listed(unit, open_only=True)] == [one.id]
    assert told(unit) == []


def test_released_it_is_paid_as_if_now(unit, amina, brian, officer):
    one = wanted(amina, brian, note="school fees")
    held.set_aside(unit, one)
    later(unit, hours=5)
    reviewing.release(unit, officer, one.id, why="called, and it is hers")
    assert book.balance(unit, brian.wallet).posted == KES_500
    assert spare(unit, amina) == Money.load("KES 199500.00")
    row = unit.one("select id, reference, created_at from transfers")
    assert tuple(row) == (one.id, reference_of(one.id), unit.now)
    assert told(unit) == [("+254712000002", "money_received_note"), ("+254712000001", "money_sent")]
    found = reviews.find(unit, one.id)
    assert (found.status, found.why) == ("released", "called, and it is hers")
    for act in (reviewing.release, reviewing.refuse):
        with pytest.raises(ReviewOver):
            act(unit, officer, one.id, why="again")


def test_refused_the_money_is_free_and_nobody_hears_why(unit, amina, brian, officer):
    one = wanted(amina, brian)
    held.set_aside(unit, one)
    reviewing.refuse(unit, officer, one.id, why="a mule")
    assert spare(unit, amina) == Money.load("KES 200000.00")
    assert told(unit) == [("+254712000001", "payment_not_made")]
    assert unit.value("select count(*) from transfers") == 0
    assert status(unit, one.id) == "refused"


def test_over_its_time_it_is_free_by_itself(unit, amina, brian, officer):
    one = wanted(amina, brian)
    held.set_aside(unit, one)
    later(unit, hours=72)
    with pytest.raises(ReviewOver):
        reviewing.release(unit, officer, one.id, why="too late")
    assert book.expire(unit) == 0  # it is free when that is told, and no sooner
    assert held.expire(unit, most=10) == 1
    assert held.expire(unit, most=10) == 0
    assert spare(unit, amina) == Money.load("KES 200000.00")
    assert status(unit, one.id) == "expired"
    assert told(unit) == [("+254712000001", "payment_not_made")]


def test_a_large_one_takes_two_people(unit, amina, brian, officer):
    one = wanted(amina, brian, LARGE)
    held.set_aside(unit, one)
    with pytest.raises(NeedsTwo) as refused:
        reviewing.release(unit, officer, one.id, why="called")
    assert refused.value.facts == {"amount": "KES 100000.00"}
    asked = reviewing.ask_release(unit, officer, one.id, why="called")
    with pytest.raises(OwnRequest):
        approvals.approve(unit, officer, asked.id)
    assert book.balance(unit, brian.wallet).posted.minor == 0
    ended = approvals.approve(unit, hired(unit, "compliance"), asked.id)
    assert ended.status == "approved"
    assert book.balance(unit, brian.wallet).posted == LARGE
    assert status(unit, one.id) == "released"


def test_what_the_payee_cannot_take_stays_held_and_may_be_tried_again(unit, amina, brian, officer):
    one = wanted(amina, brian)
    held.set_aside(unit, one)
    set_status(unit, brian.wallet, "frozen")
    with pytest.raises(CannotBeMade) as refused:
        reviewing.release(unit, officer, one.id, why="called")
    assert refused.value.facts == {"why": "account_frozen"}
    assert status(unit, one.id) == "open" and spare(unit, amina) == Money.load("KES 199500.00")
    set_status(unit, brian.wallet, "active")
    reviewing.release(unit, officer, one.id, why="called")
    assert book.balance(unit, brian.wallet).posted == KES_500


def test_only_who_may_decides_and_says_why(unit, amina, brian, officer):
    one = wanted(amina, brian)
    held.set_aside(unit, one)
    for act in (reviewing.release, reviewing.refuse, reviewing.ask_release):
        with pytest.raises(Forbidden):
            act(unit, hired(unit, "agent"), one.id, why="because")
        with pytest.raises(ReasonNeeded):
            act(unit, officer, one.id, why=" ")
        with pytest.raises(reviews.UnknownReview):
            act(unit, officer, uuid4(), why="because")


@pytest.mark.parametrize("act", [reviewing.release, reviewing.refuse])
def test_who_decided_and_why_stands_in_the_log_of_compliance_alone(
    unit, amina, brian, officer, act
):
    """The page of a customer, and their own copy, list whatever names them in the audit log."""
    before = customer_copy.copy(unit, SYSTEM, amina.id, reason="she wrote")["who_looked"]
    one = wanted(amina, brian)
    held.set_aside(unit, one)
    act(unit, officer, one.id, why="looks like a mule")
    unit.finish()
    assert audit.looks(unit, amina.id) == []
    after = customer_copy.copy(unit, SYSTEM, amina.id, reason="she wrote")["who_looked"]
    assert [row["action"] for row in after if row not in before] == ["customer.copied"]
    [seen] = audit.page(unit, SYSTEM, actor=officer.id)
    assert (seen.action, seen.reason, seen.customer_id) == ("compliance.worked", "", None)
    with acting_as(unit, COMPLIANCE_ROLE):
        [kept] = unit.all("select actor_id, action, about, about_id from aml_log")
    assert tuple(kept) == (officer.id, status(unit, one.id), "payment", str(one.id))
    assert reviews.find(unit, one.id).why == "looks like a mule"


def test_money_for_a_number_waits_once_it_is_released(unit, amina, officer):
    one = wanted(amina, phone="+254733000111")
    held.set_aside(unit, one)
    assert waiting.waiting_of(unit, amina.id) == []
    reviewing.release(unit, officer, one.id, why="called")
    (waits,) = waiting.waiting_of(unit, amina.id)
    assert (waits.id, waits.amount) == (one.id, KES_500)
    assert ("+254712000001", "money_waits") in told(unit)


def test_a_request_stays_open_until_its_money_is_released(unit, amina, brian, officer):
    asked = requests.ask(unit, asker=brian.id, asked=amina.id, amount=KES_500)
    one = wanted(amina, brian)
    held.set_aside_request(unit, one, request=asked.id)
    assert held.set_aside_request(unit, one, request=asked.id).reference == reference_of(one.id)
    with pytest.raises(RequestClosed) as refused:
        held.set_aside_request(unit, wanted(amina, brian), request=asked.id)
    assert refused.value.facts == {"status": "held"}
    reviewing.release(unit, officer, one.id, why="called")
    assert request_endings.lock(unit, asked.id).status == "paid"
    assert book.balance(unit, brian.wallet).posted == KES_500


def test_a_request_that_ended_meanwhile_is_not_paid(unit, amina, brian, officer):
    asked = requests.ask(unit, asker=brian.id, asked=amina.id, amount=KES_500)
    one = wanted(amina, brian)
    held.set_aside_request(unit, one, request=asked.id)
    request_endings.cancel(unit, asked.id, customer=brian.id)
    with pytest.raises(CannotBeMade):
        reviewing.release(unit, officer, one.id, why="called")
    reviewing.refuse(unit, officer, one.id, why="taken back")
    assert spare(unit, amina) == Money.load("KES 200000.00")


DIES = [
    "held.set_aside", "held.let_go", "held.paid", "held.returned", "money.posted", "review.decided",
]  # fmt: skip
ACTS = st.lists(
    st.tuples(
        st.sampled_from(["hold", "send", "again", "release", "refuse", "expire", "later"]),
        st.integers(0, 4),
        st.sampled_from(["", *DIES]),
    ),
    max_size=25,
)


@settings(max_examples=40, deadline=None)
@given(ACTS)
def test_whatever_is_decided_money_is_conserved_and_paid_at_most_once(engine, now, acts):
    """Holds, payments, decisions and time in any order, each perhaps dying and tried again."""
    with passing_unit(engine, now) as unit:
        amina = someone(unit, holds="KES 3000.00")
        brian = someone(unit, "+254712000002", names=("Brian", "Kamau"))
        officer = hired(unit, "compliance")
        payments = [wanted(amina, brian, id=UUID(int=n + 1)) for n in range(5)]
        sent: set[UUID] = set()
        for act, n, dies in acts:
            one = payments[n]
            done = _twice(unit, dies, lambda act=act, one=one: _act(unit, officer, act, one))
            if done and act == "send":
                sent.add(one.id)
            _agree(unit, amina, brian, payments, sent)


def _act(unit, officer, act, one):
    match act:
        case "hold" | "again":
            held.set_aside(unit, one)
        case "send":
            send_money(unit, id=uuid4(), payer=one.payer, payee=one.payee, amount=one.amount,
                       channel="ussd")  # fmt: skip
        case "release":
            reviewing.release(unit, officer, one.id, why="called")
        case "refuse":
            reviewing.refuse(unit, officer, one.id, why="called")
        case "expire":
            book.expire(unit)
            held.expire(unit, most=10)
        case "later":
            later(unit, hours=30)


def _twice(unit, dies, act):
    """Do something that dies at a place, as its unit would be undone; then do it again."""
    for point in (dies, ""):
        crashpoints.arm(f"{point}=raise" if point else "")
        try:
            with unit.savepoint():
                act()
            return True
        except Crashed:
            continue
        except Refusal:
            return False
        finally:
            crashpoints.arm("")
    return False


def _agree(unit, amina, brian, payments, sent):
    rows = {row.payment_id: row.status for row in unit.all("select * from held_transfers")}
    paid = [one for one in payments if rows.get(one.id) == "paid"]
    waits = [one for one in payments if rows.get(one.id) == "held"]
    ours, theirs = book.balance(unit, amina.wallet), book.balance(unit, brian.wallet)
    assert ours.posted.minor + theirs.posted.minor == 300_000
    transfers = unit.all("select id from transfers")
    assert {row.id for row in transfers} >= {one.id for one in paid}
    assert theirs.posted.minor == len(transfers) * 50_000
    assert not {row.id for row in transfers} & {one.id for one in waits}
    open_holds = book.open_holds(unit, amina.wallet)
    assert {hold.hold_id for hold in open_holds} <= {held.hold_of(one.id) for one in waits}
    assert ours.posted.minor - ours.available.minor == len(open_holds) * 50_000
