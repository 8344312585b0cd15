"""Words on their way to people: what must not be read there is masked."""

import re
from collections.abc import Mapping

from core import pii
from core.phone import is_phone, mask

HIDDEN = "****"
TOLD = ("amount", "name", "phone", "bank", "currency", "reference")
"""What of an interrupted story may be told to staff; everything else stays in it."""
_NAMES_A_SECRET = re.compile(
    r"\b(?:pins?|otp|codes?|passwords?|passcodes?|nywila|siri|mots? de passe)\b", re.IGNORECASE
)
_MAY_BE_SECRET = re.compile(r"(?<![\d.,])\d{4,8}(?!\d|[.,]\d)")
_ALONE = re.compile(r"\d{4}|\d{6}")


def without_secrets(text: str) -> str:
    """Return words without card numbers, and without what may be a PIN or a code.

    Where words name one, every number of four to eight digits goes; so does a message that is
    nothing but as many digits as a PIN or a code has. Amounts and phones elsewhere stay; of a card
    number the last four digits do (PCI DSS 4.0, requirement 3.4).
    """
    text = pii.mask_cards(text)
    if _ALONE.fullmatch(text.strip()) or _NAMES_A_SECRET.search(text):
        return _MAY_BE_SECRET.sub(HIDDEN, text)
    return text


def interrupted(flow: str, step: str, slots: Mapping[str, str]) -> str:
    """Return where a customer stood in another story, and what they had said there, for staff."""
    shown = (f"{name} {one}" for name, one in told(slots).items())
    return ": ".join(filter(None, (f"{flow}.{step}", ", ".join(shown))))


def told(slots: Mapping[str, str]) -> dict[str, str]:
    """Return what of an interrupted story's slots staff may read, phones masked."""
    shown = {name: slots[name] for name in TOLD if slots.get(name)}
    return {name: mask(one) if is_phone(one) else one for name, one in shown.items()}
