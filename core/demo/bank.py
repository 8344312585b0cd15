"""Loads the demo bank: people join as everybody does, their money moves through the book."""

import random
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from functools import partial
from operator import itemgetter
from uuid import UUID

from sqlalchemy import Engine

from core.access import addresses
from core.access.pins import Secrets
from core.crm import own_email
from core.demo import (
    aml,
    card_payments,
    cards,
    cases,
    identities,
    monitoring,
    nostros,
    screening,
    staff,
    tills,
)
from core.demo.card_payments import Happening
from core.demo.history import DAYS, Plan, Sending, plan
from core.demo.people import AMINA, PEOPLE, PIN, Person
from core.fx import rates
from core.joining import Joining, join
from core.kyc.tiers import Tier
from core.ledger import book
from core.money import Money
from core.partners import liquidity_market
from core.store.keyring import Keyring
from core.store.unit import Unit, jsonb, open_unit
from core.transfers.send import reference_of
from core.wallets.wallets import open_wallet

BY = "demo"
_CORRELATION = UUID("00000000-0000-7000-8000-00000000de00")


def load(engine: Engine, *, keys: Keyring, now: datetime, pepper: bytes) -> bool:
    """Fill an empty bank with the demo's people, the same each time but for ``now``.

    Returns whether it did: a bank that has a customer already is left as it is.
    """
    began = now - timedelta(days=DAYS + 1)
    password_hash = staff.hashed()
    with open_unit(
        engine, keys=keys, now=began, new_id=_ids(began), correlation=str(_CORRELATION)
    ) as unit:
        unit.run("select pg_advisory_xact_lock(hashtextextended('demo', 0))")
        if unit.value("select exists(select from customers)"):
            return False
        unit.quiet = True
        told = plan(PEOPLE, now)
        secrets = Secrets(pepper)
        customers, wallets = [], []
        for person, opening in zip(PEOPLE, told.opening, strict=True):
            customer, home = _enter(unit, person, secrets.hash(PIN))
            customers.append(customer)
            wallets.append(home)
            _fund(unit, customer, home, _with_card(person, opening))
        team = staff.load(unit, password_hash)
        own, *_ = cards.load(unit, customers, now)
        paid = card_payments.happenings(unit, own, now)
        _replay(unit, told, customers, wallets, others=paid)
        unit.now = now
        _describe(unit, customers)
        tills.load(unit, customers)
        nostros.load(unit)
        mids = liquidity_market.mids(now)
        rates.set_mids(unit, mids, source=BY, good_until=now + timedelta(days=1))
        identities.load(unit, customers)
        cases.load(unit, people=customers, agent=team[0], lead=team[1])
        monitoring.load(unit, customers, now)
        aml.load(unit)
        screening.load(unit)
        return True


def _enter(unit: Unit, person: Person, pin_hash: str) -> tuple[UUID, UUID]:
    """Make a person a customer who is trusted on every channel; return them and their wallet."""
    joined = join(
        unit,
        Joining(
            first_name=person.first_name,
            last_name=person.last_name,
            id_number=f"{person.country}{person.phone[-8:]}",
            born=date.fromisoformat(person.born),
            pin_hash=pin_hash,
            phone=person.phone,
            country=person.country,
            language=person.language,
            channel="ussd",
            consent=True,
            tier=person.tier,
            kyc_status="Pending" if person.tier == Tier.REGISTERED else "Verified",
            email=person.email,
            segment=person.segment,
            by=BY,
        ),
    )
    customer = joined.known.customer_id
    for channel in ("sms", "whatsapp"):
        addresses.attach(unit, customer, channel=channel, address=person.phone, trust="trusted")
    own_email.vouch(unit, customer)
    return customer, joined.wallet.id


def _fund(unit: Unit, customer: UUID, home: UUID, opening: tuple[Money, ...]) -> None:
    for place, amount in enumerate(opening):
        wallet = home if place == 0 else open_wallet(unit, customer, amount.currency).id
        book.post(
            unit,
            id=unit.new_id(),
            type="opening",
            legs=[
                book.Leg(book.system_account(unit, "equity", amount.currency), wallet, amount),
            ],
            wallet=wallet,
        )


def _with_card(person: Person, opening: tuple[Money, ...]) -> tuple[Money, ...]:
    """Return what somebody starts with, who pays by card besides what the plan says."""
    if person != AMINA:
        return opening
    home, *others = opening
    return home + card_payments.spent(), *others


def _replay(
    unit: Unit,
    told: Plan,
    customers: list[UUID],
    wallets: list[UUID],
    *,
    others: Iterable[tuple[datetime, Happening]],
) -> None:
    """Post what was sent, each at its time, and write the transfers down; and what else happened.

    Nobody is told.
    """
    rows: list[dict[str, object]] = []

    def send(unit: Unit, sending: Sending) -> None:
        rows.append(_send(unit, sending, customers, wallets))

    sent = ((one.at, partial(send, sending=one)) for one in told.sendings)
    happenings: list[tuple[datetime, Happening]] = [*sent, *others]
    for at, happens in sorted(happenings, key=itemgetter(0)):
        unit.now = at
        happens(unit)
    unit.run(
        """
        insert into transfers
        select r.* from jsonb_populate_recordset(null::transfers, %(rows)s) r
        """,
        rows=jsonb(rows),
    )


def _send(
    unit: Unit, sending: Sending, customers: list[UUID], wallets: list[UUID]
) -> dict[str, object]:
    transfer = unit.new_id()
    payer, payee = wallets[sending.payer], wallets[sending.payee]
    book.post(
        unit,
        id=transfer,
        type="transfer",
        legs=[book.Leg(payer, payee, sending.amount)],
        wallet=payer,
        reference=reference_of(transfer),
    )
    return _row(sending, transfer, customers, wallets)


def _row(
    sending: Sending, transfer: UUID, customers: list[UUID], wallets: list[UUID]
) -> dict[str, object]:
    return {
        "id": str(transfer),
        "from_customer": str(customers[sending.payer]),
        "to_customer": str(customers[sending.payee]),
        "from_wallet": str(wallets[sending.payer]),
        "to_wallet": str(wallets[sending.payee]),
        "amount": sending.amount.minor,
        "currency": sending.amount.currency,
        "reference": reference_of(transfer),
        "channel": sending.channel,
        "note": None,
        "created_at": sending.at.isoformat(),
    }


def _describe(unit: Unit, customers: list[UUID]) -> None:
    """Give people what a bank of some age knows of its customers."""
    unit.run(
        """
        update customers c set credit_score = 420 + (d.place * 67 %% 400),
            lifetime_value = 1500 + (d.place * 3137 %% 48000),
            risk_profile = (array['Low', 'Low', 'Low', 'Medium', 'High'])[1 + d.place %% 5],
            updated_at = %(now)s
        from unnest(%(customers)s::uuid[]) with ordinality d (id, place) where c.id = d.id
        """,
        customers=customers,
        now=unit.now,
    )


def _ids(began: datetime) -> Callable[[], UUID]:
    """Return a maker of ids in the form of UUID version 7, the same in every run."""
    chance = random.Random(int(_CORRELATION))  # noqa: S311 - names of rows, not secrets
    count = int(began.timestamp() * 1000)

    def make() -> UUID:
        nonlocal count
        count += 1
        bits = count << 80 | chance.getrandbits(80)
        return UUID(int=bits & ~(0xF << 76) & ~(0x3 << 62) | 0x7 << 76 | 0x2 << 62)

    return make
