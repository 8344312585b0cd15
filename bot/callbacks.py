"""What providers tell us besides messages: receipts, ends of sessions, wishes to be left alone."""

from collections.abc import Callable
from time import monotonic

import structlog

from bot import parking, retry
from bot.house import House
from bot.retry import GivenUp
from bot.said import NotHeard
from channels.message import Moved, OptOut, Receipt, SessionEnd
from core.access import addresses, trust
from core.crm import messages, waiting
from core.crm.parked import Kind
from core.store import patience
from core.store.crashpoints import reached
from core.store.unit import Unit

log = structlog.get_logger()

NOTE_SECONDS = 6.0
"""How long PostgreSQL may take, with the second try."""


def note_receipt(house: House, receipt: Receipt) -> None:
    """Move a message up its ladder, or keep the receipt until the message is known.

    :raises NotHeard: if PostgreSQL could not be reached in time
    """

    def note(unit: Unit) -> None:
        messages.receive(unit, [receipt])

    facts = {
        "provider": receipt.provider,
        "message_id": receipt.message_id,
        "status": str(receipt.status),
        "code": receipt.code,
        "fate": "" if receipt.fate is None else str(receipt.fate),
    }
    _note(
        house, "receipt", f"{receipt.provider} {receipt.message_id} {receipt.status}", note, facts
    )
    house.trace("receipt", provider=receipt.provider, id=receipt.message_id, status=receipt.status)


def note_session_end(house: House, end: SessionEnd) -> None:
    """Note that a USSD session is over.

    :raises NotHeard: if PostgreSQL could not be reached in time
    """

    def note(unit: Unit) -> None:
        waiting.end_session(unit, session=end.session, address=end.address, completed=end.completed)
        reached("session.before_commit")

    _note(house, "session", f"{end.provider} {end.session}", note, {})
    house.trace("session_end", address=end.address, completed=end.completed)


def note_opt_out(house: House, notice: OptOut) -> None:
    """Send no more notices to an address.

    :raises NotHeard: if PostgreSQL could not be reached in time
    """

    def note(unit: Unit) -> None:
        addresses.opt_out(unit, channel=notice.channel, address=notice.address)

    _note(house, "opt_out", f"{notice.channel} {house.new_id()}", note, {})


def note_moved(house: House, moved: Moved) -> None:
    """Trust nothing any more at a number that its holder left for another.

    :raises NotHeard: if PostgreSQL could not be reached in time
    """

    def note(unit: Unit) -> None:
        trust.sim_changed(
            unit,
            moved.address,
            at=unit.now,
            notice=f"{moved.provider} {moved.id}",
            source="whatsapp",
        )

    _note(house, "webhook", f"{moved.provider} {moved.id}", note, {})


def _note(
    house: House, kind: Kind, key: str, work: Callable[[Unit], None], facts: dict[str, str]
) -> None:
    """Write down what a provider tells us; what breaks is parked, and told no provider again."""

    def write() -> None:
        with house.unit() as unit:
            work(unit)

    try:
        with patience.until(monotonic() + NOTE_SECONDS):
            retry.twice(write)
    except GivenUp as error:
        raise NotHeard(str(error)) from error
    except Exception as error:
        log.exception("not noted", kind=kind)
        if not parking.park(house, kind, key, error, facts=facts):
            raise NotHeard(type(error).__name__) from error
