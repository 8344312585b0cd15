"""The counter: asked, quoted, proved, changed; also when providers are down, and when all are."""

from uuid import uuid4

import pytest

from core.bank_fx import LOCK_SECONDS, SLOW_LOCK_SECONDS, USSD_LOCK_SECONDS
from core.fx import decisions
from core.fx.affordable import NoWallet
from core.fx.convert import QuoteUsed
from core.fx.guards import NoLiquidity
from core.fx.quote_store import UnknownQuote
from core.ledger import book
from core.money import Money
from core.store.outbox import register_senders
from core.transfers.send import OtherCurrency
from core.wallets.wallets import open_wallet
from tests.core.fx.dealing import amina, open_market
from tests.core.fx.firms import firms
from tests.core.people import PIN, counter, fund, guess, someone
from tests.support import unsealed
from tests.support.outbox_rows import ALL

HUNDRED = Money.load("USD 100.00")


@pytest.fixture
def town(unit):
    register_senders(unit, ALL)
    open_market(unit)
    with firms(lambda: unit.now) as found:
        yield found


@pytest.fixture
def who(unit, town):
    return amina(unit, usd="250.00", kes="0.00")


def at_the_counter(unit, who, *, channel="ussd"):
    bank = counter(unit, who.phone, channel=channel)
    bank.prove(guess(unit, who.id, PIN))
    return bank


def ask(bank, town, sell, buy, amount):
    side = "sell" if amount.currency == sell else "buy"
    question = bank.fx_enquiry(sell, buy, side, amount)
    prices = town.liquidity.ask(question, seconds=2).facts["prices"]
    return {"sell": sell, "buy": buy, "side": side, "amount": amount, "prices": prices}


def convert(unit, bank, given, effect=None):
    effect = effect or uuid4()
    bank.payment_needs(
        kind="exchange", to=str(bank.customer_id), amount=given.total, effect_id=effect
    )
    return bank.convert(quote=str(given.id), effect_id=effect)


def told(unit):
    return [(row.payload["alert"], row.payload["facts"]) for row in unsealed.outbox(unit)]


def test_a_hundred_dollars_become_shillings_and_a_receipt_comes_after_ussd(unit, town, who):
    person, wallets = who
    bank = at_the_counter(unit, person)
    given = bank.quote(**ask(bank, town, "USD", "KES", HUNDRED))

    done = convert(unit, bank, given)

    assert given.fee.minor >= 0 and given.total == HUNDRED + given.fee
    assert book.balance(unit, wallets["KES"]).posted == given.buy
    ((alert, facts),) = told(unit)
    assert alert == "money_exchanged"
    assert facts == {
        "sold": "USD 100.00", "bought": str(given.buy), "fee": str(given.fee),
        "reference": done.reference, "balance": str(given.buy),
    }  # fmt: skip
    with pytest.raises(QuoteUsed):
        convert(unit, bank, given)
    assert convert(unit, bank, given, done_id(unit)).reference == done.reference


def done_id(unit):
    return unit.value("select transaction_id from fx_transactions")


def test_a_conversion_is_proved_before_it_is_done(unit, town, who):
    bank = at_the_counter(unit, who[0])
    given = bank.quote(**ask(bank, town, "USD", "KES", HUNDRED))
    stranger = counter(unit, "+254799000000")
    assert not stranger.known
    with pytest.raises(LookupError):
        stranger.convert(quote=str(given.id), effect_id=uuid4())


@pytest.mark.parametrize(
    ("channel", "seconds"),
    [("ussd", USSD_LOCK_SECONDS), ("sms", LOCK_SECONDS), ("whatsapp", LOCK_SECONDS)],
)
def test_a_quote_is_held_as_long_as_its_channel_allows(unit, town, who, channel, seconds):
    bank = at_the_counter(unit, who[0], channel=channel)
    given = bank.quote(**ask(bank, town, "USD", "KES", HUNDRED))
    assert given.lock_seconds == seconds
    renewed = bank.quote(**ask(bank, town, "USD", "KES", HUNDRED), again=True)
    assert renewed.lock_seconds == SLOW_LOCK_SECONDS


def test_two_providers_down_and_the_third_serves(unit, town, who):
    town.trouble("lp_baobab", down=True)
    town.trouble("lp_kilima", lost_answers=1.0)
    bank = at_the_counter(unit, who[0])
    given = bank.quote(**ask(bank, town, "USD", "KES", HUNDRED))

    assert given.route == "lp_sahel"
    (log,) = decisions.listed(unit, subject=given.id)
    assert [one["verdict"] for one in log.candidates] == ["HTTP 503", "HTTP 502", "chosen"]
    convert(unit, bank, given)


def test_with_all_down_there_is_a_refusal_in_the_log_and_nothing_posted(unit, town, who):
    town.trouble("lp_baobab", "lp_kilima", "lp_sahel", down=True)
    bank = at_the_counter(unit, who[0])
    asked = ask(bank, town, "USD", "KES", HUNDRED)
    posted = unit.value("select count(*) from transactions")

    with pytest.raises(NoLiquidity) as refused, bank.attempt():
        bank.quote(**asked)

    assert refused.value.facts == {"sell": "USD", "buy": "KES"}
    (log,) = decisions.listed(unit, outcome="no_liquidity")
    assert {one["verdict"] for one in log.candidates} == {"HTTP 503"}
    assert unit.value("select count(*) from transactions") == posted
    assert unit.value("select count(*) from fx_quotes") == 0


def test_what_could_not_be_converted_is_refused_with_the_quote(unit, town, who):
    bank = at_the_counter(unit, who[0])
    with pytest.raises(book.InsufficientFunds), bank.attempt():
        bank.quote(**ask(bank, town, "USD", "KES", Money.load("USD 251.00")))
    with pytest.raises(NoWallet), bank.attempt():
        bank.quote(**ask(bank, town, "USD", "EUR", HUNDRED))
    fund(unit, who[1]["KES"], "KES 490000.00")
    with pytest.raises(book.BalanceCeiling), bank.attempt():
        bank.quote(**ask(bank, town, "USD", "KES", HUNDRED))
    assert unit.value("select count(*) from fx_quotes") == 0


def test_money_sent_abroad_arrives_in_the_other_currency(unit, town, who):
    person, wallets = who
    neema = someone(unit, "+255712000003", names=("Neema", "Mushi"))
    bank = at_the_counter(unit, person)
    given = bank.quote(**ask(bank, town, "USD", "TZS", Money.load("TZS 100000.00")), abroad=True)
    effect = uuid4()
    bank.payment_needs(kind="abroad", to=str(neema.id), amount=given.total, effect_id=effect)

    sent = bank.send_abroad(
        to=str(neema.id), quote=str(given.id), effect_id=effect, note="school fees"
    )

    assert sent.arrived == given.buy == book.balance(unit, neema.wallet).posted
    assert sent.sent == given.sell and sent.fee == given.fee
    assert book.balance(unit, wallets["USD"]).posted == Money.load("USD 250.00") - given.total
    alerts = dict(told(unit))
    assert alerts["money_received_note"]["amount"] == "TZS 100000.00"
    assert alerts["money_received_note"]["note"] == "school fees"
    assert alerts["money_sent_abroad"]["name"] == "N***a M***i"
    again = bank.send_abroad(
        to=str(neema.id), quote=str(given.id), effect_id=effect, note="school fees"
    )
    assert again == sent and len(told(unit)) == 2


def test_a_quote_for_one_purpose_serves_no_other(unit, town, who):
    neema = someone(unit, "+255712000003", names=("Neema", "Mushi"))
    open_wallet(unit, neema.id, "KES")
    bank = at_the_counter(unit, who[0])
    own = bank.quote(**ask(bank, town, "USD", "KES", HUNDRED))
    abroad = bank.quote(**ask(bank, town, "USD", "KES", HUNDRED), abroad=True)

    with pytest.raises(UnknownQuote):
        convert(unit, bank, abroad)
    effect = uuid4()
    bank.payment_needs(kind="abroad", to=str(neema.id), amount=own.total, effect_id=effect)
    with pytest.raises(UnknownQuote):
        bank.send_abroad(to=str(neema.id), quote=str(own.id), effect_id=effect)


def test_who_has_no_wallet_in_the_currency_gets_nothing(unit, town, who):
    neema = someone(unit, "+255712000003", names=("Neema", "Mushi"))
    bank = at_the_counter(unit, who[0])
    given = bank.quote(**ask(bank, town, "USD", "UGX", HUNDRED), abroad=True)
    effect = uuid4()
    bank.payment_needs(kind="abroad", to=str(neema.id), amount=given.total, effect_id=effect)
    with pytest.raises(OtherCurrency) as refused:
        bank.send_abroad(to=str(neema.id), quote=str(given.id), effect_id=effect)
    assert refused.value.facts == {"name": "N***a M***i", "currency": "UGX"}
