"""The desk, whole: importing this gives the blueprint every page of it."""

from bot.console import (
    approvals,
    asks,
    audit,
    case,
    case_acts,
    case_talk,
    cases,
    customers,
    home,
    letters,
    live,
    security,
    sign_in,
    staff,
)
from bot.console.shell import console

__all__ = [
    "approvals",
    "asks",
    "audit",
    "case",
    "case_acts",
    "case_talk",
    "cases",
    "console",
    "customers",
    "home",
    "letters",
    "live",
    "security",
    "sign_in",
    "staff",
]
