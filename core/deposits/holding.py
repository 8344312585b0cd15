"""Money of somebody who may be listed: compared before it is booked, and held where it is.

Whoever pays in and is no customer is compared by what the partner tells of them; whoever banks here
was compared before, and only looked up. It happens before anything of the ledger is locked. Held
money stands in suspense, on no list of operations and without a case of theirs: that somebody looks
at it is nobody's business but that of compliance. Its customer hears that it takes a little longer.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from uuid import UUID, uuid5

from core.aml.alerts import raise_alert
from core.crm import customers
from core.deposits import telling, ways
from core.money import Money
from core.phone import country_of
from core.screening.party import Band, Party
from core.screening.screen import Hit, counterparty_id, screen
from core.screening.standings import meanwhile, standing
from core.store.crashpoints import reached
from core.store.unit import Unit

Who = Literal["payer", "owner"]
WHO: Mapping[Who, str] = {"payer": "who pays in", "owner": "whose account it is for"}
SOURCE = "screening of money in"
_BIC_COUNTRY = slice(4, 6)


@dataclass(frozen=True, slots=True)
class Suspect:
    """Somebody because of whom money may not be booked now."""

    who: Who
    party: UUID
    """Under which they were compared: of a customer their own id."""
    customer: UUID | None
    """Whom an alert is about: whoever of both is listed and banks here, else the owner."""
    hits: tuple[Hit, ...]


def suspect(
    unit: Unit, payer: Mapping[str, str], *, partner: str, owner: UUID | None
) -> Suspect | None:
    """Compare who pays in, look up who gets it, and return the one who may not receive or give.

    ``payer`` is what the partner tells of them, ``owner`` the customer whose money it is, if that
    is known. What is found is kept; `screening_meanwhile` says which bands let money be booked.
    """
    found = _payer(unit, payer, partner=partner, owner=owner)
    if found is not None:
        return found
    if owner is not None and not receives(unit, owner):
        return Suspect("owner", owner, owner, ())
    return None


def receives(unit: Unit, customer: UUID) -> bool:
    """Return whether a customer may be paid while hits of theirs are not decided."""
    return _receives(unit, standing(unit, customer))


def party_of(payer: Mapping[str, str], *, partner: str) -> Party | None:
    """Return a payer as they are compared; None where nobody told a name."""
    name = " ".join(payer.get("name", "").split())
    if not name:
        return None
    if ways.way_of(partner) != "bank":
        country = country_of(payer.get("phone", ""), "")
        return Party("person", name, country=country or None)
    country = payer.get("payer_bic", "")[_BIC_COUNTRY].upper()
    return Party("unknown", name, country=country if country.isalpha() else None)


def hold(
    unit: Unit,
    payment: UUID,
    found: Suspect,
    *,
    amount: Money,
    owner: UUID | None,
    reference: str,
) -> None:
    """Write down that a payment in suspense is held, tell compliance, and its owner neutrally."""
    unit.run(
        """
        insert into held_receipts (payment_id, who, party_id, held_at)
        values (%(id)s, %(who)s, %(party)s, %(now)s)
        """,
        id=payment,
        who=found.who,
        party=found.party,
        now=unit.now,
    )
    warn(unit, payment, found, amount=amount, posting=parked_by(payment))
    if owner is not None:
        telling.tell_longer(unit, owner, amount=amount, reference=reference)
    reached("receipt.held")


def put_aside(
    unit: Unit,
    payment: UUID,
    found: Suspect,
    *,
    amount: Money,
    owner: UUID | None,
    wallet: UUID | None,
    reference: str,
) -> None:
    """Hold a locked payment that was parked for another reason."""
    unit.run(
        """
        update incoming_payments set status = 'held', customer_id = %(owner)s,
            wallet_id = %(wallet)s
        where id = %(id)s and status = 'parked'
        """,
        id=payment,
        owner=owner,
        wallet=wallet,
    )
    hold(unit, payment, found, amount=amount, owner=owner, reference=reference)


def warn(unit: Unit, payment: UUID, found: Suspect, *, amount: Money, posting: UUID) -> None:
    """Raise the alert of a payment, once; nothing where no customer has to do with it.

    Who investigates looks into customers: money whose owner is not known waits among what is held.
    """
    if found.customer is None:
        return
    facts = {"payment": "money in", "amount": str(amount), "listed": WHO[found.who]}
    if found.hits:
        surest = found.hits[0]
        facts |= {"entry": f"{surest.family} {surest.key}", "score": f"{surest.score:.2f}"}
    raise_alert(
        unit,
        type="sanctions",
        severity="critical",
        customer=found.customer,
        transactions=[posting],
        facts=facts,
        source=SOURCE,
        key=f"receipt {payment}",
    )


def cleared(unit: Unit, payment: UUID) -> bool:
    """Return whether two people decided that a payment may be booked that was held."""
    found: bool = unit.value(
        """
        select exists(select from held_receipts where payment_id = %(id)s and status = 'booked')
        """,
        id=payment,
    )
    return found


def parked_by(payment: UUID) -> UUID:
    """Return the posting that put a payment into suspense."""
    return uuid5(payment, "park")


def _payer(
    unit: Unit, payer: Mapping[str, str], *, partner: str, owner: UUID | None
) -> Suspect | None:
    phone = payer.get("phone", "")
    known = customers.find_by_phone(unit, phone) if phone else None
    if known is not None:
        if receives(unit, known):
            return None
        return Suspect("payer", known, known, ())
    party = party_of(payer, partner=partner)
    if party is None:
        return None
    id_ = counterparty_id(unit, owner, party)
    found = screen(
        unit, party, subject="counterparty", subject_id=id_, customer=owner, why="money_in"
    )
    if _receives(unit, found.band):
        return None
    return Suspect("payer", id_, owner, found.hits)


def _receives(unit: Unit, band: Band) -> bool:
    return band == "clear" or meanwhile(unit, band).receives
