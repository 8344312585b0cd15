"""The language a customer likely speaks, when PostgreSQL cannot be asked."""

from collections import OrderedDict
from threading import Lock

MOST_KNOWN = 10_000
BY_NUMBER = {"+221": "fr", "+225": "fr", "+237": "fr", "+255": "sw"}
BY_COUNTRY = {"SN": "fr", "CI": "fr", "CM": "fr", "TZ": "sw"}
"""What is spoken where a number or a WhatsApp id comes from; English elsewhere."""


class Likely:
    """Remembers in this process, for the customers heard last, which language they spoke."""

    def __init__(self, most: int = MOST_KNOWN) -> None:
        self._most, self._known, self._lock = most, OrderedDict[str, str](), Lock()

    def note(self, address: str, language: str) -> None:
        """Remember what somebody was answered in."""
        with self._lock:
            self._known[address] = language
            self._known.move_to_end(address)
            if len(self._known) > self._most:
                self._known.popitem(last=False)

    def language(self, address: str) -> str:
        """Return the language heard last from an address, else that of its number's country."""
        return self._known.get(address) or first_language(address)


def first_language(address: str) -> str:
    """Return the language a stranger is greeted in."""
    if address[2:3] == ".":
        return BY_COUNTRY.get(address[:2], "en")
    return BY_NUMBER.get(address[:4], "en")
