"""A customer as staff may see them: masked, and field by field in clear for a reason that is kept.

Every look is noted: ``customer.seen`` for the masked page, ``customer.revealed`` with the fields
and the reason for what was shown in clear.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from core.access import audit
from core.access.actors import Actor
from core.access.approvals import ReasonNeeded
from core.crm import customers, timeline
from core.crm.timeline import Moment
from core.errors import DeskRefusal
from core.ledger import book
from core.ledger.book import WalletBalance
from core.names import masked_email, masked_name
from core.phone import mask
from core.store import contacts
from core.store.unit import Row, Unit
from core.transfers import history
from core.transfers.history import Line

FIELDS = ("name", "phone", "email", "born", "id_number")
"""What can be revealed."""
SHORTEST_REASON = 4
LAST_LINES = 6
LAST_MOMENTS = 20


class UnknownCustomer(DeskRefusal):
    """There is no such customer."""

    code = "unknown_customer"


@dataclass(frozen=True, slots=True)
class Place:
    """An address of a customer: where, masked, and how much it is trusted."""

    channel: str
    address: str
    trust: str
    since: datetime
    token: str


@dataclass(frozen=True, slots=True)
class CustomerView:
    """A customer without anything that names them."""

    id: UUID
    name: str
    """Masked, like phone and e-mail; empty where there is none."""
    phone: str
    email: str
    country: str
    language: str
    segment: str
    tier: int
    kyc_status: str
    risk: str
    since: datetime
    is_active: bool
    places: list[Place]
    wallets: list[WalletBalance]
    lines: list[Line]
    """The last movements of the default wallet."""
    story: list[Moment]
    """What was last said, done about their cases and paid, newest first."""


def look(unit: Unit, actor: Actor, customer: UUID) -> CustomerView:
    """Return a customer, masked.

    :raises Forbidden: if they may see none
    :raises UnknownCustomer: if there is none of that id
    """
    actor.require("customers.read")
    row = _row(unit, customer)
    view = CustomerView(
        id=customer,
        name=masked_name(_text(unit, row, "first_name"), _text(unit, row, "last_name")),
        phone=mask(_text(unit, row, "phone_number")) if row.phone_number else "",
        email=masked_email(_text(unit, row, "email")),
        country=row.country,
        language=row.language,
        segment=row.segment,
        tier=row.tier,
        kyc_status=row.kyc_status,
        risk=row.risk_profile or "",
        since=row.created_at,
        is_active=row.is_active,
        places=places(unit, customer),
        wallets=book.balances(unit, customer),
        lines=history.recent(unit, row.default_wallet, limit=LAST_LINES)
        if row.default_wallet
        else [],
        story=timeline.page(unit, actor, customer, limit=LAST_MOMENTS),
    )
    audit.note(
        unit,
        actor,
        "customer.seen",
        subject="customer",
        subject_id=customer,
        customer=customer,
        fields=("addresses", "wallets", "movements", "timeline"),
    )
    return view


def reveal(
    unit: Unit, actor: Actor, customer: UUID, *, fields: Sequence[str], reason: str
) -> dict[str, str]:
    """Return these fields of a customer in clear, once, each by its name.

    :raises Forbidden: if they may reveal nothing
    :raises ReasonNeeded: if they do not say why, or ask for no field there is
    :raises UnknownCustomer: if there is none of that id
    """
    actor.require("customers.reveal")
    wanted = [name for name in FIELDS if name in fields]
    if len(reason.strip()) < SHORTEST_REASON or not wanted:
        raise ReasonNeeded
    row = _row(unit, customer)
    names = f"{_text(unit, row, 'first_name')} {_text(unit, row, 'last_name')}"
    clear = {
        "name": names.strip(),
        "phone": _text(unit, row, "phone_number"),
        "email": _text(unit, row, "email"),
        "born": _text(unit, row, "date_of_birth"),
        "id_number": _text(unit, row, "id_number"),
    }
    audit.note(
        unit,
        actor,
        "customer.revealed",
        subject="customer",
        subject_id=customer,
        customer=customer,
        reason=reason.strip(),
        fields=wanted,
    )
    return {name: clear[name] for name in wanted}


def names(unit: Unit, ids: Sequence[UUID | None]) -> dict[UUID, str]:
    """Return the masked names of customers, by their ids."""
    known = customers.people(unit, [one for one in ids if one is not None])
    return {one: who.masked_name for one, who in known.items()}


def places(unit: Unit, customer: UUID) -> list[Place]:
    """Return where a customer is met, addresses masked; twenty at most."""
    rows = unit.all(
        """
        select a.channel, a.address, a.trust, coalesce(a.trusted_at, a.created_at) as since,
            p.sealed
        from addresses a left join contact_points p on p.token = a.address
        where a.customer_id = %(customer)s order by a.channel, a.created_at limit 20
        """,
        customer=customer,
    )
    return [
        Place(
            channel=row.channel,
            address=mask(
                row.address
                if row.sealed is None
                else contacts.opened(unit.keys, row.address, row.sealed)
            ),
            trust=row.trust,
            since=row.since,
            token=row.address,
        )
        for row in rows
    ]


def _row(unit: Unit, customer: UUID) -> Row:
    row = unit.maybe(
        """
        select id, first_name, last_name, phone_number, email, date_of_birth, id_number, country,
            language, segment, tier, kyc_status, risk_profile, created_at, is_active, default_wallet
        from customers where id = %(customer)s
        """,
        customer=customer,
    )
    if row is None:
        raise UnknownCustomer
    return row


def _text(unit: Unit, row: Row, column: str) -> str:
    """Return a sealed column in clear; nothing where there is nothing."""
    sealed: bytes | None = getattr(row, column)
    if sealed is None:
        return ""
    return unit.keys.open(bytes(sealed), field=f"customers.{column}", row=row.id)
