"""What every provider's wire needs: hostile text made harmless, callers checked, waits read."""

import hmac
import math
import re
from collections.abc import Sequence
from ipaddress import ip_address, ip_network

LONGEST_WAIT = 3600.0  # seconds: a provider's Retry-After beyond this is not believed

_E164 = re.compile(r"\+[1-9]\d{6,14}")
# PostgreSQL keeps no NUL, and a lone surrogate cannot be encoded; neither is ever meant.
_UNKEEPABLE = re.compile(r"[\x00\ud800-\udfff]")


def clean(text: str, longest: int) -> str:
    """Return the text as a database can keep it, cut to ``longest`` characters."""
    return _UNKEEPABLE.sub("", text[: longest * 2])[:longest]


def phone(text: str) -> str:
    """Return the number as E.164, or nothing when it is none.

    Gateways forget the plus sign, or forget to escape it, so that it arrives as a space.
    """
    digits = text.strip().removeprefix("+")
    number = f"+{digits}"
    return number if digits.isascii() and _E164.fullmatch(number) else ""


def same(given: str, ours: str) -> bool:
    """Return whether two secrets are equal, in constant time; an empty secret equals nothing."""
    if not ours:
        return False
    return hmac.compare_digest(
        given.encode("utf-8", "surrogatepass"), ours.encode("utf-8", "surrogatepass")
    )


class AllowList:
    """The addresses and networks a provider may call from; an empty list allows any."""

    def __init__(self, allowed: Sequence[str]) -> None:
        self._networks = tuple(ip_network(entry, strict=False) for entry in allowed)

    def allows(self, remote: str) -> bool:
        """Return whether a call may come from this address."""
        if not self._networks:
            return True
        try:
            caller = ip_address(remote)
        except ValueError:
            return False
        return any(caller in network for network in self._networks)


def seconds(retry_after: str | None) -> float | None:
    """Return the seconds of a ``Retry-After`` header, or None when it has none.

    The form with a date is left out: reading it takes a clock, and these providers send seconds.
    """
    try:
        wait = float(retry_after or "")
    except ValueError:
        return None
    return min(wait, LONGEST_WAIT) if math.isfinite(wait) and wait >= 0 else None
