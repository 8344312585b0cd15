"""Why a payment did not arrive or came back: reason codes of ISO 20022, and what each means here.

The words customers read stand in ``templates/<language>/alerts.j2``, by the same codes. What mobile
money and other partners call by words of their own is brought to these codes first.
"""

from dataclasses import dataclass

OTHER = "NARR"
"""Whatever has no code of its own."""
NO_ROUTE = "NORT"
"""Ours: no rail is left that could carry it."""
TOO_LONG = "TOLO"
"""Ours: it could not leave for so long that it was given up."""


@dataclass(frozen=True, slots=True)
class Reason:
    """What a code means for a payment."""

    code: str
    meaning: str
    """For operations."""
    next_rail: bool
    """Whether another rail may carry it: the fault is the rail's, not the payment's."""
    payers: bool
    """Whether it came of what the payer wrote, so that the bank's fee was earned."""


REASONS = {
    one.code: one
    for one in (
        Reason("AC01", "account number incorrect", next_rail=False, payers=True),
        Reason("AC03", "creditor's account number invalid", next_rail=False, payers=True),
        Reason("AC04", "account closed", next_rail=False, payers=True),
        Reason("AC06", "account blocked", next_rail=False, payers=True),
        Reason("AG01", "transaction forbidden on this account", next_rail=False, payers=True),
        Reason("AG03", "this kind of payment is not supported", next_rail=True, payers=False),
        Reason("AM02", "amount not allowed", next_rail=True, payers=False),
        Reason(
            "AM04", "insufficient funds in our settlement account", next_rail=True, payers=False
        ),
        Reason("AM05", "duplicate", next_rail=False, payers=False),
        Reason("AM09", "wrong amount", next_rail=False, payers=False),
        Reason("AM14", "amount above what was agreed between banks", next_rail=True, payers=False),
        Reason("BE01", "name does not match the account", next_rail=False, payers=True),
        Reason("CUST", "asked for by the customer", next_rail=False, payers=True),
        Reason("DNOR", "our bank is not registered there", next_rail=True, payers=False),
        Reason("CNOR", "creditor's bank is not registered there", next_rail=True, payers=False),
        Reason("FOCR", "returned after a cancellation request", next_rail=False, payers=True),
        Reason("MD07", "the account's owner is deceased", next_rail=False, payers=True),
        Reason("MS03", "no reason given", next_rail=False, payers=False),
        Reason("RC01", "bank identifier incorrect", next_rail=True, payers=False),
        Reason("RR04", "regulatory reason", next_rail=False, payers=False),
        Reason("AB05", "time-out at the creditor's bank", next_rail=True, payers=False),
        Reason("AB06", "time-out at the instructed bank", next_rail=True, payers=False),
        Reason("AB08", "creditor's bank is not online", next_rail=True, payers=False),
        Reason("TM01", "arrived after the cut-off", next_rail=True, payers=False),
        Reason(OTHER, "told in words alone", next_rail=False, payers=False),
        Reason(NO_ROUTE, "no rail left", next_rail=False, payers=False),
        Reason(TOO_LONG, "could not leave in time", next_rail=False, payers=False),
    )
}

WORDS = {
    "account_unknown": "AC01",
    "account_closed": "AC04",
    "account_blocked": "AC06",
    "not_registered": "AC01",
    "name_mismatch": "BE01",
    "amount_not_allowed": "AM02",
    "over_limit": "AM14",
    "payee_limit": "AG01",
    "no_float": "AM04",
    "insufficient_funds": "AM04",
    "duplicate": "AM05",
    "partner_down": "AB08",
    "bank_offline": "AB08",
    "too_late": "TM01",
    "not_supported": "AG03",
    "bank_unknown": "RC01",
    "insufficient": "AM04",
    "below_least": "AM02",
    "whole_shillings": "AM02",
    "over_ceiling": "AG01",
    "busy": "AB08",
    "no_answer": "AB08",
    "not_delivered": "AB08",
    "expired": "AB05",
    "unsupported": "AG03",
    "cancelled": "CUST",
}
"""Codes of ISO 20022 for the words in which partners refuse."""


def reason(code: str) -> Reason:
    """Return what a code or a partner's word means; what nobody has heard of is ``NARR``."""
    return REASONS.get(WORDS.get(code, code.upper()), REASONS[OTHER])
