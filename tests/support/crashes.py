"""Work done in a process of its own that may die at it, as by ``kill -9``."""

from collections.abc import Callable
from datetime import datetime
from multiprocessing import get_context
from threading import Event
from typing import Any

import uuid_utils.compat

import worker.documents
import worker.partner_orders
import worker.plans
import worker.reconciliation
import worker.waiting
from bot import house as houses
from bot import hub, receipts
from bot.house import House
from bot.settings import Settings
from core.access import approvals
from core.access.actors import SYSTEM
from core.bills import paying
from core.fx import convert
from core.joining import join
from core.money import Money
from core.partners import order_queue
from core.recon import imports
from core.store import upkeep
from core.store.engine import open_engine
from core.transfers import waiting
from tests.support import deposit_work
from tests.support.in_a_unit import in_a_unit
from worker.sending import Drain

PROCESSES = get_context("forkserver")
PROCESSES.set_forkserver_preload([__name__, "tests.support.prepared"])
LONGEST = 30.0
SENDER = "twilio:sms:21000"
KILLED = -9
"""How a process ends that dies at a crash point."""


def _drain(house: House) -> None:
    sender = house.providers.senders[SENDER]
    Drain(house, sender, stop=Event(), idle_seconds=0.2).run()


def _return_orders(house: House) -> None:
    with house.unit() as unit:
        order_queue.return_leases(unit)
        unit.wakes.clear()


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
    "ask partners": worker.partner_orders.work,
    "return orders": _return_orders,
    "buy airtime": in_a_unit(
        paying.buy_airtime,
        "customer wallet phone id",
        amount=Money(10_000, "KES"),
        channel="sms",
    ),
    "pay plans": worker.plans.sweep,
    "reconcile": worker.reconciliation.sweep,
    "take in": in_a_unit(imports.take_in, "content partner", actor=SYSTEM),
}


def do(house: House, work: str, *facts: object) -> object:
    """Do some work here."""
    return WORK[work](house, *facts)


def exit_code(settings: Settings, work: str, *facts: object, now: datetime, at: str) -> int:
    """Do some work in a process of its own that dies at a crash point; return how it ended."""
    settings = settings.model_copy(update={"crash_at": at})
    process = PROCESSES.Process(target=_work, args=(settings, now, work, facts))
    process.start()
    process.join(LONGEST)
    if process.exitcode is None:
        process.kill()
        raise AssertionError(f"{work} does not end")
    return process.exitcode


def _work(settings: Settings, now: datetime, work: str, facts: tuple[Any, ...]) -> None:
    engine = open_engine(settings.database_url, name="wekeza-crash", pool=3)
    house = houses.furnish(settings, engine, clock=lambda: now, ids=uuid_utils.compat.uuid7)
    do(house, work, *facts)
