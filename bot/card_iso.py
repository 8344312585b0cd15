"""ISO 8583:1987 as the scheme speaks it: fields, and the code that proves who wrote them.

A message is ASCII with binary bitmaps. Its last field (64, or 128 where there is a second bitmap)
is its authentication code: the first eight bytes of an HMAC-SHA256 over all before it, as ISO
9797-2 has it. The PIN block of field 52 is one of ISO 9564-1 format 4, which takes sixteen bytes.
Fields 48, 62 and 63 are private: docs/guides/card-payments.md. Nothing here knows of payments.
"""

import copy
import hmac
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import iso8583
from iso8583.specs import default_ascii

LONGEST = 2048
"""Bytes of a message."""
LENGTH_BYTES = 2
"""What stands before each message on the wire: its length, the greatest byte first."""
MAC_BYTES = 8
FIRST_MAC, SECOND_MAC = "64", "128"
_FIRST_FIELDS = range(2, 65)
_BINARY = {"p": 8, "1": 8, "52": 16, FIRST_MAC: MAC_BYTES, SECOND_MAC: MAC_BYTES}
_LARGEST_PRIVATE = {"48": 300, "62": 60, "63": 60}

Fields = Mapping[str, str]
"""A message by the numbers of its fields; ``t`` is its type. Binary fields are hexadecimal."""


class Malformed(ValueError):
    """Bytes that are no message, or none of the scheme's. What they were is never told."""


def _specification() -> dict[str, dict[str, Any]]:
    spec: dict[str, dict[str, Any]] = copy.deepcopy(dict(default_ascii))
    for field, length in _BINARY.items():
        spec[field] |= {"data_enc": "b", "len_enc": "ascii", "len_type": 0, "max_len": length}
    for field, length in _LARGEST_PRIVATE.items():
        spec[field]["max_len"] = length
    return spec


SPEC = _specification()


def encode(fields: Fields, key: str) -> bytes:
    """Return a message with its authentication code.

    :raises Malformed: if a field cannot be written
    """
    told = {name: value for name, value in fields.items() if name not in {"p", "1"}}
    has_second = any(name.isdigit() and int(name) not in _FIRST_FIELDS for name in told)
    told[SECOND_MAC if has_second else FIRST_MAC] = "00" * MAC_BYTES
    try:
        raw, _ = iso8583.encode(told, SPEC)
    except (iso8583.EncodeError, ValueError) as error:
        raise Malformed("cannot be written") from error
    front = bytes(raw[:-MAC_BYTES])
    return front + mac(key, front)


def framed(message: bytes) -> bytes:
    """Return a message as it stands on the wire, behind its length."""
    return len(message).to_bytes(LENGTH_BYTES, "big") + message


def decode(raw: bytes) -> dict[str, str]:
    """Return the fields of a message, whoever wrote it.

    :raises Malformed: if it is none
    """
    try:
        fields, _ = iso8583.decode(raw, SPEC)
    except (iso8583.DecodeError, ValueError, IndexError) as error:
        # The library's own words would tell what stood there.
        raise Malformed("cannot be read") from error
    if not all(value.isascii() and value.isprintable() for value in fields.values()):
        raise Malformed("a field is not made of letters")
    return dict(fields)


def is_genuine(raw: bytes, fields: Fields, key: str) -> bool:
    """Return whether a message ends in the code that only the scheme and the bank can make."""
    last = SECOND_MAC if "1" in fields or _has_second(fields) else FIRST_MAC
    if last not in fields or not key:
        return False
    return hmac.compare_digest(raw[-MAC_BYTES:], mac(key, raw[:-MAC_BYTES]))


def mac(key: str, front: bytes) -> bytes:
    """Return the authentication code of a message that begins so."""
    return hmac.digest(key.encode(), front, sha256)[:MAC_BYTES]


def _has_second(fields: Fields) -> bool:
    return any(name.isdigit() and int(name) not in _FIRST_FIELDS for name in fields)


def tagged(text: str) -> dict[str, str]:
    """Return the parts of a private field: two digits of name, two of length, and the value.

    :raises Malformed: if it is not made so
    """
    found: dict[str, str] = {}
    while text:
        name, length, rest = text[:2], text[2:4], text[4:]
        if not (name.isdecimal() and length.isdecimal() and len(rest) >= int(length)):
            raise Malformed("a private field is not made of parts")
        found[name], text = rest[: int(length)], rest[int(length) :]
    return found


def untagged(parts: Mapping[str, str]) -> str:
    """Return parts as a private field has them."""
    return "".join(f"{name}{len(value):02d}{value}" for name, value in parts.items())
