"""The PIN that is entered at a machine: read out of its block and compared before any lock.

A PIN comes as a block of ISO 9564-1 format 4, encrypted with AES under the key that the scheme and
the bank share. It is opened, compared with the hash and forgotten; what goes on is a `Proof`.
"""

from uuid import UUID

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from core.access.pins import TRIES, Look, Proof, Secrets
from core.cards.vault import KIND
from core.store.outbox import queue_notice
from core.store.unit import Unit

BLOCK_BYTES = 16
_FORMAT, _FILL = 4, "A"
_SHORTEST, _LONGEST = 4, 12


class UnreadablePin(ValueError):
    """A block that no PIN can be read out of: another key, another card, or none at all."""


def open_block(key: bytes, block: bytes, pan: str) -> str:
    """Return the digits in a PIN block of format 4 that was made for a card's number.

    :raises UnreadablePin: if there are none
    """
    if len(block) != BLOCK_BYTES:
        raise UnreadablePin
    decryptor = Cipher(algorithms.AES(key), modes.ECB()).decryptor()  # noqa: S305 - as ISO has it
    inner = bytes(a ^ b for a, b in zip(decryptor.update(block), pan_field(pan), strict=True))
    field = decryptor.update(inner).hex().upper()
    length = int(field[1], 16)
    digits = field[2 : 2 + length]
    fill = field[2 + length : BLOCK_BYTES]
    if (
        field[0] != str(_FORMAT)
        or not _SHORTEST <= length <= _LONGEST
        or not digits.isdecimal()
        or fill.strip(_FILL)
    ):
        raise UnreadablePin
    return digits


def make_block(key: bytes, pin: str, pan: str, *, salt: bytes) -> bytes:
    """Return the block of a PIN for a card's number; ``salt`` is eight random bytes.

    This is the side of a machine that takes PINs; the bank only opens them.
    """
    field = bytes.fromhex(f"{_FORMAT}{len(pin):X}{pin}".ljust(BLOCK_BYTES, _FILL)) + salt
    encryptor = Cipher(algorithms.AES(key), modes.ECB()).encryptor()  # noqa: S305 - as ISO has it
    inner = encryptor.update(field)
    mixed = bytes(a ^ b for a, b in zip(inner, pan_field(pan), strict=True))
    return encryptor.update(mixed)


def pan_field(pan: str) -> bytes:
    """Return a card's number as format 4 mixes it in: its length beyond twelve, then its digits."""
    length = max(len(pan) - 12, 0)
    return bytes.fromhex(f"{length}{pan.rjust(12, '0')}".ljust(2 * BLOCK_BYTES, "0"))


def look(unit: Unit, pan: str) -> Look | None:
    """Return what a card's PIN is compared with, taking no lock; None when it has none."""
    row = unit.maybe(
        """
        select p.hash, p.version, p.blocked_at is not null as blocked
        from card_vault v join card_pins p on p.card_id = v.card_id where v.pan_index = %(index)s
        """,
        index=unit.keys.token(pan, kind=KIND),
    )
    return None if row is None else Look(row.hash, row.version, None, row.blocked)


def prove(secrets: Secrets, look: Look | None, *, key: bytes, block: bytes, pan: str) -> Proof:
    """Return whether the PIN in a block is the card's. Holds no lock; takes some milliseconds.

    A block that cannot be read is a wrong PIN: whoever makes them up must not get more tries.
    """
    try:
        digits = open_block(key, block, pan)
    except UnreadablePin:
        return Proof("pin", ok=False, version=0 if look is None else look.version)
    return secrets.prove(look, digits)


def judge(unit: Unit, card: UUID, proof: Proof | None, *, needed: bool) -> str:
    """Return why a PIN does not let a payment pass, or nothing. A wrong one is counted.

    Three wrong ones block it, and the customer is told. Locks the PIN until the unit ends. However
    many guesses were checked at once, no more than three are answered.
    """
    if proof is None:
        return "pin_missing" if needed else ""
    row = unit.maybe(
        """
        select version, attempts, blocked_at is not null as blocked
        from card_pins where card_id = %(card)s for no key update
        """,
        card=card,
    )
    if row is None or row.blocked:
        return "pin_unset" if row is None else "pin_blocked"
    if proof.version != row.version:  # it was changed since it was looked at
        return "pin_wrong"
    if proof.ok:
        if row.attempts:
            unit.run("update card_pins set attempts = 0 where card_id = %(card)s", card=card)
        return ""
    return _count(unit, card, row.attempts + 1)


def _count(unit: Unit, card: UUID, attempts: int) -> str:
    blocks = attempts >= TRIES
    unit.run(
        """
        update card_pins set attempts = %(attempts)s,
            blocked_at = case when %(blocks)s then %(now)s::timestamptz end
        where card_id = %(card)s
        """,
        card=card,
        attempts=attempts,
        blocks=blocks,
        now=unit.now,
    )
    if not blocks:
        return "pin_wrong"
    row = unit.one("select customer_id, last4 from cards where card_id = %(card)s", card=card)
    queue_notice(
        unit, customer_id=row.customer_id, alert="card_pin_blocked", facts={"card": row.last4}
    )
    return "pin_blocked"
