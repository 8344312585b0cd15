"""What cases are about, and how urgent each kind is at first."""

from collections.abc import Mapping

from core.crm.sla import Priority

CATEGORIES: Mapping[str, Mapping[str, Priority]] = {
    "Transfer": {
        "wrong_recipient": "High",  # what is left of the money can still be held
        "not_received": "High",
        "amount_wrong": "High",
        "recall": "High",
        "failed": "Medium",  # each kind of payment has its own (core.crm.failed_payments)
        "": "Medium",
    },
    "Card": {"dispute": "High", "": "High"},
    "Account": {"locked": "High", "number_changed": "High", "statement": "Low", "": "Medium"},
    "Access": {"pin": "High", "sim_changed": "Critical", "": "Medium"},
    "Fees": {"": "Low"},
    "Fraud": {"": "Critical"},
    "Deposit": {"suspense": "High", "stuck": "High", "failed": "High", "": "Medium"},
    "Reconciliation": {"": "Medium"},
    "Hedging": {"": "High"},  # the bank does not know what it owes, and whether it is covered
    "Complaint": {"": "Medium"},
    "Question": {"person": "Medium", "": "Low"},  # somebody asked for a person waits for one
    "Other": {"": "Low"},
}
"""Sub-categories of each category (the empty one: any other), and the priority at first."""


def is_known(category: str, sub_category: str) -> bool:
    """Return whether cases can be about that."""
    return sub_category in CATEGORIES.get(category, {})


def priority_of(category: str, sub_category: str) -> Priority:
    """Return the priority that a case about that begins with.

    :raises KeyError: if no case can be about that
    """
    return CATEGORIES[category][sub_category]
