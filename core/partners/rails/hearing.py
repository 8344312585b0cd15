"""What a switch tells us of its own accord: a status, a return, or money for our customers.

Money may also be told by a notice of movements (camt.054). However it is told, it is the same news,
so that what is told in both ways is asked about once.
"""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit
from uuid import UUID

from core.iso import credit_transfer, messages, returned, statement, status
from core.iso.documents import kind_of
from core.iso.messages import CreditTransfer, Entry, Returned, Status
from core.partners.partner import Call, NotGenuine, Told, Unreadable
from core.partners.rails.report import Line
from core.partners.rails.signing import is_genuine

News = Status | Returned | CreditTransfer


def hear(call: Call, *, secret: str, now: datetime) -> Sequence[Told]:
    """Return what a call tells: as many pieces of news as its message has.

    :raises NotGenuine: if it is not the switch's, or not of this moment
    :raises Unreadable: if it is none of these messages, or not valid
    """
    path = urlsplit(call.url).path
    if not is_genuine(secret, call.headers, now=now, method="POST", path=path, body=call.body):
        raise NotGenuine
    try:
        return _told(call.body)
    except messages.Unreadable as error:
        raise Unreadable(str(error)) from None


def told(news: News) -> Told:
    """Return a piece of news as something to ask about."""
    match news:
        case Status():
            return Told(f"status:{news.id}", order=_order(news.original), reference=news.reference)
        case Returned():
            return _of_return(news.id)
        case CreditTransfer():
            return _of_transfer(news.id)


def told_by(line: Line) -> Told | None:
    """Return a line of a rail's report as news, if it tells of money that came or came back.

    A call that never reached the bank is made good by it: what the bank has booked is not booked
    again.
    """
    match line.direction:
        case "in":
            return _of_transfer(line.reference)
        case "back":
            return _of_return(line.reference)
    return None


def _told(body: bytes) -> list[Told]:
    kinds = (credit_transfer.KIND, status.KIND, returned.KIND, *statement.NOTICES)
    match kind_of(body, *kinds):
        case credit_transfer.KIND:
            return [told(one) for one in credit_transfer.read_credit_transfers(body)]
        case status.KIND:
            return [told(one) for one in status.read_statuses(body)]
        case returned.KIND:
            return [told(returned.read_return(body))]
    moved = [one for notice in statement.read_camt(body) for one in notice.entries]
    return [_of_entry(one) for one in moved if one.booked and one.amount.minor > 0]


def _of_entry(came: Entry) -> Told:
    """Return news of money that a notice tells of: a payment to us, or one of ours come back."""
    if came.reason:
        return _of_return(came.reference)
    return _of_transfer(came.instruction or came.reference)


def _of_return(number: str) -> Told:
    return Told(f"return:{number}", verify={"return": number}, subject="return")


def _of_transfer(number: str) -> Told:
    return Told(f"transfer:{number}", reference=number, verify={"number": number})


def _order(original: str) -> UUID | None:
    try:
        return UUID(hex=original)
    except ValueError:
        return None
