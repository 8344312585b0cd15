"""Work done in a process of its own that may die at it, as by ``kill -9``."""

import io
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from multiprocessing import get_context
from threading import Event
from typing import Any

import uuid_utils.compat

import worker.broadcast
import worker.card_payments
import worker.cards
import worker.documents
import worker.kyc
import worker.partner_orders
import worker.plans
import worker.reconciliation
import worker.reviews
import worker.screening
import worker.settlements
import worker.waiting
import worker.watching
from bot import card_deciding, hub, receipts
from bot import house as houses
from bot.house import House
from bot.settings import Settings
from core import reviewing
from core.access import approvals
from core.access.actors import SYSTEM
from core.bills import paying
from core.cards import issuing
from core.fx import convert
from core.joining import join
from core.kyc_review import deciding
from core.money import Money
from core.partners import order_queue
from core.recon import imports
from core.screening import importing
from core.store import upkeep
from core.store.engine import open_engine
from core.transfers import waiting
from tests.support import deposit_work
from tests.support.in_a_unit import in_a_unit
from tests.support.town import Clock
from tests.support.until import until
from worker.sending import Drain

PROCESSES = get_context("forkserver")
PROCESSES.set_forkserver_preload([__name__, "tests.support.prepared"])
LONGEST = 30.0
SENDER = "twilio:sms:21000"
KILLED = -9
"""How a process ends that dies at a crash point."""
NAME = "wekeza-crash"
STILL_THERE = """
select exists(select from pg_stat_activity
    where datname = current_database() and application_name = %(name)s)
"""


def _drain(house: House) -> None:
    sender = house.providers.senders[SENDER]
    Drain(house, sender, stop=Event(), idle_seconds=0.2).run()


def _return_orders(house: House) -> None:
    with house.unit() as unit:
        order_queue.return_leases(unit)
        unit.wakes.clear()


def _take_in_a_list(house: House, list_id: str, content: bytes) -> importing.Imported:
    with house.unit() as unit:
        return importing.take_in(unit, list_id, io.BytesIO(content))


WORK: dict[str, Callable[..., object]] = {
    "hear": hub.hear,
    "answer": hub.answer_call,
    "expire calls": hub.expire_calls,
    "expire conversations": hub.expire_conversations,
    "end session": hub.note_session_end,
    "note receipt": lambda house, receipt: receipts.writer(house).note(receipt),
    "return leases": in_a_unit(upkeep.return_leases),
    "drain": _drain,
    "approve": in_a_unit(approvals.approve, "actor approval_id"),
    "send waiting": in_a_unit(
        waiting.send_waiting,
        "payer wallet phone id",
        amount=Money(50_000, "KES"),
        channel="ussd",
    ),
    "convert": in_a_unit(convert.convert, "customer quote id", channel="ussd"),
    "join": in_a_unit(join, "new"),
    **deposit_work.WORK,
    "pay or return what waits": worker.waiting.sweep,
    "make documents": worker.documents.make_due,
    "take in pictures": worker.kyc.take_in,
    "approve document": in_a_unit(
        deciding.approve, "actor document", until=None, reason="it is hers"
    ),
    "ask partners": worker.partner_orders.work,
    "return orders": _return_orders,
    "buy airtime": in_a_unit(
        paying.buy_airtime,
        "customer wallet phone id",
        amount=Money(10_000, "KES"),
        channel="sms",
    ),
    "ask for a card": in_a_unit(
        issuing.request, "customer wallet id", type="virtual", channel="sms"
    ),
    "renew cards": worker.cards.renew,
    "look after card payments": worker.card_payments.sweep,
    "card message": lambda house, request: card_deciding.decide(house, request, None),
    "release payment": in_a_unit(reviewing.release, "actor payment", why="it is hers"),
    "refuse payment": in_a_unit(reviewing.refuse, "actor payment", why="a mule"),
    "end reviews": worker.reviews.sweep,
    "send payouts": worker.settlements.send,
    "pay plans": worker.plans.sweep,
    "send broadcasts": worker.broadcast.sweep,
    "watch": worker.watching.sweep,
    "reconcile": worker.reconciliation.sweep,
    "screen again": worker.screening.sweep,
    "take in a list": _take_in_a_list,
    "take in": in_a_unit(imports.take_in, "content partner", actor=SYSTEM),
}


def do(house: House, work: str, *facts: object) -> object:
    """Do some work here."""
    return WORK[work](house, *facts)


def come_to_rest(
    house: House, clock: Clock, partner: str, spans: Iterable[timedelta] = (order_queue.HOLD,) * 12
) -> None:
    """Let the scheduler sweep, and time pass, until nothing is open with a partner."""
    for span in spans:
        clock.now += span
        do(house, "return orders")
        do(house, "ask partners", partner)


def exit_code(settings: Settings, work: str, *facts: object, now: datetime, at: str) -> int:
    """Do some work in a process of its own that dies at a crash point; return how it ended.

    The server has noticed by then, and let go of what the process had locked: a sweep, which passes
    by what others hold, finds all there is.
    """
    settings = settings.model_copy(update={"crash_at": at})
    process = PROCESSES.Process(target=_work, args=(settings, now, work, facts))
    process.start()
    process.join(LONGEST)
    if process.exitcode is None:
        process.kill()
        raise AssertionError(f"{work} does not end")
    _await_gone(settings.database_url)
    return process.exitcode


def _await_gone(database_url: str) -> None:
    engine = open_engine(database_url, name="wekeza-tests", pool=1)
    try:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as looking:
            until(lambda: not looking.exec_driver_sql(STILL_THERE, {"name": NAME}).scalar())
    finally:
        engine.dispose()


def _work(settings: Settings, now: datetime, work: str, facts: tuple[Any, ...]) -> None:
    engine = open_engine(settings.database_url, name=NAME, pool=3)
    house = houses.furnish(settings, engine, clock=lambda: now, ids=uuid_utils.compat.uuid7)
    do(house, work, *facts)
