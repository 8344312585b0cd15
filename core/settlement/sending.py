"""Sending what waits: when the rail is open, its window closes, and its nostro has the money.

Everything is judged again at the moment of sending, for hours may have passed: another rail may be
the better one by now. What leaves is an order to the rail's partner, owed in the same unit that
brings the money into clearing.
"""

from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from core.crm.customers import Person, people
from core.errors import Refusal
from core.partners import orders
from core.settlement import (
    banks,
    endings,
    liquidity,
    market,
    postings,
    rails,
    reasons,
    reviewed,
    store,
    telling,
    windows,
)
from core.settlement.banks import Bank
from core.settlement.rails import Rail
from core.settlement.routing import Choice
from core.settlement.starting import WAITS_FOR
from core.settlement.store import Settlement
from core.store.crashpoints import reached
from core.store.unit import Unit

SUBJECT = "settlement"
GIVEN_UP = timedelta(days=7)
"""A payment that could not leave for so long goes back to its payer."""
LIQUIDITY_AGAIN = timedelta(minutes=1)
WALLET_AGAIN = timedelta(hours=1)


class _Parties(NamedTuple):
    """Who pays, and the bank that is paid to."""

    bank: Bank
    payer: Person


def send_due(unit: Unit, settlement: UUID) -> bool:
    """Look at a payment that is due: send it, let it wait on, or bring it back.

    Returns whether it was due; nobody else was at it then.
    """
    one = store.lock_due(unit, settlement)
    if one is None:
        return False
    if one.status == "returning":
        endings.back_again(unit, one, again_at=unit.now + WALLET_AGAIN)
    elif one.waits_for == WAITS_FOR:
        reviewed.over(unit, one)
    elif unit.now - one.made_at >= GIVEN_UP:
        endings.fail(unit, one, code=reasons.TOO_LONG, event="given_up")
    else:
        advance(unit, one)
    return True


def advance(unit: Unit, one: Settlement) -> None:
    """Send a locked payment that has not left, or say what it waits for."""
    parties = _Parties(banks.bank(unit, one.bank_id), people(unit, [one.customer])[one.customer])
    window = windows.leaving(unit, one.window_id) if one.window_id else None
    if window is not None and window.rail == one.rail and one.rail not in one.tried:
        _leave(unit, one, parties, rails.rail(unit, one.rail))
        return
    choice = _route(unit, one, parties)
    if choice.rail is None:
        endings.fail(unit, one, code=one.reason_code or reasons.NO_ROUTE, event="no_route")
    elif choice.leaves_at > unit.now:
        _wait(unit, one, choice, choice.rail)
    else:
        _leave(unit, one, parties, choice.rail, choice)


def _route(unit: Unit, one: Settlement, parties: _Parties) -> Choice:
    choice = market.choose(
        unit,
        amount=one.amount,
        payer_country=parties.payer.country,
        bank=parties.bank,
        tried=one.tried,
    )
    if one.events > 1 or choice.rail is None or choice.rail.rail != one.rail:
        # What was decided at the start and is decided again in the same minute is written once.
        store.decided(unit, one.id, choice)
    return choice


def _wait(unit: Unit, one: Settlement, choice: Choice, rail: Rail) -> None:
    """Let it wait for its rail's hours or window; the money stands where it stood."""
    days = rails.calendars(unit, [rail])[rail.calendar]
    later = choice.expected_by > one.expected_by
    moved = store.move(
        unit,
        one,
        "queued",
        event="waits",
        code="window" if rail.in_batches else "hours",
        facts={"until": choice.leaves_at.isoformat()},
        changes={
            "rail": rail.rail,
            "due_at": choice.leaves_at,
            "waits_for": "window" if rail.in_batches else "hours",
            "window_id": windows.window_of(unit, rail, days, unit.now) if rail.in_batches else None,
            "expected_by": choice.expected_by,
        },
    )
    if later:
        telling.later(unit, moved)


def _leave(
    unit: Unit, one: Settlement, parties: _Parties, rail: Rail, choice: Choice | None = None
) -> None:
    if not liquidity.reserve(unit, rail.nostro, one.amount):
        _wait_for_liquidity(unit, one, rail)
        return
    try:
        with unit.savepoint():
            postings.into_clearing(unit, one, rail=rail)
    except Refusal:
        # What was set aside is gone: its time was over. Nothing has left, so nothing is lost.
        liquidity.release(unit, rail.nostro, one.amount)
        endings.fail(unit, one, code=reasons.TOO_LONG, event="hold_gone")
        return
    reached("payout.in_clearing")
    order = orders.owe(
        unit,
        partner=rail.partner,
        action="pay",
        subject=SUBJECT,
        subject_id=one.id,
        body=_body(unit, one, parties, rail),
    )
    window = one.window_id if rail.in_batches else None
    if window is None and rail.cutoffs:
        days = rails.calendars(unit, [rail])[rail.calendar]
        window = windows.window_of(unit, rail, days, unit.now)
    store.move(
        unit,
        one,
        "sent",
        event="sent",
        changes={
            "rail": rail.rail,
            "order_id": order,
            "attempts": one.attempts + 1,
            "partner_reference": "",
            "due_at": None,
            "waits_for": None,
            "window_id": window,
            "expected_by": choice.expected_by if choice else one.expected_by,
            "clearing": rail.clearing,
            "in_clearing": one.amount.minor,
            "reserved_at": rail.nostro,
        },
    )
    reached("payout.sent")


def _wait_for_liquidity(unit: Unit, one: Settlement, rail: Rail) -> None:
    due = unit.now + LIQUIDITY_AGAIN
    if one.waits_for == "liquidity" and one.status == "queued":
        store.put_off(unit, one.id, until=due)
        return
    moved = store.move(
        unit,
        one,
        "queued",
        event="waits",
        code="liquidity",
        facts={"nostro": rail.nostro},
        changes={"rail": rail.rail, "due_at": due, "waits_for": "liquidity"},
    )
    telling.held_up(unit, moved)


def _body(unit: Unit, one: Settlement, parties: _Parties, rail: Rail) -> dict[str, str]:
    """Return what the partner is told; the field's standard terms, amounts as ``str(Money)``."""
    bank = parties.bank
    account = store.account(unit, one)
    debtor = unit.value("select account_no from wallets where wallet_id = %(w)s", w=one.wallet)
    return {
        "amount": str(one.amount),
        "currency": one.amount.currency,
        "creditor_name": store.payee(unit, one),
        "creditor_account": account,
        "creditor_bic": bank.bic,
        "creditor_code": bank.code,
        "creditor_bank": bank.id,
        "debtor_name": parties.payer.name,
        "debtor_account": debtor or "",
        "end_to_end": one.reference,
        "reference": one.reference,
        "purpose": store.words(unit, one),
        "phone": account if one.kind == "mobile" else "",
        "country": bank.country,
        "rail": rail.rail,
        "batch": str(one.window_id) if rail.in_batches and one.window_id else "",
    }
