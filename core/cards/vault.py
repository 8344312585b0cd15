"""The vault: where card numbers are, and nothing else. A token names one everywhere outside it.

A number is sealed with AES-256-GCM for its own row and found again by a keyed hash. It is checked
when it comes in (ISO/IEC 7812: Luhn's check digit), and never leaves in an error or a log.
"""

from datetime import date
from uuid import UUID

from stdnum import luhn

from core.cards.cards import COLUMNS, Card, locked, read
from core.store.unit import Unit

SEALED = "card_vault.sealed"
KIND = "pan"
LENGTHS = range(13, 20)


class NotACardNumber(ValueError):
    """That can be no card's number. It is never told which."""


def is_pan(text: str) -> bool:
    """Return whether a text can be a card's number: digits alone, with the right check digit."""
    return text.isascii() and text.isdigit() and len(text) in LENGTHS and bool(luhn.is_valid(text))


def number(unit: Unit, card: UUID, *, pan: str, expires_on: date, scheme_id: str) -> Card:
    """Give a card its number: away into the vault, and onto the card what of it may be seen.

    Whoever calls has the card locked.

    :raises NotACardNumber: if it can be no number of a card
    """
    seal(unit, card, pan)
    unit.run(
        """
        update cards set bin = %(bin)s, last4 = %(last4)s, expires_on = %(expires)s,
            scheme_id = %(scheme)s
        where card_id = %(id)s
        """,
        id=card,
        bin=pan[:6],
        last4=pan[-4:],
        expires=expires_on,
        scheme=scheme_id,
    )
    return locked(unit, card)


def seal(unit: Unit, card: UUID, pan: str) -> str:
    """Put a card's number into the vault and return the token that stands for it.

    A card has one number: put in again, the first stays and its token is returned.

    :raises NotACardNumber: if it can be no number of a card
    """
    if not is_pan(pan):
        raise NotACardNumber
    # Made of an id of its own, so that it tells nothing of the number it stands for.
    token = f"tok_{unit.keys.token(str(unit.new_id()), kind='card token')}"
    unit.run(
        """
        insert into card_vault (token, card_id, sealed, pan_index, created_at)
        values (%(token)s, %(card)s, %(sealed)s, %(index)s, %(now)s)
        on conflict (card_id) do nothing
        """,
        token=token,
        card=card,
        sealed=unit.keys.seal(pan, field=SEALED, row=token),
        index=unit.keys.token(pan, kind=KIND),
        now=unit.now,
    )
    kept: str = unit.value("select token from card_vault where card_id = %(card)s", card=card)
    return kept


def open_pan(unit: Unit, card: UUID) -> str | None:
    """Return a card's number, or None when the vault has none. Whoever asks writes down why."""
    row = unit.maybe("select token, sealed from card_vault where card_id = %(card)s", card=card)
    return None if row is None else unit.keys.open(bytes(row.sealed), field=SEALED, row=row.token)


def by_pan(unit: Unit, pan: str) -> Card | None:
    """Return the card of a number, or None when none of ours has it. One statement, no lock."""
    row = unit.maybe(
        f"select {_OF_CARD} from card_vault v join cards c on c.card_id = v.card_id"
        " where v.pan_index = %(index)s",
        index=unit.keys.token(pan, kind=KIND),
    )
    return None if row is None else read(row)


def token_of(unit: Unit, card: UUID) -> str | None:
    """Return the token that stands for a card's number, or None when it has none."""
    found: str | None = unit.value(
        "select token from card_vault where card_id = %(card)s", card=card
    )
    return found


_OF_CARD = ", ".join(f"c.{name.strip()}" for name in COLUMNS.split(","))
