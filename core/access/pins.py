"""PINs: hashed off the lock, judged inside the turn, locked after three wrong ones.

A four-digit secret has ten thousand values, so no hash can guard it alone: a pepper that never
reaches the database does (a stolen table is worth nothing without it), and the three tries do. The
hash itself is therefore cheap, argon2id over 8 MiB once, about 4 ms: a turn can afford it.
"""

import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from core.access import codes
from core.errors import Refusal
from core.store import contacts, personal
from core.store.outbox import queue_notice
from core.store.unit import Unit

TRIES = 3
RESET_WITHIN = timedelta(minutes=15)
_RISING, _DIGITS = "0123456789", 4

Kind = Literal["pin", "new", "repeat", "code"]


class WrongPin(Refusal):
    """That is not the PIN. Fact: ``left``, how many tries remain."""

    code = "wrong_pin"


class PinLocked(Refusal):
    """The PIN was wrong too often; only the reset opens it again."""

    code = "pin_locked"


class WeakPin(Refusal):
    """The new PIN is too easy to guess, or is not four digits."""

    code = "weak_pin"


@dataclass(frozen=True, slots=True)
class Proof:
    """What was found about a secret before the lock was taken; the secret itself is gone.

    ``version`` is the PIN's that was looked at, ``new_hash`` a new PIN's, ``code_id`` the one-time
    code's that was compared. What it proves is judged again inside the turn.
    """

    kind: Kind
    ok: bool
    new_hash: str = field(default="", repr=False)
    version: int = 0
    code_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """What must be known of a customer's PIN to check a guess or a new one off the lock."""

    hash: str = field(repr=False)
    version: int
    born: date | None
    locked: bool


class Secrets:
    """Hashes and compares secrets, while no lock is held. Knows the pepper, never the database."""

    def __init__(self, pepper: bytes) -> None:
        self._pepper = pepper
        self._hasher = PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1)

    def hash(self, text: str) -> str:
        """Return the hash to keep of a secret."""
        return self._hasher.hash(self._peppered(text))

    def verify(self, hash: str, text: str) -> bool:  # noqa: A002 - what it is
        """Return whether a secret is the one that was hashed. Anything not a hash is no match."""
        try:
            return self._hasher.verify(hash, self._peppered(text))
        except (VerificationError, InvalidHashError):
            return False

    def is_weak(self, text: str, born: date | None = None) -> bool:
        """Return whether a new PIN is not four digits or among the first anybody would try.

        Those are one digit repeated, digits that count up, and the year of birth.
        """
        if len(text) != _DIGITS or not (text.isascii() and text.isdigit()):
            return True
        return (
            len(set(text)) == 1 or text in _RISING or (born is not None and text == f"{born.year}")
        )

    def prove(self, look: Look | None, text: str) -> Proof:
        """Return whether this is the PIN; a locked one is not even compared."""
        if look is None or look.locked:
            return Proof("pin", ok=False, version=look.version if look else 0)
        return Proof("pin", ok=self.verify(look.hash, text), version=look.version)

    def choose(self, text: str, born: date | None = None) -> Proof:
        """Return the hash of a new PIN, or that it is too weak to be one."""
        if self.is_weak(text, born):
            return Proof("new", ok=False)
        return Proof("new", ok=True, new_hash=self.hash(text))

    def repeat(self, pending: str | None, text: str) -> Proof:
        """Return whether the new PIN was repeated; ``pending`` is the hash of its first entry."""
        if not pending or not self.verify(pending, text):
            return Proof("repeat", ok=False)
        return Proof("repeat", ok=True, new_hash=pending)

    def check_code(self, code_id: UUID | None, text: str) -> Proof:
        """Return whether this is the one-time code with that id; no id, no match."""
        right = code_id is not None and codes.is_right(self._pepper, code_id, text)
        return Proof("code", ok=right, code_id=code_id)

    def _peppered(self, text: str) -> bytes:
        return hmac.digest(self._pepper, b"pin:" + text.encode(), hashlib.sha256)


def look(unit: Unit, customer: UUID) -> Look | None:
    """Return what is needed to check a PIN, taking no lock; None when the customer has none."""
    row = unit.maybe(
        """
        select p.hash, p.version, c.date_of_birth, p.locked_at is not null
        from pins p join customers c on c.id = p.customer_id where p.customer_id = %(customer)s
        """,
        customer=customer,
    )
    if row is None:
        return None
    pin_hash, version, sealed, locked = row
    return Look(pin_hash, version, personal.born(unit.keys, customer, sealed), locked)


def judge(unit: Unit, customer: UUID, proof: Proof) -> None:
    """Let a right PIN pass and count a wrong one. Locks the customer's PIN until the unit ends.

    Called outside the savepoint of the effect that it guards, so that the count stays. However many
    guesses were checked at once, no more than three are answered: the rest find the PIN locked.

    :raises WrongPin: if it is wrong, or was changed since it was looked at
    :raises PinLocked: if it is locked, or this was the last try
    """
    row = unit.maybe(
        """
        select version, attempts, locked_at is not null as locked
        from pins where customer_id = %(customer)s for no key update
        """,
        customer=customer,
    )
    if row is None or row.locked:
        raise PinLocked
    if proof.kind != "pin" or proof.version != row.version:
        raise WrongPin(left=str(TRIES - row.attempts))
    if proof.ok:
        if row.attempts:
            unit.run(
                "update pins set attempts = 0 where customer_id = %(customer)s", customer=customer
            )
        return
    _count(unit, customer, row.attempts + 1)


def set_first(unit: Unit, customer: UUID, pin_hash: str) -> None:
    """Give a new customer their PIN."""
    unit.run(
        "insert into pins (customer_id, hash, changed_at) values (%(customer)s, %(hash)s, %(now)s)",
        customer=customer,
        hash=pin_hash,
        now=unit.now,
    )


def change(unit: Unit, customer: UUID, pin_hash: str, *, channel: str, address: str) -> bool:
    """Make this the customer's PIN and warn them of it; return whether a person had allowed it.

    A locked PIN opens only when both halves of a reset were proven within the last quarter of an
    hour: what they know, and a code that was entered at this address. One that they locked together
    with everything else opens only at an address where a person has allowed it.

    :raises PinLocked: if it is locked and was not reset
    """
    here = contacts.token(unit, address)
    allowed = is_reset_allowed(unit, customer, address=address)
    changed = unit.run(
        """
        update pins p set hash = %(hash)s, version = version + 1, attempts = 0, locked_at = null,
            changed_at = %(now)s, birth_tries = 0, birth_proven_at = null, self_locked_at = null,
            reset_allowed_until = null, reset_allowed_address = null
        where customer_id = %(customer)s and (locked_at is null or %(allowed)s or (
            self_locked_at is null and birth_proven_at > %(since)s and exists(
                select from one_time_codes o
                where o.customer_id = p.customer_id and o.purpose = 'reset_pin'
                    and o.channel = %(channel)s and o.address = %(here)s
                    and o.used_at > %(since)s)))
        """,
        customer=customer,
        hash=pin_hash,
        channel=channel,
        here=here,
        allowed=allowed,
        since=_since(unit.now),
        now=unit.now,
    )
    if not changed:
        raise PinLocked
    queue_notice(unit, customer_id=customer, alert="pin_changed", facts={})
    return allowed


def is_reset_allowed(unit: Unit, customer: UUID, *, address: str) -> bool:
    """Return whether a person has allowed a new PIN to be chosen at this address now."""
    found: bool | None = unit.value(
        """
        select reset_allowed_until > %(now)s and reset_allowed_address = %(here)s
        from pins where customer_id = %(customer)s for no key update
        """,
        customer=customer,
        here=contacts.token(unit, address),
        now=unit.now,
    )
    return bool(found)


def allow_reset(unit: Unit, customer: UUID, until: datetime, *, address: str) -> None:
    """Let a customer choose a new PIN until then, at one address (its token): a person knew them.

    A reset that was allowed before ends.
    """
    unit.run(
        """
        update pins set reset_allowed_until = %(until)s, reset_allowed_address = %(address)s
        where customer_id = %(customer)s
        """,
        customer=customer,
        until=until,
        address=address,
    )


def _count(unit: Unit, customer: UUID, attempts: int) -> None:
    locks = attempts >= TRIES
    unit.run(
        """
        update pins set attempts = %(attempts)s,
            locked_at = case when %(locks)s then %(now)s::timestamptz end
        where customer_id = %(customer)s
        """,
        customer=customer,
        attempts=attempts,
        locks=locks,
        now=unit.now,
    )
    if locks:
        queue_notice(unit, customer_id=customer, alert="pin_locked", facts={})
        raise PinLocked
    raise WrongPin(left=str(TRIES - attempts))


def _since(now: datetime) -> datetime:
    return now - RESET_WITHIN
