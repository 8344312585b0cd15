"""Work done in a process of its own that may die at it, as by ``kill -9``."""

from collections.abc import Callable
from datetime import datetime
from multiprocessing import get_context
from threading import Event
from typing import Any
from uuid import UUID

import uuid_utils.compat

import worker.documents
import worker.waiting
from bot import house as houses
from bot import hub, receipts
from bot.house import House
from bot.settings import Settings
from core.access import approvals
from core.access.actors import Actor
from core.access.approval_store import Approval
from core.joining import Joining, join
from core.money import Money
from core.store import upkeep
from core.store.engine import open_engine
from core.transfers import waiting
from worker.sending import Drain

PROCESSES = get_context("forkserver")
PROCESSES.set_forkserver_preload([__name__])
LONGEST = 30.0
SENDER = "twilio:sms:21000"
KILLED = -9
"""How a process ends that dies at a crash point."""


def _drain(house: House) -> None:
    sender = house.providers.senders[SENDER]
    Drain(house, sender, stop=Event(), idle_seconds=0.2).run()


def _return_leases(house: House) -> None:
    with house.unit() as unit:
        upkeep.return_leases(unit)


def _approve(house: House, actor: Actor, approval_id: UUID) -> Approval:
    with house.unit() as unit:
        return approvals.approve(unit, actor, approval_id)


def _send_waiting(house: House, payer: UUID, wallet: UUID, phone: str, effect: UUID) -> object:
    with house.unit() as unit:
        return waiting.send_waiting(
            unit,
            id=effect,
            payer=payer,
            wallet=wallet,
            phone=phone,
            amount=Money(50_000, "KES"),
            channel="ussd",
        )


def _join(house: House, new: Joining) -> object:
    with house.unit() as unit:
        return join(unit, new)


WORK: dict[str, Callable[..., object]] = {
    "hear": hub.hear,
    "answer": hub.answer_call,
    "expire calls": hub.expire_calls,
    "expire conversations": hub.expire_conversations,
    "end session": hub.note_session_end,
    "note receipt": lambda house, receipt: receipts.writer(house).note(receipt),
    "return leases": _return_leases,
    "drain": _drain,
    "approve": _approve,
    "send waiting": _send_waiting,
    "join": _join,
    "pay or return what waits": worker.waiting.sweep,
    "make documents": worker.documents.make_due,
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
