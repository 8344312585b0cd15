"""When a code by a second channel is asked for on top of the PIN, and which channel that is.

A code is asked for a new address, and for any payment that the database doubts (`payment_doubt`:
after the SIM was changed, of a large amount, of a larger one to somebody who was never paid;
`step_up_rules` has the parts of the limit) or a rule does: both are decided on together in
`core.monitoring.decide`. The
second channel is another trusted address of the customer, WhatsApp before SMS: never the one that
asks, nor a number whose SIM was changed (NIST SP 800-63B, 5.1.3: out of band means another channel,
in the hands of the same person). Where there is none, a person has to look.
"""

from datetime import timedelta
from uuid import UUID

from core.access.codes import Agreed, Way
from core.store import contacts
from core.store.unit import Row, Unit

MOST_WAYS = 4
RECENTLY = timedelta(minutes=15)
"""How long a code that was entered, or the PIN before it, stands for what it was asked for."""

# A number carries SMS when the customer was trusted there by USSD or SMS, or when it is the one
# they are registered with and were trusted there by WhatsApp.
WAYS = """
with lines as (
    select a.channel, a.address, a.trusted_at from addresses a
    where a.customer_id = %(customer)s and a.trust = 'trusted' and not exists (
        select from addresses s where s.address = a.address and s.sim_changed_at is not null)
), ways as (
    select 'whatsapp' as channel, address, trusted_at from lines where channel = 'whatsapp'
    union all
    select 'sms', l.address, l.trusted_at from lines l
    join customers c on c.id = %(customer)s
    where l.channel in ('ussd', 'sms') or l.address = c.phone_index
)
select channel, address from ways
where (channel, address) <> (%(channel)s, %(address)s)
group by channel, address
order by channel desc, max(trusted_at) desc, address limit %(most)s
"""


def ways(unit: Unit, customer: UUID, *, channel: str, address: str) -> list[Way]:
    """Return where a code may be sent for somebody who asks at this address, the best way first."""
    rows = unit.all(
        WAYS,
        customer=customer,
        channel=channel,
        address=contacts.token(unit, address),
        most=MOST_WAYS,
    )
    real = contacts.reveal(unit, [row.address for row in rows])
    return [Way(row.channel, real[row.address]) for row in rows if row.address in real]


def way_again(unit: Unit, found: list[Way], *, channel: str, address: str) -> Way | None:
    """Return the way that the last code from this address went, else the best one."""
    at = _last(unit, found, channel=channel, address=address)
    return found[max(at, 0)] if found else None


def way_after(unit: Unit, found: list[Way], *, channel: str, address: str) -> Way | None:
    """Return the way after the one that the last code from this address went; None at the end."""
    following = _last(unit, found, channel=channel, address=address) + 1
    return found[following] if following < len(found) else None


def _last(unit: Unit, found: list[Way], *, channel: str, address: str) -> int:
    """Return the place of the way that a code went lately; -1 when none did."""
    row = unit.maybe(
        """
        select sent_channel, sent_to from one_time_codes
        where channel = %(channel)s and address = %(address)s and created_at > %(since)s
        order by created_at desc, id desc limit 1
        """,
        channel=channel,
        address=contacts.token(unit, address),
        since=unit.now - RECENTLY,
    )
    went = None if row is None else (row.sent_channel, row.sent_to)
    known = [(one.channel, contacts.token(unit, one.address)) for one in found]
    return known.index(went) if went in known else -1


# A SIM of the customer's that was changed makes every new address doubtful, until it has settled. A
# number that staff gave them was proved to a person; USSD and SMS of a trusted number are one SIM.
NEW_HERE = """
select a.sim_changed_at is not null as here,
    exists(select from addresses s
        where s.customer_id = a.customer_id and s.sim_changed_at is not null) as anywhere,
    exists(select from one_time_codes o
        where o.customer_id = a.customer_id and o.channel = a.channel and o.address = a.address
            and o.purpose in ('link', 'step_up') and o.effect_id is null and o.used_at > %(since)s
            and not exists(select from addresses s
                where s.address = o.sent_to and s.sim_changed_at is not null)) as coded,
    exists(select from addresses s
        where s.customer_id = a.customer_id and s.address = a.address and s.trust = 'trusted'
            and s.channel in ('ussd', 'sms') and a.channel in ('ussd', 'sms')) as same_sim,
    coalesce((select c.source = 'number_change' from sim_changes c
        where c.address = a.address and c.customer_id = a.customer_id
        order by c.noted_at desc limit 1), false) as vouched
from addresses a
where a.channel = %(channel)s and a.address = %(address)s and a.customer_id = %(customer)s
"""


def owed(unit: Unit, customer: UUID, *, channel: str, address: str) -> bool:
    """Return whether a new address owes a code besides the PIN."""
    row: Row | None = unit.maybe(
        NEW_HERE,
        customer=customer,
        channel=channel,
        address=contacts.token(unit, address),
        since=unit.now - RECENTLY,
    )
    if row is None or row.coded or row.vouched:
        return False
    if row.here or row.anywhere:
        return True
    return not row.same_sim and bool(ways(unit, customer, channel=channel, address=address))


def is_proven(unit: Unit, customer: UUID, agreed: Agreed, *, channel: str, address: str) -> bool:
    """Return whether a code was entered here for exactly this payment."""
    found: bool = unit.value(
        """
        select exists(select from one_time_codes
            where effect_id = %(effect_id)s and effect = %(effect)s and customer_id = %(customer)s
                and channel = %(channel)s and address = %(address)s and purpose = 'step_up'
                and used_at > %(since)s)
        """,
        effect_id=agreed.id,
        effect=agreed.what,
        customer=customer,
        channel=channel,
        address=contacts.token(unit, address),
        since=unit.now - RECENTLY,
    )
    return found


def asked_lately(unit: Unit, customer: UUID, *, channel: str, address: str) -> bool:
    """Return whether a code to step up was sent for this address lately, which took the PIN."""
    found: bool = unit.value(
        """
        select exists(select from one_time_codes
            where channel = %(channel)s and address = %(address)s and customer_id = %(customer)s
                and purpose = 'step_up' and created_at > %(since)s)
        """,
        customer=customer,
        channel=channel,
        address=contacts.token(unit, address),
        since=unit.now - RECENTLY,
    )
    return found
