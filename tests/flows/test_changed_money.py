"""Money that is changed in a conversation: how it is said, and the clock of what was read back."""

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from core.access.pins import Proof
from core.money import Money, NotAnAmount
from flows import manners
from flows.catalog import STORIES
from flows.quoted import told_rate
from flows.story import Ask
from flows.trade import NotOfThePair, read_trade
from tests.flows.handset import Handset
from tests.flows.oracle import Oracle

ANSWERED = SimpleNamespace(trigger="answered", facts={"prices": "[]"})
RIGHT = Proof("pin", ok=True, new_hash="hash")


@pytest.mark.parametrize(
    ("rate", "told"),
    [
        ("129.3512", ("USD", "KES", "129.3512")),
        ("0.007734", ("KES", "USD", "129.2992")),
        ("1", ("USD", "KES", "1")),
        ("3914.66823", ("USD", "KES", "3914.668")),
        ("0.000255449", ("KES", "USD", "3914.676")),
    ],
)
def test_a_rate_is_told_of_the_dearer_currency(rate: str, told: tuple[str, str, str]) -> None:
    assert tuple(told_rate("USD", "KES", Decimal(rate)).values()) == told


@pytest.mark.parametrize(
    ("said", "side", "asked"),
    [
        ("100", "sell", "USD 100.00"), ("USD 100", "sell", "USD 100.00"),
        ("KES 5000", "buy", "KES 5000.00"), ("buy 5000", "buy", "KES 5000.00"),
        ("buy KES 5000", "buy", "KES 5000.00"), ("1,250.50", "sell", "USD 1250.50"),
    ],
)  # fmt: skip
def test_an_amount_fixes_what_goes_or_what_comes(said: str, side: str, asked: str) -> None:
    assert read_trade(said, sell="USD", buy="KES") == (side, Money.load(asked))


def test_an_amount_of_neither_currency_is_not_taken() -> None:
    with pytest.raises(NotOfThePair) as refused:
        read_trade("EUR 5", sell="USD", buy="KES")
    assert refused.value.facts == {"source": "USD", "target": "KES"}
    with pytest.raises(NotAnAmount):
        read_trade("a lot", sell="USD", buy="KES")


def quoted(channel: str, **bank: Any) -> Handset:
    """Somebody who has just read a quote back."""
    handset = Handset(Oracle(channel=channel, **bank), channel)
    handset.begin("exchange", {"sell": "KES", "buy": "EUR", "amount": "100"})
    handset.says(choice="open_it")
    handset.hears(ANSWERED)
    return handset


def test_the_clock_is_told_anew_with_every_prompt() -> None:
    handset = quoted("sms")
    assert "Holds 90 s" in handset.reply.text
    handset.bank.now = "2026-09-28T21:59:40+00:00"
    handset.says(choice="yes")
    assert "50 s left" in handset.reply.text


def test_a_quote_that_ran_out_before_the_pin_is_followed_by_one_that_holds_longer() -> None:
    handset = quoted("sms")
    handset.says(choice="yes")
    handset.bank.now = "2026-09-28T22:01:00+00:00"
    handset.says(proof=RIGHT)
    assert (handset.now and handset.now.state) == "pricing"
    assert handset.bank.sent == []
    handset.hears(ANSWERED)
    assert (handset.now and handset.now.state) == "renewed"
    assert "it was" in handset.reply.text
    assert handset.bank.renewals == [False, True]


def test_no_code_is_sent_for_a_quote_that_ran_out() -> None:
    handset = quoted("sms", needs="code")
    handset.says(choice="yes")
    handset.bank.now = "2026-09-28T22:01:00+00:00"
    handset.says(proof=RIGHT)
    assert (handset.now and handset.now.state) == "pricing"


def test_what_is_proved_is_all_that_leaves() -> None:
    handset = quoted("sms")
    handset.says(choice="yes")
    handset.says(proof=RIGHT)
    ((_, _, amount),) = handset.bank.sent
    assert amount == "KES 100.50"


@pytest.mark.parametrize(
    ("takes", "said", "story"),
    [
        (["KES"], "500", "send_money"), (["KES", "EUR"], "20 eur", "send_money"),
        (["KES", "USD"], "20 usd", "send_abroad"), (["KES"], "20 eur", "send_abroad"),
        (["KES"], "20 zar", "send_money"),
    ],
)  # fmt: skip
def test_a_currency_that_was_named_decides_whether_money_is_changed(
    takes: list[str], said: str, story: str
) -> None:
    handset = Handset(Oracle(channel="sms", theirs=takes), "sms")
    handset.begin("send_money", {"recipient": "0712000002"})
    handset.says(said)
    assert (handset.now and handset.now.flow) == story


def test_ninety_eight_is_an_amount_where_one_is_asked_for() -> None:
    for story in STORIES.values():
        for step in story.steps:
            if isinstance(step, Ask) and step.entity in ("amount", "amounts", "trade"):
                assert manners.heard("98", story=story(bank=Oracle(), state=step.name)) is None  # type: ignore[arg-type]
