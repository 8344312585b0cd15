from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import DBAPIError

from core.errors import Refusal
from core.ledger import book
from core.money import Money
from core.transfers import request_endings, requests
from core.transfers.request_endings import RequestClosed
from core.transfers.requests import RequestNotTaken, TooManyRequests, UnknownRequest
from tests.core.people import counter, passing_unit, someone, units
from tests.support import unsealed

KES_500 = Money.load("KES 500.00")
AMINA, BRIAN = "+254712000001", "+254712000002"


@pytest.fixture
def pair(unit):
    brian = someone(unit, BRIAN, names=("Brian", "Kamau"))
    unit.run(
        """
        insert into senders (key, channel, provider, number, countries, is_default, rate, burst,
            allowed, tokens, refilled_at)
        values ('twilio:sms:21000', 'sms', 'twilio', '21000', '{}', true, 1, 1, 1, 1, %(now)s)
        """,
        now=unit.now,
    )
    return someone(unit, AMINA, holds="KES 2000.00"), brian


def pay(bank, request, asker: UUID, *, amount=KES_500, effect: UUID | None = None):
    """Pay a request as it was read back."""
    return bank.pay_request(str(request), to=str(asker), amount=amount, effect_id=effect or uuid4())


def told(unit) -> list[tuple[str, dict]]:
    rows = unsealed.outbox(unit)
    return [(row.payload["alert"], row.payload["facts"]) for row in rows]


def status(unit) -> str:
    return str(unit.value("select status from money_requests"))


def test_who_is_asked_is_told_pays_once_and_both_hear_of_it(unit, pair):
    amina, brian = pair
    made = counter(unit, BRIAN).request_money(of=str(amina.id), amount=KES_500, note="*rent*")
    asked = {"number": str(made.number), "amount": "KES 500.00", "name": "B***n K***u"}
    assert told(unit) == [("money_requested_note", asked | {"note": "rent"})]
    bank, effect = counter(unit), uuid4()
    found = bank.find_request(str(made.number))
    assert bank.requests_to_me() == [found]
    assert (found.name, found.amount, found.note) == ("B***n K***u", KES_500, "rent")
    sent = pay(bank, found.id, brian.id, effect=effect)
    assert sent.balance == Money.load("KES 1500.00")
    assert pay(bank, found.id, brian.id, effect=effect) == sent
    with pytest.raises(RequestClosed) as closed:
        pay(bank, found.id, brian.id)
    assert closed.value.facts == {"status": "paid"}
    assert [alert for alert, _ in told(unit)[1:]] == ["request_paid", "money_sent"]
    assert unit.one("select status, transfer_id from money_requests") == ("paid", effect)
    assert unit.value("select count(*) from transfers") == 1
    assert bank.requests_to_me() == counter(unit, BRIAN).requests_of_mine() == []
    assert b"rent" not in unit.value("select note from money_requests")


def test_a_refused_payment_leaves_the_request_open(unit, pair):
    amina, brian = pair
    much = Money.load("KES 2000.01")
    made = counter(unit, BRIAN).request_money(of=str(amina.id), amount=much)
    bank = counter(unit)
    with pytest.raises(book.InsufficientFunds), bank.attempt():
        pay(bank, made.id, brian.id, amount=much)
    with pytest.raises(UnknownRequest):  # it is not what was read back
        pay(bank, made.id, brian.id, amount=KES_500)
    assert status(unit) == "open"
    assert unit.value("select count(*) from transfers") == 0


def test_declined_cancelled_and_expired_are_told_to_the_asker_once(unit, pair):
    amina, brian = pair
    asker, bank = counter(unit, BRIAN), counter(unit)
    ids = [asker.request_money(of=str(amina.id), amount=KES_500).id for _ in range(3)]
    for _ in range(2):
        bank.decline_request(str(ids[0]))
        asker.cancel_request(str(ids[1]))
    unit.now += requests.STAYS_OPEN
    with pytest.raises(RequestClosed) as over:
        pay(bank, ids[2], brian.id)
    assert over.value.facts == {"status": "expired"}
    assert bank.requests_to_me() == []
    assert request_endings.expire(unit, most=10) == 1
    assert request_endings.expire(unit, most=10) == 0
    assert [alert for alert, _ in told(unit)[3:]] == ["request_declined", "request_expired"]
    for end in (bank.decline_request, asker.cancel_request):
        with pytest.raises(RequestClosed):
            end(str(ids[2]))


def test_only_who_is_asked_answers_and_only_who_asked_takes_back(unit, pair):
    amina, brian = pair
    grace = someone(unit, "+254712000003", names=("Grace", "Wanjiru"), holds="KES 900.00")
    made = str(counter(unit, BRIAN).request_money(of=str(amina.id), amount=KES_500).id)
    other = counter(unit, grace.phone)
    for ends in (
        lambda: pay(other, made, brian.id),
        lambda: other.decline_request(made),
        lambda: other.cancel_request(made),
        lambda: counter(unit, BRIAN).decline_request(made),
        lambda: counter(unit).cancel_request(made),
        lambda: counter(unit).cancel_request(str(uuid4())),
        lambda: other.find_request("100"),
        lambda: other.find_request("one"),
    ):
        with pytest.raises(UnknownRequest):
            ends()
    assert status(unit) == "open"


def test_five_open_ones_of_a_pair_and_twenty_a_day(unit, pair):
    amina, _ = pair
    asker = counter(unit, BRIAN)
    for _ in range(4):
        for _ in range(5):
            made = asker.request_money(of=str(amina.id), amount=KES_500)
        with pytest.raises(TooManyRequests):
            asker.request_money(of=str(amina.id), amount=KES_500)
        for one in asker.requests_of_mine():
            asker.cancel_request(str(one.id))
    with pytest.raises(TooManyRequests) as day:
        asker.request_money(of=str(amina.id), amount=KES_500)
    assert day.value.facts["scope"] == "day"
    unit.now += timedelta(days=1, seconds=1)
    assert asker.request_money(of=str(amina.id), amount=KES_500).number != made.id


def test_whoever_is_blocked_asks_no_more_until_they_may_again(unit, pair):
    amina, brian = pair
    asker, bank = counter(unit, BRIAN), counter(unit)
    made = asker.request_money(of=str(amina.id), amount=KES_500)
    bank.block_asker(str(made.id))
    assert status(unit) == "declined"
    with pytest.raises(RequestNotTaken) as refused:
        asker.request_money(of=str(amina.id), amount=KES_500)
    assert refused.value.facts == {"name": "A***a O***o"}
    assert bank.blocked_askers() == [(str(brian.id), "B***n K***u")]
    bank.unblock_asker(str(brian.id))
    assert bank.blocked_askers() == []
    asker.request_money(of=str(amina.id), amount=KES_500)


def test_numbers_are_free_again_once_a_request_has_ended(unit, pair, monkeypatch):
    amina, _ = pair
    monkeypatch.setattr(requests, "MOST_OF_A_PAIR", 1000)
    monkeypatch.setattr(requests, "MOST_A_DAY", 1000)
    asker = counter(unit, BRIAN)
    numbers = [asker.request_money(of=str(amina.id), amount=KES_500).number for _ in range(100)]
    assert len(set(numbers)) == 100
    with pytest.raises(TooManyRequests) as full:
        asker.request_money(of=str(amina.id), amount=KES_500)
    assert full.value.facts["scope"] == "waiting"


@pytest.mark.parametrize(
    "change",
    ["status = 'open', ended_at = null, transfer_id = null", "status = 'cancelled'",
     "transfer_id = gen_random_uuid()"],
)  # fmt: skip
def test_what_has_ended_never_changes(unit, pair, change):
    amina, brian = pair
    made = counter(unit, BRIAN).request_money(of=str(amina.id), amount=KES_500)
    pay(counter(unit), made.id, brian.id)
    with pytest.raises(DBAPIError, match="ends once"), unit.savepoint():
        unit.run(f"update money_requests set {change}")
    with pytest.raises(DBAPIError, match="permission denied"), unit.savepoint():
        unit.run("update money_requests set amount = 1")


EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["pay", "pay again", "decline", "cancel", "expire", "block", "wait"]),
        st.integers(0, 2),
    ),
    max_size=14,
)


@settings(max_examples=40, deadline=None)
@given(events=EVENTS)
def test_in_any_order_each_is_paid_at_most_once_and_no_money_appears(engine, now, events):
    with passing_unit(engine, now) as unit:
        amina = someone(unit, AMINA, holds="KES 1200.00")
        brian = someone(unit, BRIAN, names=("Brian", "Kamau"))
        asker, bank = counter(unit, BRIAN), counter(unit)
        made = [
            asker.request_money(of=str(amina.id), amount=KES_500 if n else Money(70000, "KES"))
            for n in range(3)
        ]
        effects = [uuid4() for _ in made]
        for what, which in events:
            with suppress(Refusal), bank.attempt():
                _do(unit, (bank, asker), what, made[which], brian.id, effects[which])
        held = [one.balances()[0].minor for one in (bank, asker)]
        paid = unit.all(
            "select amount, transfer_id from money_requests where status = 'paid' order by id"
        )
        sent = unit.all("select id, amount from transfers")
        assert sum(held) == 120000
        assert held[1] == sum(row.amount for row in paid)
        assert {(row.transfer_id, row.amount) for row in paid} == {(t.id, t.amount) for t in sent}
        assert len(sent) == len(paid)


def _do(unit, counters, what: str, request, asker_id: UUID, effect: UUID) -> None:
    bank, asker = counters
    match what:
        case "pay":
            pay(bank, request.id, asker_id, amount=request.amount, effect=effect)
        case "pay again":
            pay(bank, request.id, asker_id, amount=request.amount)
        case "decline":
            bank.decline_request(str(request.id))
        case "cancel":
            asker.cancel_request(str(request.id))
        case "block":
            bank.block_asker(str(request.id))
        case "expire":
            request_endings.expire(unit, most=10)
        case "wait":
            unit.now += timedelta(days=3)


def test_paid_and_taken_back_at_once_only_one_of_them_happens(clean_engine):
    opened = units(clean_engine)
    with opened() as unit:
        amina = someone(unit, AMINA, holds="KES 5000.00")
        brian = someone(unit, BRIAN, names=("Brian", "Kamau"))
        ids = [
            str(counter(unit, BRIAN).request_money(of=str(amina.id), amount=KES_500).id)
            for _ in range(5)
        ]

    def end(number: int) -> None:
        request = ids[number % 5]
        with suppress(Refusal), opened() as unit:
            if number % 2:
                pay(counter(unit), request, brian.id)
            else:
                counter(unit, BRIAN).cancel_request(request)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(end, range(40)))
    with opened() as unit:
        paid = unit.value("select count(*) from money_requests where status = 'paid'")
        assert unit.value("select count(*) from transfers") == paid
        assert counter(unit, BRIAN).balances() == [Money(50000 * paid, "KES")]
        assert unit.value("select count(*) from money_requests where status = 'open'") == 0
