"""Conversions: what moves, to the last minor unit, and what is refused."""

from datetime import timedelta
from uuid import uuid4

import pytest

from core.fx import decisions, positions
from core.fx.affordable import NoWallet
from core.fx.convert import QuoteExpired, QuoteUsed, convert
from core.fx.quote_store import UnknownQuote, find
from core.ledger import book
from core.money import Money
from core.store.unit import Unit
from tests.core.fx.dealing import amina, open_market, per_mille, quoted
from tests.core.people import someone

KES, USD = "KES", "USD"


def _system(unit: Unit, kind: str) -> dict[str, int]:
    rows = unit.all(
        "select currency, sum(posted)::bigint as held from ledger_accounts"
        " where kind = %(kind)s and owner is null group by 1",
        kind=kind,
    )
    return {row.currency: row.held for row in rows if row.held}


def test_the_parts_of_a_quote_add_up_to_the_cent_in_the_ledger(unit):
    open_market(unit)
    who, wallets = amina(unit, usd="250.00", kes="0.00")
    given = quoted(unit, who.id, USD, KES, Money.load("USD 100.00"), fee_of=per_mille(5))

    done = convert(unit, id=uuid4(), customer=who.id, quote=given.id, channel="ussd")

    assert done.sold == given.sell == Money.load("USD 100.00")
    assert done.bought == given.buy
    assert given.total == Money.load("USD 100.50")
    assert book.balance(unit, wallets[USD]).posted == Money.load("USD 149.50")
    assert book.balance(unit, wallets[KES]).posted == given.buy
    assert done.balances == (Money.load("USD 149.50"), given.buy)
    assert _system(unit, "fx") == {USD: 10000, KES: -(given.buy + given.spread).minor}
    assert _system(unit, "fees") == {USD: given.fee.minor}
    assert _system(unit, "fx_income") == {KES: given.spread.minor}
    assert positions.breaches(unit) == []


def test_the_decision_log_tells_every_candidate_and_why_one_was_chosen(unit):
    open_market(unit)
    who, _ = amina(unit, usd="250.00", kes="0.00")
    given = quoted(unit, who.id, USD, KES, Money.load("USD 100.00"))

    (decided,) = decisions.listed(unit, subject=given.id)

    assert decided.outcome == "chosen"
    assert decided.route == given.route == "lp_kilima"
    assert "next is lp_baobab, 2.0 bps behind" in decided.why
    verdicts = {one["provider"]: one["verdict"] for one in decided.candidates}
    assert verdicts == {"lp_baobab": "dearer", "lp_kilima": "chosen", "lp_sahel": "dearer"}


def test_a_quote_is_used_once_and_the_same_effect_gets_the_same_answer(unit):
    open_market(unit)
    who, _ = amina(unit, usd="250.00", kes="0.00")
    given, effect = quoted(unit, who.id, USD, KES, Money.load("USD 100.00")), uuid4()

    first = convert(unit, id=effect, customer=who.id, quote=given.id, channel="ussd")
    second = convert(unit, id=effect, customer=who.id, quote=given.id, channel="ussd")

    assert second.replayed
    assert (first.reference, first.bought) == (second.reference, second.bought)
    with pytest.raises(QuoteUsed):
        convert(unit, id=uuid4(), customer=who.id, quote=given.id, channel="ussd")
    assert find(unit, given.id, customer=who.id).status == "used"


def test_a_quote_ends_at_its_second(unit):
    open_market(unit)
    who, _ = amina(unit, usd="250.00", kes="0.00")
    given = quoted(unit, who.id, USD, KES, Money.load("USD 100.00"))
    unit.now += timedelta(seconds=given.lock_seconds)

    with pytest.raises(QuoteExpired):
        convert(unit, id=uuid4(), customer=who.id, quote=given.id, channel="ussd")

    unit.now -= timedelta(milliseconds=1)
    convert(unit, id=uuid4(), customer=who.id, quote=given.id, channel="ussd")


def test_nobody_uses_the_quote_of_somebody_else(unit):
    open_market(unit)
    who, _ = amina(unit, usd="250.00", kes="0.00")
    other = someone(unit, "+254712000002", holds="KES 100.00")
    given = quoted(unit, who.id, USD, KES, Money.load("USD 100.00"))

    with pytest.raises(UnknownQuote):
        convert(unit, id=uuid4(), customer=other.id, quote=given.id, channel="ussd")
    with pytest.raises(UnknownQuote):
        convert(unit, id=uuid4(), customer=who.id, quote=uuid4(), channel="ussd")


def test_what_is_missing_for_the_fee_is_missing(unit):
    open_market(unit)
    who, _ = amina(unit, usd="100.20", kes="0.00")
    given = quoted(unit, who.id, USD, KES, Money.load("USD 100.00"), fee_of=per_mille(5))

    with pytest.raises(book.InsufficientFunds) as refused:
        convert(unit, id=uuid4(), customer=who.id, quote=given.id, channel="ussd")

    assert refused.value.facts == {"available": "USD 100.20", "wanted": "USD 100.50"}


def test_without_a_wallet_there_is_nothing_to_convert_into(unit):
    open_market(unit)
    who, _ = amina(unit, usd="250.00")
    given = quoted(unit, who.id, USD, "EUR", Money.load("USD 100.00"))

    with pytest.raises(NoWallet) as refused:
        convert(unit, id=uuid4(), customer=who.id, quote=given.id, channel="ussd")

    assert refused.value.facts == {"currency": "EUR"}
