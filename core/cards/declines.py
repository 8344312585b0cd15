"""Why a card payment is declined: each reason with its ISO 8583 response code.

The code is for the scheme, and says less; the reason is for the customer, and is put into words in
``templates/<language>/alerts.j2``.
"""

from collections.abc import Mapping

from core.cards.cards import Status
from core.errors import Refusal

NOT_POSSIBLE = "not_possible"
"""Why not, where nobody is told more: a wallet that is frozen, a payment that is stopped."""
CODES: Mapping[str, str] = {
    "unreadable": "30",
    "unknown_card": "14",
    "not_active": "78",
    "paused": "62",
    "blocked": "62",
    "lost": "41",
    "stolen": "43",
    "closed": "14",
    "expired": "54",
    "security_code": "82",
    "pin_missing": "55",
    "pin_wrong": "55",
    "pin_blocked": "75",
    "pin_unset": "55",
    "currency": "57",
    "rule_forbidden": "57",
    "rule_transaction": "61",
    "rule_day": "61",
    "rule_month": "61",
    "rule_count": "65",
    "month_limit": "61",
    "tier_limit": "61",
    "proof_needed": "1A",
    "funds": "51",
    NOT_POSSIBLE: "62",
    "no_original": "25",
    "repeated": "94",
    "elsewhere": "05",
    "unavailable": "91",
    "broken": "96",
}
"""The response code of each reason."""
BY_STATUS: Mapping[Status, str] = {
    "requested": "not_active",
    "produced": "not_active",
    "shipped": "not_active",
    "paused": "paused",
    "blocked": "blocked",
    "lost": "lost",
    "stolen": "stolen",
    "closed": "closed",
    "replaced": "closed",
    "failed": "closed",
}
"""Why a card of that status does not pay; ``active`` does."""
BY_LEDGER: Mapping[str, str] = {"insufficient_funds": "funds", "limit_exceeded": "tier_limit"}
"""Refusals of the ledger that have a reason of their own; the others are ``not_possible``."""


def of_refusal(refused: Refusal) -> str:
    """Return the reason for what the ledger refused."""
    return BY_LEDGER.get(refused.code, NOT_POSSIBLE)
