"""Writing down what came of messages: a batch a transaction, so that the window stays small."""

from collections.abc import Sequence
from datetime import timedelta

import structlog

from channels.message import Fate
from core.access import addresses
from core.crm.messages import Failure, failures
from core.store import delivery, resending
from core.store.delivery import Dead, Later, Taken
from core.store.unit import Unit
from worker.fates import MOST_RESENT, Elsewhere, Outcome, Silenced, Slower

RESEND_AFTER = timedelta(minutes=2)
"""How long a handset that was not reached is left alone at first; twice as long each time."""

log = structlog.get_logger()


def write(unit: Unit, sender: str, outcomes: Sequence[Taken | Outcome]) -> None:
    """Record what came of messages of one number. Written twice, it changes nothing more."""
    took: list[Taken] = []
    later: list[Later] = []
    dead: list[Dead] = []
    pauses: list[timedelta] = []
    for one in outcomes:
        match one:
            case Taken():
                took.append(one)
            case Later():
                later.append(one)
            case Slower(waiting, pause):
                later.append(waiting)
                pauses.append(pause)
            case Dead():
                dead.append(one)
            case Elsewhere() | Silenced():
                dead.extend(_turn_away(unit, one))
    _record(unit, took, later, dead)
    if pauses:
        delivery.throttle(unit, sender, pause=max(pauses))


def _turn_away(unit: Unit, one: Elsewhere | Silenced) -> list[Dead]:
    """Take a message off its channel; return it as dead when that is the end of it."""
    parcel = one.parcel
    if isinstance(one, Silenced):
        addresses.opt_out(unit, channel=parcel.channel, address=parcel.contact)
    elif resending.by_sms(unit, parcel.id, lease=parcel.lease, error=one.error):
        return []
    return [Dead(parcel.id, parcel.lease, one.error)]


def _record(
    unit: Unit, took: Sequence[Taken], later: Sequence[Later], dead: Sequence[Dead]
) -> None:
    if took:
        delivery.taken(unit, took)
    if later:
        delivery.retry(unit, later)
    if dead:
        delivery.dead(unit, dead)


def judge_failures(unit: Unit) -> int:
    """Find another way for messages that failed after they were taken; return how many there were.

    WhatsApp says only afterwards that its window had closed, or that nobody is at a number.
    """
    failed = failures(unit)
    for one in failed:
        _judge_failure(unit, one)
    return len(failed)


def _judge_failure(unit: Unit, failed: Failure) -> None:
    match failed.fate:
        case Fate.TEMPLATE if not failed.as_template:
            resending.resend(unit, failed.outbox_id, due_at=unit.now, as_template=True)
        case Fate.TEMPLATE | Fate.OTHER_CHANNEL if failed.channel == "whatsapp":
            resending.by_sms(unit, failed.outbox_id, lease=None, error=failed.code)
        case Fate.RETRY | Fate.THROTTLE if failed.attempts < MOST_RESENT:
            wait = RESEND_AFTER * 2 ** max(0, failed.attempts - 1)
            resending.resend(
                unit, failed.outbox_id, due_at=unit.now + wait, as_template=failed.as_template
            )
        case Fate.OPTED_OUT:
            addresses.opt_out(unit, channel=failed.channel, address=failed.contact)
        case Fate.ALARM:
            log.error("message failed for a reason of ours", code=failed.code, sender=failed.sender)
