"""A process dies at every crash point there is: nothing is lost, nothing happens twice.

Each point is met by real work in a process of its own, which dies there as by ``kill -9``. Then
whoever comes next does what they always do: the provider delivers again, the scheduler sweeps.
"""

import ast
from collections.abc import Iterator
from itertools import pairwise

import pytest

from bot import answers, hub
from bot.house import House
from bot.settings import Settings
from channels.message import Receipt, SessionEnd
from core.ledger import verify
from core.store import contacts, crashpoints
from tests.structure.source import ROOMS, files, name, tree
from tests.support import crashes, unsealed, without_redis
from tests.support.crashes import KILLED
from tests.support.phone_company import PhoneCompany, open_company
from tests.support.town import AMINA, BRIAN, PIN, Clock, Phone
from tests.support.until import until

TURN = [
    "turn.heard", "turn.secret_proved", "turn.opened", "money.posted",
    "money.notices_queued", "turn.closed", "turn.before_commit", "turn.after_commit",
    "turn.before_wake", "turn.answered",
]  # fmt: skip
REPLY = "turn.reply_queued"
CALL = ["call.before_asking", "call.answered", "call.before_commit", "call.after_commit"]
# What a provider has got in the end: one too many where nobody could know that it had it.
SEND = {
    "send.leased": 1, "send.worded": 1, "send.answered": 2, "send.before_commit": 2,
    "send.after_commit": 1,
}  # fmt: skip
RECEIPT = ["receipt.before_commit", "receipt.after_commit"]
OTHERS = {
    "card.held", "card.decided", "card.after_commit", "card.captured", "card.fee_taken",
    "card.ordered", "card.line_settled",
    "deposit.owed", "deposit.posted", "deposit.taken_in", "receipt.held", "receipt.decided",
    "suspense.posted", "cash_code.held", "till.posted", "till.paid_out", "till.told", "fx.posted",
    "fx.hedge_ordered",
    "timer.calls_found", "timer.rested", "timer.leases_returned", "session.before_commit",
    "approval.decided", "broadcast.owed", "waiting.held", "waiting.invited", "waiting.paid",
    "plan.paid", "document.written", "payout.held", "payout.in_clearing", "payout.sent",
    "payout.paid", "payout.given_back", "recon.source_written", "recon.matched", "recon.judged",
    "watch.taken", "watch.raised", "screening.staged", "screening.batch_written",
    "order.before_asking", "order.answered", "order.noted", "order.after_commit", "bill.taken",
    "bill.ordered", "kyc.picture_written", "kyc.judged", "kyc.decided", "payment.decided",
    "held.set_aside", "held.let_go", "held.paid", "held.returned", "payout.released",
    "payout.not_made", "review.decided",
}  # fmt: skip


@pytest.fixture(scope="module")
def company() -> Iterator[PhoneCompany]:
    """The phone company that carries our SMS."""
    with open_company() as running:
        yield running


@pytest.fixture(scope="module")
def settings(
    servers, worker_name, bank_template, pepper, company, tmp_path_factory
) -> Iterator[Settings]:
    """A demo bank for this module. Redis is away: what has to happen happens without it."""
    database = f"crash_{worker_name}"
    servers.create(database, template=bank_template)
    yield without_redis.settings_of(
        servers.app_url(database), data_dir=tmp_path_factory.mktemp("crash"), pepper=pepper,
        twilio_api_base=company.url, sms_rate=1000, name_enquiry_base="http://127.0.0.1:9",
    )  # fmt: skip
    servers.drop(database)


@pytest.fixture(scope="module")
def clock(now) -> Clock:
    """The time, for the whole module."""
    return Clock(now)


@pytest.fixture(scope="module")
def house(settings, servers, clock) -> Iterator[House]:
    """The house as it is after the crash: a process that knows nothing of the one that died."""
    database = settings.database_url.rpartition("/")[2].partition("?")[0]
    with (
        servers.app(database) as engine,
        without_redis.furnished(settings, engine, clock) as house,
    ):
        yield house


@pytest.fixture(autouse=True)
def afterwards(house, clock) -> Iterator[None]:
    """Whatever was done to it, the book is whole; and a new day begins."""
    yield
    crashpoints.arm("")
    with house.unit() as unit:
        assert verify.verify(unit) == []
        unit.run("delete from outbox")
    clock.pass_(days=1)


def value(house: House, sql: str, **facts: object) -> object:
    with house.unit() as unit:
        return unit.value(sql, **facts)


def balances(house: House) -> tuple[int, ...]:
    with house.unit() as unit:
        rows = unit.all(
            """
            select w.balance from wallets w join customers c on c.id = w.user_id
            where c.phone_index in (%(payer)s, %(payee)s) and w.currency = 'KES'
            order by c.phone_index = %(payee)s
            """,
            payer=contacts.token(unit, AMINA),
            payee=contacts.token(unit, BRIAN),
        )
    return tuple(row.balance for row in rows)


def at_the_pin(house: House, channel: str) -> Phone:
    """Somebody who has only to type her PIN to pay KES 10. What she types then is ``heard``."""
    amina = Phone(house, channel, AMINA, count=house.new_id().int % 10**12)
    if channel == "ussd":
        amina.dial()
        for word in ("1", "0712000002", "10", "1"):
            amina.say(word)
    else:
        amina.say("menu")
        amina.say("SEND 10 0712000002")
        amina.say("yes")
    amina.heard = amina._inbound(PIN)
    return amina


def replies(house: House, inbound) -> list[str]:
    """What was put into the outbox for one message."""
    with house.unit() as unit:
        rows = unit.all(
            """
            select o.message_id from outbox o join inbox i on i.correlation = o.correlation
            where i.provider_id = %(id)s
            """,
            id=inbound.id,
        )
        owed = [one for row in rows for one in unsealed.outbox(unit, row.message_id)]
    return [one.payload["reply"]["text"] for one in owed if "reply" in one.payload]


def told_since(house: House, inbound) -> list[object]:
    """The replies to an event of ours, such as an answer from outside, since a message came."""
    with house.unit() as unit:
        return unit.all(
            """
            select o.id from outbox o
            where o.contact = %(contact)s and o.language is null and not exists (
                select 1 from inbox i where i.correlation = o.correlation)
            """,
            contact=contacts.token(unit, inbound.address),
        )


def unsent(house: House) -> int:
    return value(house, "select count(*) from outbox where status <> 'sent'")


def test_no_crash_point_is_missing_here():
    in_the_code = {
        node.args[0].value
        for path in files(*ROOMS)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "reached"
        and isinstance(node.args[0], ast.Constant)
    }
    here = {*TURN, REPLY, *CALL, *SEND, *RECEIPT, *OTHERS}
    assert in_the_code == set(crashpoints.POINTS) == here


def test_a_crash_point_is_named_in_one_place_only():
    named = [
        (node.args[0].value, name(path))
        for path in files(*ROOMS)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "reached"
    ]
    assert not [(one, other) for one, other in pairwise(sorted(named)) if one[0] == other[0]]


@pytest.mark.parametrize("at", TURN)
def test_a_press_that_pays_happens_once_and_is_told(house, settings, clock, at):
    amina, before = at_the_pin(house, "ussd"), balances(house)
    assert crashes.exit_code(settings, "hear", amina.heard, now=clock.now, at=at) == KILLED
    told = amina.again()
    assert told.startswith("END ") and "10.00" in told
    assert amina.again() == told
    assert balances(house) == (before[0] - 10, before[1] + 10)


@pytest.mark.parametrize("at", [*TURN, REPLY])
def test_a_message_that_pays_happens_once_and_is_answered_once(house, settings, clock, at):
    amina, before = at_the_pin(house, "sms"), balances(house)
    assert crashes.exit_code(settings, "hear", amina.heard, now=clock.now, at=at) == KILLED
    for _ in range(2):
        hub.hear(house, amina.heard)
    (said,) = replies(house, amina.heard)
    assert "10.00" in said
    assert balances(house) == (before[0] - 10, before[1] + 10)


@pytest.mark.parametrize("at", TURN)
def test_what_breaks_instead_is_told_as_it_is(house, at):
    """The process lives and the turn breaks there: paid and told so, or not paid and told so."""
    amina, before = at_the_pin(house, "ussd"), balances(house)
    crashpoints.arm(f"{at}=raise")
    try:
        told = amina.again()
    except crashpoints.Crashed:  # the answer was lost on its way
        told = ""
    crashpoints.arm("")
    paid = balances(house) == (before[0] - 10, before[1] + 10)
    assert paid or balances(house) == before
    assert not told or ("10.00" in told if paid else "nothing was done" in told)
    assert "10.00" in amina.again() if paid or not told else amina.again() == told


@pytest.mark.parametrize("at", CALL)
def test_an_answer_from_outside_is_told_once_or_its_absence_is(house, settings, clock, at):
    amina = Phone(house, "sms", AMINA, count=house.new_id().int % 10**12)
    amina.say("menu")
    amina.say("SEND 10 0799123456")
    asked, facts = amina.heard, ("twilio", amina.heard.id)
    assert crashes.exit_code(settings, "answer", *facts, now=clock.now, at=at) == KILLED
    clock.pass_(seconds=10)
    hub.expire_calls(house)
    hub.expire_calls(house)
    assert value(house, "select state from inbox where provider_id = %(id)s", id=asked.id) == "done"
    assert len(told_since(house, asked)) == 1


@pytest.mark.parametrize("at", CALL)
def test_a_press_that_asks_outside_is_answered_when_it_is_asked_again(
    house, settings, clock, at, monkeypatch
):
    monkeypatch.setattr(hub, "CALL_SECONDS", 0.2)
    amina = Phone(house, "ussd", AMINA, count=house.new_id().int % 10**12)
    amina.dial()
    amina.say("1")
    press = amina._inbound("0799123456")
    assert crashes.exit_code(settings, "hear", press, now=clock.now, at=at) == KILLED
    assert amina._deliver(press).startswith(("CON ", "END "))
    clock.pass_(seconds=answers.CALL_SECONDS + answers.CALL_GRACE.total_seconds() + 1)
    hub.expire_calls(house)
    assert amina._deliver(press).startswith("CON ") and "1. " in amina._deliver(press)


def test_a_timer_that_tells_of_silence_tells_it_once(house, settings, clock):
    amina = Phone(house, "sms", AMINA, count=house.new_id().int % 10**12)
    amina.say("menu")
    amina.say("SEND 10 0799123456")
    clock.pass_(seconds=10)
    crashed = crashes.exit_code(settings, "expire calls", now=clock.now, at="timer.calls_found")
    assert crashed == KILLED
    assert (hub.expire_calls(house), hub.expire_calls(house)) == (1, 0)


def test_a_timer_that_lets_stories_rest_does_it_once(house, settings, clock):
    at_the_pin(house, "sms")
    clock.pass_(minutes=30)
    crashed = crashes.exit_code(settings, "expire conversations", now=clock.now, at="timer.rested")
    assert crashed == KILLED
    assert hub.expire_conversations(house) >= 1
    assert hub.expire_conversations(house) == 0


def test_the_end_of_a_session_is_noted_when_it_is_told_again(house, settings, clock):
    amina = at_the_pin(house, "ussd")
    amina.again()
    end = SessionEnd("africastalking", amina.session, AMINA, completed=True)

    def kept() -> bool:
        with house.unit() as unit:
            talk = unsealed.conversation(unit, channel="ussd", address=AMINA)
        return talk.outcome is not None and not talk.outcome_read

    crashed = crashes.exit_code(
        settings, "end session", end, now=clock.now, at="session.before_commit"
    )
    assert crashed == KILLED
    assert kept()
    hub.note_session_end(house, end)
    assert not kept()


@pytest.mark.parametrize(("at", "copies"), SEND.items())
def test_a_send_is_never_lost_and_twice_only_where_nobody_could_know(
    house, settings, clock, company, at, copies
):
    amina = Phone(house, "sms", AMINA, count=house.new_id().int % 10**12)
    for word in ("BAL", "MINI"):
        amina.say(word)
    before = len(company.got)
    assert crashes.exit_code(settings, "drain", now=clock.now, at=at) == KILLED
    clock.pass_(minutes=1)
    crashes.do(house, "return leases")
    until(lambda: crashes.do(house, "drain") or not unsent(house))
    said = [form["Body"] for form in company.got[before:] if form["To"] == AMINA]
    in_order = [one for n, one in enumerate(said) if n == 0 or said[n - 1] != one]
    assert (len(said), len(in_order)) == (copies + 1, 2)
    assert not unsent(house)


def test_a_lease_that_ran_out_goes_back_although_the_sweep_died(house, settings, clock):
    Phone(house, "sms", AMINA, count=house.new_id().int % 10**12).say("BAL")
    assert crashes.exit_code(settings, "drain", now=clock.now, at="send.leased") == KILLED
    clock.pass_(minutes=1)
    at = "timer.leases_returned"
    assert crashes.exit_code(settings, "return leases", now=clock.now, at=at) == KILLED
    leased = "select count(*) from outbox where status = 'leased'"
    assert value(house, leased) == 1

    def are_returned() -> bool:
        crashes.do(house, "return leases")
        return value(house, leased) == 0

    until(are_returned)  # the server holds the row until it sees that whoever locked it is gone


@pytest.mark.parametrize("at", RECEIPT)
def test_a_receipt_that_is_told_again_counts_once(house, settings, clock, at):
    Phone(house, "sms", AMINA, count=house.new_id().int % 10**12).say("BAL")
    crashes.do(house, "drain")
    sid = value(house, "select max(provider_message_id) from messages where not is_inbound")
    receipt = Receipt("twilio", sid, "delivered")
    assert crashes.exit_code(settings, "note receipt", receipt, now=clock.now, at=at) == KILLED
    crashes.do(house, "note receipt", receipt)
    where = "provider_message_id = %(sid)s"
    assert value(house, f"select status from messages where {where}", sid=sid) == "delivered"
    assert value(house, f"select count(*) from receipts where {where}", sid=sid) == 1
