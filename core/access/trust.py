"""Trust: how far an address is believed to be its customer's, how it grows, and how it is lost.

``withdrawn`` < ``new`` < ``probation`` < ``trusted``. A new address shows nothing personal before
the PIN, and a code where there is a second channel. After its SIM was changed an address is new
again; PIN and code put it on probation, where everything works within lowered limits, and 72 hours
without an incident make it trusted. (NIST SP 800-63B, 5.1.3.3: a changed SIM is a risk indicator
to be looked at before a number proves anything; the GSMA's SIM-swap guidance for mobile money asks
for a time of lowered limits after one.)
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from core.ledger.lowering import lower_limits
from core.store import contacts
from core.store.outbox import Notice, queue_notices
from core.store.unit import Unit

Level = Literal["withdrawn", "new", "probation", "trusted"]

SETTLES_AFTER = timedelta(hours=72)
LOWERED_PERCENT = 20
MOST_ADDRESSES = 50


@dataclass(frozen=True, slots=True)
class Place:
    """Where a customer is met; the address is the real one."""

    channel: str
    address: str


def sim_changed(unit: Unit, phone: str, *, at: datetime, notice: str, source: str) -> UUID | None:
    """Trust nothing at a number (E.164) any more whose SIM was changed; return whose it is.

    Its conversations are let go, codes on their way are void, limits are lowered, and the customer
    is warned at every other trusted address. ``notice`` is the network's id of the event: the same
    one twice, or one from before the last, changes nothing. None when no customer has the number.
    """
    number = contacts.token(unit, phone)
    unit.value("select forget_conversations(null, %(number)s)", number=number)
    customer: UUID | None = unit.value(
        """
        select customer_id from addresses
        where address = %(number)s and trust <> 'withdrawn' and customer_id is not null
        order by channel limit 1 for no key update
        """,
        number=number,
    )
    at = min(at, unit.now)
    if not _note(unit, number, customer, at=at, notice=notice, source=source) or customer is None:
        return None
    warned = places(unit, customer, least="trusted", but=number)
    unit.run(
        """
        update addresses set trust = 'new', trusted_at = null, trust_since = %(now)s,
            sim_changed_at = %(now)s
        where address = %(number)s and customer_id = %(customer)s and trust <> 'withdrawn'
        """,
        number=number,
        customer=customer,
        now=unit.now,
    )
    end_codes(unit, customer)
    lower_limits(unit, customer, percent=LOWERED_PERCENT, until=unit.now + SETTLES_AFTER)
    tell(unit, customer, "sim_changed", warned)
    return customer


def number_given(unit: Unit, customer: UUID, phone: str) -> None:
    """Begin to trust a number (E.164) that staff have given a customer: to us its SIM is new."""
    number = contacts.token(unit, phone)
    unit.run(
        """
        insert into sim_changes (notice, address, customer_id, source, changed_at, noted_at)
        values (%(notice)s, %(number)s, %(customer)s, 'number_change', %(now)s, %(now)s)
        """,
        notice=f"number {unit.new_id()}",
        number=number,
        customer=customer,
        now=unit.now,
    )
    unit.run(
        """
        update addresses set trust_since = %(now)s, sim_changed_at = %(now)s
        where address = %(number)s and customer_id = %(customer)s and trust = 'new'
        """,
        number=number,
        customer=customer,
        now=unit.now,
    )


def _note(
    unit: Unit, number: str, customer: UUID | None, *, at: datetime, notice: str, source: str
) -> bool:
    """Write a notice down, and return whether it is news."""
    return bool(
        unit.run(
            """
            insert into sim_changes (notice, address, customer_id, source, changed_at, noted_at)
            select %(notice)s, %(number)s, %(customer)s, %(source)s, %(at)s, %(now)s
            where not exists (
                select from sim_changes where address = %(number)s and changed_at >= %(at)s)
            on conflict do nothing
            """,
            notice=notice,
            number=number,
            customer=customer,
            source=source,
            at=at,
            now=unit.now,
        )
    )


def rise(unit: Unit, customer: UUID, *, channel: str, address: str) -> Level:
    """Believe a new address more: the PIN was given there, and a code where one is owed.

    It is trusted at once, unless a SIM of the customer's was changed and has not settled: then it
    is on probation, and limits are lowered. USSD and SMS of one number are one SIM, and rise
    together. Returns the level it has now.
    """
    unsettled: bool = unit.value(
        """
        select exists(select from addresses
            where customer_id = %(customer)s and sim_changed_at is not null)
        """,
        customer=customer,
    )
    level: Level = "probation" if unsettled else "trusted"
    unit.run(
        """
        update addresses set trust = %(level)s, trust_since = %(now)s,
            trusted_at = case when %(level)s = 'trusted' then %(now)s::timestamptz end
        where customer_id = %(customer)s and address = %(address)s and trust = 'new'
            and (channel = %(channel)s
                or channel in ('ussd', 'sms') and %(channel)s in ('ussd', 'sms'))
        """,
        customer=customer,
        channel=channel,
        address=contacts.token(unit, address),
        level=level,
        now=unit.now,
    )
    if unsettled:
        lower_limits(unit, customer, percent=LOWERED_PERCENT, until=unit.now + SETTLES_AFTER)
    return level


def settle(unit: Unit, *, most: int) -> int:
    """Trust what was on probation for 72 hours; return how many numbers that was.

    Not while the PIN is locked, nor where a code was guessed at until it was spent: that is an
    incident, and a new proof is what ends it.
    """
    rows = unit.all(
        """
        with due as materialized (
            select distinct a.customer_id, a.address from addresses a
            join pins p on p.customer_id = a.customer_id and p.locked_at is null
            where a.trust = 'probation' and a.trust_since <= %(before)s and not exists(
                select from one_time_codes o where o.customer_id = a.customer_id
                    and o.created_at > a.trust_since and o.attempts >= 3)
                and not exists(select from addresses s where s.customer_id = a.customer_id
                    and s.address = a.address and s.sim_changed_at > %(before)s)
            limit %(most)s
        ), settled as (
            update addresses a set sim_changed_at = null,
                trust = case when a.trust = 'probation' then 'trusted' else a.trust end,
                trusted_at = case when a.trust = 'probation' then %(now)s else a.trusted_at end,
                trust_since = case when a.trust = 'probation' then %(now)s else a.trust_since end
            from due where a.customer_id = due.customer_id and a.address = due.address
        )
        select customer_id from due
        """,
        before=unit.now - SETTLES_AFTER,
        most=most,
        now=unit.now,
    )
    told = [Notice(row.customer_id, "trust_returned", {}) for row in rows]
    if told:
        queue_notices(unit, told)
    return len(rows)


def places(unit: Unit, customer: UUID, *, least: Level = "trusted", but: str = "") -> list[Place]:
    """Return where a customer can be told something: trusted addresses, WhatsApp before SMS.

    ``but`` is the token of a number to leave out. USSD carries nothing: its number gets an SMS.
    """
    levels = ["trusted"] if least == "trusted" else ["probation", "trusted"]
    rows = unit.all(
        """
        select distinct case channel when 'whatsapp' then channel else 'sms' end as channel, address
        from addresses
        where customer_id = %(customer)s and trust = any(%(levels)s) and address <> %(but)s
        order by channel desc, address limit %(most)s
        """,
        customer=customer,
        levels=levels,
        but=but,
        most=MOST_ADDRESSES,
    )
    real = contacts.reveal(unit, [row.address for row in rows])
    return [Place(row.channel, real[row.address]) for row in rows if row.address in real]


def tell(unit: Unit, customer: UUID, alert: str, where: list[Place]) -> None:
    """Owe a customer the same warning at several addresses."""
    if where:
        queue_notices(
            unit, [Notice(customer, alert, {}, one.channel, one.address) for one in where]
        )


def end_codes(unit: Unit, customer: UUID) -> None:
    """Spend every code of a customer's that waits to be entered."""
    unit.run(
        """
        update one_time_codes set attempts = 3
        where customer_id = %(customer)s and used_at is null and expires_at > %(now)s
        """,
        customer=customer,
        now=unit.now,
    )
