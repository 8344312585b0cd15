"""What stands beside a case's thread: how the customer is reached, its payments and its files."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.exc import NoResultFound

from core.access import audit
from core.access.actors import Actor
from core.crm import case_chat, case_work, cases, customers
from core.crm.cases import Case, UnknownCase
from core.errors import DeskRefusal, Refusal
from core.money import Money
from core.phone import mask
from core.store import contacts
from core.store.unit import Row, Unit
from core.transfers import payments

WINDOW = timedelta(hours=24)
"""How long after a customer's last message WhatsApp takes free words for them."""
OFFERED = 8


class NoSuchFile(DeskRefusal):
    """The case has no such file, or it has not arrived."""

    code = "no_such_file"


class NotTheirPayment(DeskRefusal):
    """The case's customer neither made nor received that payment."""

    code = "unknown_payment"


@dataclass(frozen=True, slots=True)
class Reach:
    """Where an answer to a case goes: the channel it leaves on, and the address, masked.

    ``until`` is when WhatsApp's window for free words closes or closed; None where there is none.
    """

    channel: str
    address: str
    until: datetime | None
    opted_out: bool


@dataclass(frozen=True, slots=True)
class LinkedPayment:
    """A payment between two customers, whose names are masked."""

    id: UUID
    when: datetime
    amount: Money
    payer: str
    payee: str
    reference: str


@dataclass(frozen=True, slots=True)
class File:
    """A file of a case: ``media`` is its id in the media folder; ``kept`` while it is there."""

    id: UUID
    at: datetime
    by: str
    content_type: str
    state: str
    media: UUID


def get(unit: Unit, actor: Actor, case_id: UUID) -> Case:
    """Return a case by its id.

    :raises Forbidden: if they may see no cases
    :raises UnknownCase: if there is none
    """
    actor.require("cases.read")
    try:
        return cases.get(unit, case_id)
    except NoResultFound:
        raise UnknownCase(number="") from None


def works(actor: Actor, case: Case) -> bool:
    """Return whether somebody may work on a case now."""
    try:
        case_work.require_work(actor, case)
    except Refusal:
        return False
    return True


def reach(unit: Unit, case: Case) -> Reach | None:
    """Return where the customer of a case is answered, as ``bot.handover`` does; None for nowhere.

    That is where they stand with whoever works on the case, else where they asked, else an SMS to
    their number.
    """
    spoken = case_chat.spoken_of_in(unit, case.id) or case.conversation
    row = unit.maybe(
        """
        select c.channel, c.address, c.last_inbound_at, a.opted_out_at
        from conversations c
        left join addresses a on a.channel = c.channel and a.address = c.address
        where c.id = %(conversation)s
        """,
        conversation=spoken,
    )
    if row is None:
        known = customers.people(unit, [case.customer]) if case.customer else {}
        phone = known[case.customer].phone if case.customer in known else None
        return None if phone is None else Reach("sms", mask(phone), None, opted_out=False)
    address = contacts.reveal(unit, [row.address]).get(row.address, "")
    heard = row.last_inbound_at
    return Reach(
        channel="sms" if row.channel == "ussd" else row.channel,
        address=mask(address),
        until=heard + WINDOW if row.channel == "whatsapp" and heard is not None else None,
        opted_out=row.opted_out_at is not None,
    )


def linked(unit: Unit, case: Case) -> list[LinkedPayment]:
    """Return the payments a case is about."""
    rows = unit.all(
        """
        select id, from_customer, to_customer, amount, currency, reference, created_at
        from transfers where id = any(%(ids)s) order by created_at, id
        """,
        ids=cases.links(unit, case),
    )
    met = customers.people(unit, [one for r in rows for one in (r.from_customer, r.to_customer)])

    def name(customer: UUID) -> str:
        who = met.get(customer)
        return who.masked_name if who else "***"

    return [
        LinkedPayment(
            id=row.id,
            when=row.created_at,
            amount=Money(row.amount, row.currency),
            payer=name(row.from_customer),
            payee=name(row.to_customer),
            reference=row.reference,
        )
        for row in rows
    ]


def offered(unit: Unit, case: Case) -> list[payments.Payment]:
    """Return the customer's last payments, that the case may be about."""
    return [] if case.customer is None else payments.sent_by(unit, case.customer, limit=OFFERED)


def link(unit: Unit, actor: Actor, case: Case, payment: UUID) -> None:
    """Say that a case is about one of its customer's payments, and note it.

    :raises Forbidden: if their role works on no cases
    :raises NotYourCase: if it is not theirs
    :raises NotTheirPayment: if it is no payment of the case's customer
    """
    case_work.require_work(actor, case)
    require_party(unit, case.customer, payment)
    cases.link(unit, case, transaction=payment, by="agent", actor=actor.id)
    audit.note(
        unit,
        actor,
        "case.linked",
        subject="case",
        subject_id=case.id,
        customer=case.customer,
        after={"payment": payment},
    )


def require_party(unit: Unit, customer: UUID | None, payment: UUID) -> None:
    """Let a payment pass that a customer made or received.

    :raises NotTheirPayment: if they did neither
    """
    if customer is None or not payments.is_party(unit, customer, payment):
        raise NotTheirPayment


def files(unit: Unit, case: Case) -> list[File]:
    """Return the files of a case, the oldest first; a hundred at most."""
    rows = unit.all(f"{_FILES} order by a.at, a.id limit 100", case=case.id)
    return [_file(row) for row in rows]


def open_file(unit: Unit, actor: Actor, case: Case, file: UUID) -> File:
    """Return a file that has arrived, for it to be shown, and note that it was seen.

    :raises Forbidden: if they may see no cases
    :raises NoSuchFile: if the case has none of that id, or it is not here
    """
    actor.require("cases.read")
    row = unit.maybe(f"{_FILES} and a.id = %(file)s", case=case.id, file=file)
    if row is None or row.state != "kept":
        raise NoSuchFile
    audit.note(
        unit,
        actor,
        "case.file_seen",
        subject="case",
        subject_id=case.id,
        customer=case.customer,
        fields=("file",),
        after={"file": file},
    )
    return _file(row)


_FILES = """
    select a.id, a.at, a.by, m.content_type, m.state, m.id as media
    from case_attachments a join media m on m.id = a.media_id where a.case_id = %(case)s"""


def _file(row: Row) -> File:
    return File(*tuple(row))
