from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.access.addresses import attach
from core.bank import SameCustomer, UnknownRecipient
from core.errors import Refusal
from core.kyc.tiers import Tier
from core.ledger import book
from core.money import Money
from core.phone import NotAPhone
from core.transfers.send import OtherCurrency, reference_of, send_money
from core.wallets.wallets import open_wallet
from tests.core.people import counter, fund, passing_unit, someone, units
from tests.support import unsealed

KES_500 = Money.load("KES 500.00")


@pytest.fixture
def pair(unit):
    amina = someone(unit, holds="KES 2000.00")
    brian = someone(unit, "+254712000002", names=("Brian", "Kamau"))
    return amina, brian


def _sender(unit):
    unit.run(
        """
        insert into senders (key, channel, provider, number, countries, is_default, rate, burst,
            allowed, tokens, refilled_at)
        values ('twilio:sms:21000', 'sms', 'twilio', '21000', '{}', true, 1, 1, 1, 1, %(now)s)
        """,
        now=unit.now,
    )


def test_money_moves_and_both_are_told(unit, pair):
    amina, brian = pair
    _sender(unit)
    effect = uuid4()
    sent = counter(unit).send_money(to=str(brian.id), amount=KES_500, effect_id=effect)
    assert sent.balance == Money.load("KES 1500.00")
    assert sent.reference == reference_of(effect)
    assert counter(unit).balances() == [Money.load("KES 1500.00")]
    assert counter(unit, brian.phone).balances() == [KES_500]
    row = unit.one("select * from transfers")
    assert (row.id, row.from_customer, row.to_customer) == (effect, amina.id, brian.id)
    assert (row.from_wallet, row.to_wallet, row.amount) == (amina.wallet, brian.wallet, 50000)
    told = unsealed.outbox(unit)
    assert [(t.contact, t.payload["alert"], t.payload["facts"]) for t in told] == [
        (
            "+254712000002",
            "money_received",
            {
                "amount": "KES 500.00",
                "reference": sent.reference,
                "name": "A***a O***o",
                "balance": "KES 500.00",
            },
        ),
        (
            "+254712000001",
            "money_sent",
            {
                "amount": "KES 500.00",
                "reference": sent.reference,
                "name": "B***n K***u",
                "balance": "KES 1500.00",
            },
        ),
    ]


def test_only_ussd_needs_a_receipt(unit, pair):
    amina, brian = pair
    _sender(unit)
    attach(unit, amina.id, channel="sms", address=amina.phone, trust="trusted")
    bank = counter(unit, channel="sms")
    bank.send_money(to=str(brian.id), amount=KES_500, effect_id=uuid4())
    assert [row.payload["alert"] for row in unsealed.outbox(unit)] == ["money_received"]


def test_the_same_effect_sends_once(unit, pair):
    _, brian = pair
    _sender(unit)
    bank, effect = counter(unit), uuid4()
    first = bank.send_money(to=str(brian.id), amount=KES_500, effect_id=effect)
    assert bank.send_money(to=str(brian.id), amount=KES_500, effect_id=effect) == first
    assert unit.value("select count(*) from transfers") == 1
    assert unit.value("select count(*) from outbox") == 2
    with pytest.raises(book.IdReused):
        bank.send_money(to=str(brian.id), amount=Money.load("KES 501.00"), effect_id=effect)


def test_a_refusal_leaves_nothing_but_itself(unit, pair):
    amina, brian = pair
    bank, effect = counter(unit), uuid4()
    too_much = Money.load("KES 2000.01")
    for _ in range(2):
        with pytest.raises(book.InsufficientFunds) as refused, bank.attempt():
            bank.send_money(to=str(brian.id), amount=too_much, effect_id=effect)
        assert refused.value.facts == {"available": "KES 2000.00", "wanted": "KES 2000.01"}
    fund(unit, amina.wallet, "KES 5000.00")
    # The answer to this id stays no; the customer is asked again under another.
    with pytest.raises(book.InsufficientFunds), bank.attempt():
        bank.send_money(to=str(brian.id), amount=too_much, effect_id=effect)
    with bank.attempt():
        bank.send_money(to=str(brian.id), amount=too_much, effect_id=uuid4())
    assert unit.value("select count(*) from transfers") == 1


def test_amounts_are_refused_early(unit, pair):
    bank = counter(unit)
    bank.check_amount(KES_500)
    with pytest.raises(book.InsufficientFunds):
        bank.check_amount(Money.load("KES 2000.01"))
    assert unit.value("select count(*) from ledger_refusals") == 0


def test_the_tiers_limit(unit):
    rich = someone(unit, holds="KES 140000.00", tier=Tier.REGISTERED)
    someone(unit, "+254712000002", names=("Brian", "Kamau"))
    bank = counter(unit, rich.phone)
    with pytest.raises(book.LimitExceeded) as refused:
        bank.check_amount(Money.load("KES 70000.01"))
    assert refused.value.facts["limit"] == "KES 70000.00"


def test_finding_the_recipient(unit, pair):
    amina, brian = pair
    bank = counter(unit)
    found = bank.find_recipient("0712 000 002")
    assert (found.id, found.name, found.phone) == (str(brian.id), "B***n K***u", "+254 7** *** 002")
    with pytest.raises(NotAPhone):
        bank.find_recipient("Brian")
    with pytest.raises(SameCustomer):
        bank.find_recipient(amina.phone)
    with pytest.raises(UnknownRecipient) as refused:
        bank.find_recipient("0799000000")
    assert refused.value.facts == {"phone": "+254799000000"}


@pytest.mark.usefixtures("pair")
def test_money_goes_only_where_its_currency_is_kept(unit):
    neema = someone(unit, "+255712000003", names=("Neema", "Mushi"))
    bank = counter(unit)
    with pytest.raises(OtherCurrency) as refused:
        bank.find_recipient(neema.phone)
    facts = {"name": "N***a M***i", "currency": "KES", "said": neema.phone}
    assert refused.value.facts == facts
    with pytest.raises(OtherCurrency):
        bank.send_money(to=str(neema.id), amount=KES_500, effect_id=uuid4())
    assert unit.value("select count(*) from ledger_refusals") == 0
    book.set_rate(unit, source="KES", target="TZS", rate=Decimal(19))
    open_wallet(unit, neema.id, "KES")
    bank.send_money(to=bank.find_recipient(neema.phone).id, amount=KES_500, effect_id=uuid4())
    theirs = counter(unit, neema.phone).balances()
    assert theirs == [Money(0, "TZS"), KES_500]


def test_a_customer_who_left_is_not_found(unit, pair):
    _, brian = pair
    unit.run("update customers set is_active = false where id = %(id)s", id=brian.id)
    with pytest.raises(UnknownRecipient):
        counter(unit).find_recipient(brian.phone)
    assert not counter(unit, brian.phone).known


def test_the_statement_tells_both_sides(unit, pair):
    _, brian = pair
    counter(unit).send_money(to=str(brian.id), amount=KES_500, effect_id=uuid4())
    sent, deposit = counter(unit).recent(5)
    assert (sent.who, sent.incoming, sent.amount, sent.type) == (
        "B***n K***u",
        False,
        KES_500,
        "transfer",
    )
    assert (deposit.who, deposit.incoming, deposit.type) == ("", True, "deposit")
    (received,) = counter(unit, brian.phone).recent(5)
    assert (received.who, received.incoming, received.amount) == ("A***a O***o", True, KES_500)
    assert received.reference == sent.reference
    assert len(counter(unit).recent(1)) == 1


def test_references_can_be_read_aloud():
    references = {reference_of(UUID(int=n)) for n in range(2000)}
    assert len(references) == 2000
    assert all(
        len(r) == 12 and r.startswith("WK") and not set("ILOU") & set(r[2:]) for r in references
    )


def test_how_many_statements_a_transfer_takes(unit, pair):
    _, brian = pair
    bank = counter(unit)
    before = unit.statements
    bank.find_recipient(brian.phone)
    assert unit.statements - before == 2  # who that is, and what the payer calls them
    before = unit.statements
    bank.send_money(to=str(brian.id), amount=KES_500, effect_id=uuid4())
    # What is known of it, what was decided; the money with its record; two notices.
    assert unit.statements - before == 4


def test_two_who_pay_each_other_at_once_never_wait_for_ever(clean_engine):
    opened = units(clean_engine)
    with opened() as unit:
        amina = someone(unit, holds="KES 5000.00")
        brian = someone(unit, "+254712000002", names=("Brian", "Kamau"), holds="KES 5000.00")

    def pay(number: int) -> None:
        payer, payee = (amina, brian) if number % 2 else (brian, amina)
        with opened() as unit:
            counter(unit, payer.phone).send_money(
                to=str(payee.id), amount=Money(100 + number, "KES"), effect_id=uuid4()
            )

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(pay, range(80)))
    with opened() as unit:
        total = [counter(unit, who.phone).balances()[0].minor for who in (amina, brian)]
        assert sum(total) == 1_000_000
        assert total[0] == 500_000 + sum((100 + n) * (-1 if n % 2 else 1) for n in range(80))
        assert unit.value("select count(*) from transfers") == 80
        assert book.verify(unit) == []


def test_one_effect_presented_at_once_moves_money_once(clean_engine):
    opened, effect = units(clean_engine), uuid4()
    with opened() as unit:
        someone(unit, holds="KES 5000.00")
        brian = someone(unit, "+254712000002", names=("Brian", "Kamau"))

    def pay(_: int) -> str:
        with opened() as unit:
            bank = counter(unit)
            return bank.send_money(to=str(brian.id), amount=KES_500, effect_id=effect).reference

    with ThreadPoolExecutor(8) as threads:
        assert set(threads.map(pay, range(8))) == {reference_of(effect)}
    with opened() as unit:
        assert counter(unit).balances() == [Money.load("KES 4500.00")]
        assert unit.value("select count(*) from transfers") == 1


PEOPLE = ("+254712000001", "+254712000002", "+254712000009")


@settings(max_examples=30, deadline=None)
@given(
    sendings=st.lists(
        st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(1, 200_000), st.integers(0, 5)),
        max_size=12,
    )
)
def test_no_money_appears_or_is_lost(engine, now, sendings):
    """Against a model: balances after any sequence of sendings, presented once or again."""
    with passing_unit(engine, now) as unit:
        who = [someone(unit, p, holds="KES 1500.00", id_number=f"ID00{p[-4:]}") for p in PEOPLE]
        model, answered = [150_000] * 3, {}
        for payer, payee, amount, effect in sendings:
            if payer == payee:
                continue
            body = (payer, payee, amount)
            bank, money = counter(unit, PEOPLE[payer]), Money(amount, "KES")
            with suppress(Refusal), bank.attempt():
                send_money(
                    unit, id=UUID(int=effect + 1), payer=who[payer].id, payee=who[payee].id,
                    amount=money, channel="ussd",
                )  # fmt: skip
            if effect not in answered:
                answered[effect] = body
                if amount <= model[payer]:
                    model[payer] -= amount
                    model[payee] += amount
        assert [counter(unit, p).balances()[0].minor for p in PEOPLE] == model
        moved = unit.value("select count(*) from transfers")
        assert moved == unit.value("select count(*) from transactions where type = 'transfer'")
