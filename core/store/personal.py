"""What tells who a customer is: sealed in their row, which is found by tokens alone.

A name is found by its whole words, whatever their case and accents; everything else as a whole.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import TypedDict
from uuid import UUID

from core.store.keyring import Keyring

_WORD = re.compile(r"\w+")


class Sealed(TypedDict):
    """The protected columns of a customer's row."""

    first_name: bytes
    last_name: bytes
    email: bytes | None
    phone_number: bytes | None
    date_of_birth: bytes | None
    id_number: bytes | None
    phone_index: str | None
    email_index: str | None
    id_number_index: str | None
    name_index: list[str]


@dataclass(frozen=True, slots=True)
class Personal:
    """What tells who a customer is, in clear."""

    first_name: str
    last_name: str
    email: str | None
    phone: str | None
    """E.164."""
    born: date | None
    country: str
    """Of the identity document."""
    id_number: str | None


def seal(keys: Keyring, customer: UUID, who: Personal) -> Sealed:
    """Return the protected columns of a customer's row."""

    def sealed(column: str, value: str | None) -> bytes | None:
        if value is None:
            return None
        return keys.seal(value, field=f"customers.{column}", row=customer)

    return {
        "first_name": keys.seal(who.first_name, field="customers.first_name", row=customer),
        "last_name": keys.seal(who.last_name, field="customers.last_name", row=customer),
        "email": sealed("email", who.email),
        "phone_number": sealed("phone_number", who.phone),
        "date_of_birth": sealed("date_of_birth", None if who.born is None else f"{who.born}"),
        "id_number": sealed("id_number", who.id_number),
        "phone_index": who.phone and phone_token(keys, who.phone),
        "email_index": who.email and email_token(keys, who.email),
        "id_number_index": who.id_number and id_number_token(keys, who.country, who.id_number),
        "name_index": name_tokens(keys, f"{who.first_name} {who.last_name}"),
    }


def first_name(keys: Keyring, customer: UUID, sealed: bytes) -> str:
    """Return a customer's first name."""
    return keys.open(sealed, field="customers.first_name", row=customer)


def names(keys: Keyring, customer: UUID, first: bytes, last: bytes) -> tuple[str, str]:
    """Return a customer's first and last name."""
    return (
        keys.open(first, field="customers.first_name", row=customer),
        keys.open(last, field="customers.last_name", row=customer),
    )


def phone(keys: Keyring, customer: UUID, sealed: bytes | None) -> str | None:
    """Return a customer's number (E.164), or None once it was given up."""
    if sealed is None:
        return None
    return keys.open(sealed, field="customers.phone_number", row=customer)


def born(keys: Keyring, customer: UUID, sealed: bytes | None) -> date | None:
    """Return a customer's date of birth, where it is known."""
    if sealed is None:
        return None
    return date.fromisoformat(keys.open(sealed, field="customers.date_of_birth", row=customer))


def id_number(keys: Keyring, customer: UUID, sealed: bytes | None) -> str | None:
    """Return the number of a customer's identity document, where it is known."""
    if sealed is None:
        return None
    return keys.open(sealed, field="customers.id_number", row=customer)


def phone_token(keys: Keyring, number: str) -> str:
    """Return what a phone number (E.164) is found by: the same as any address."""
    return keys.token(number, kind="address")


def email_token(keys: Keyring, email: str) -> str:
    """Return what an e-mail address is found by."""
    return keys.token(email.strip().lower(), kind="email")


def id_number_token(keys: Keyring, country: str, number: str) -> str:
    """Return what an identity document is found by: its country and its number."""
    return keys.token(f"{country}:{''.join(number.split()).upper()}", kind="id_number")


def name_tokens(keys: Keyring, name: str) -> list[str]:
    """Return what a name is found by: one token for each of its words, each once."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    letters = "".join(one for one in plain if not unicodedata.combining(one))
    return [keys.token(word, kind="name") for word in dict.fromkeys(_WORD.findall(letters))]
