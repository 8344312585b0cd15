"""One-time codes: six digits that show who holds a phone. The digits are never stored.

They are an HMAC of the row's id under the pepper: the drain derives them when it sends, the hub
when it compares, and nothing in the database or the outbox gives them away. Each is good once, at
the address that asked for it, for one purpose, and for a payment for that one alone (NIST SP
800-63B, 5.1.3.2: at most ten minutes, once, and a bounded number of tries).
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal
from uuid import UUID

from core.errors import Refusal
from core.store import contacts
from core.store.outbox import ONE_TIME_CODE, queue_notice
from core.store.unit import Unit

TRIES = 3
DIGITS = 6
GOOD_FOR = timedelta(minutes=5)
RECENT, MOST_RECENT = timedelta(minutes=15), 3
DAY, MOST_A_DAY = timedelta(hours=24), 10

MAIL = "mail"
Purpose = Literal["reset_pin", "link", "step_up", "cash_out", "email"]


class WrongCode(Refusal):
    """That is not the code. Fact: ``left``, how many tries remain."""

    code = "wrong_code"


class CodeSpent(Refusal):
    """The code is too old, was used, or was tried too often: a new one is needed."""

    code = "code_spent"


class TooManyCodes(Refusal):
    """So many codes were asked for that no more are sent for a while. Fact: ``minutes``."""

    code = "too_many_codes"


@dataclass(frozen=True, slots=True)
class Way:
    """Where a code is sent: a channel that carries one, or by mail, and the real address there."""

    channel: str
    address: str


@dataclass(frozen=True, slots=True)
class Agreed:
    """The payment a code is for: its effect's id, and what was read back."""

    id: UUID
    what: str
    """The payee's id and the amount."""


@dataclass(frozen=True, slots=True)
class Used:
    """What a right code was for, and whose it was."""

    purpose: Purpose
    customer: UUID
    effect_id: UUID | None
    """The payment's, when it was for one."""


def reveal(pepper: bytes, code_id: str) -> str:
    """Return the digits of a code, only for sending or comparing them."""
    tag = hmac.digest(pepper, b"code:" + code_id.encode(), hashlib.sha256)
    return f"{int.from_bytes(tag[:8]) % 10**DIGITS:0{DIGITS}d}"


def is_right(pepper: bytes, code_id: UUID, typed: str) -> bool:
    """Return whether these are the digits of a code, as far as they can be read."""
    return hmac.compare_digest(reveal(pepper, str(code_id)).encode(), typed.strip().encode())


def issue(
    unit: Unit,
    *,
    customer: UUID | None,
    purpose: Purpose,
    channel: str,
    address: str,
    way: Way | None = None,
    agreed: Agreed | None = None,
) -> UUID:
    """Send a code the given way, by default by SMS to the customer's phone; return its id.

    The letter of one that goes by mail is the caller's to owe.

    It is good only at the address that asked for it, and for what was agreed. Without a customer
    nothing is sent, yet all else is the same, so that asking tells nobody whose number it is. At
    most three in a quarter of an hour and ten a day, per customer and per address. Codes to link a
    phone, which strangers may ask for, are counted apart: they leave the customer's own alone.

    :raises TooManyCodes: if that is reached
    """
    token = contacts.keep(unit, address)
    # Two addresses may ask for one customer's code at once: counting needs them one by one.
    unit.run(
        "select pg_advisory_xact_lock(hashtextextended('code:' || %(whose)s, 0))",
        whose=str(customer or token),
    )
    asked = unit.one(
        """
        select count(*) filter (where created_at > %(recent)s) as recent, count(*) as today
        from one_time_codes where created_at > %(day)s and purpose <> 'cash_out' and (
            (channel = %(channel)s and address = %(address)s) or (customer_id = %(customer)s
                and (purpose = 'link') = (%(purpose)s = 'link')))
        """,
        recent=unit.now - RECENT,
        day=unit.now - DAY,
        channel=channel,
        address=token,
        customer=customer,
        purpose=purpose,
    )
    if asked.today >= MOST_A_DAY:
        raise TooManyCodes(minutes=str(int(DAY.total_seconds()) // 60))
    if asked.recent >= MOST_RECENT:
        raise TooManyCodes(minutes=str(int(RECENT.total_seconds()) // 60))
    code_id = unit.new_id()
    unit.run(
        """
        insert into one_time_codes (id, customer_id, purpose, channel, address, created_at,
            expires_at, sent_channel, sent_to, effect_id, effect)
        values (%(id)s, %(customer)s, %(purpose)s, %(channel)s, %(address)s, %(now)s, %(expires)s,
            %(sent_channel)s, %(sent_to)s, %(effect_id)s, %(effect)s)
        """,
        id=code_id,
        customer=customer,
        purpose=purpose,
        channel=channel,
        address=token,
        expires=unit.now + GOOD_FOR,
        sent_channel=way.channel if way else "sms",
        sent_to=contacts.token(unit, way.address) if way else None,
        effect_id=agreed.id if agreed else None,
        effect=agreed.what if agreed else None,
        now=unit.now,
    )
    if customer is not None and not (way and way.channel == MAIL):
        queue_notice(
            unit,
            customer_id=customer,
            alert=ONE_TIME_CODE,
            facts={"code_id": str(code_id)},
            channel=way.channel if way else "sms",
            address=way.address if way else None,
        )
    return code_id


def look(unit: Unit, *, channel: str, address: str) -> UUID | None:
    """Return the id of the code that an address was last asked for, taking no lock."""
    found: UUID | None = unit.value(
        """
        select id from one_time_codes where channel = %(channel)s and address = %(address)s
        order by created_at desc, id desc limit 1
        """,
        channel=channel,
        address=contacts.token(unit, address),
    )
    return found


def use(unit: Unit, *, code_id: UUID | None, right: bool, channel: str, address: str) -> Used:
    """Use up a code whose digits were right, and count a wrong try.

    Called outside any savepoint, so that the count stays.

    :raises WrongCode: if the digits were wrong
    :raises CodeSpent: if it may not be used (any more), or this was the last try
    """
    row = unit.maybe(
        """
        update one_time_codes set
            used_at = case when %(right)s and customer_id is not null then %(now)s::timestamptz end,
            attempts = attempts
                + case when %(right)s and customer_id is not null then 0 else 1 end
        where id = %(code_id)s and channel = %(channel)s and address = %(address)s
            and used_at is null and expires_at > %(now)s and attempts < %(tries)s
        returning purpose, customer_id, effect_id, attempts, used_at is not null as used
        """,
        code_id=code_id,
        right=right,
        channel=channel,
        address=contacts.token(unit, address),
        tries=TRIES,
        now=unit.now,
    )
    if row is None or (not row.used and row.attempts >= TRIES):
        raise CodeSpent
    if not row.used:
        raise WrongCode(left=str(TRIES - row.attempts))
    return Used(row.purpose, row.customer_id, row.effect_id)
