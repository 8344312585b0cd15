"""What the book promises, one file per subject: each promise a query that must find nothing.

A query selects ``(row, what)`` of what should not exist: the table with the key, and what is wrong.
"""

from core.ledger.checks import book, chart, clearing, holds, limits, status

CHECKS = {
    **book.CHECKS,
    **chart.CHECKS,
    **clearing.CHECKS,
    **holds.CHECKS,
    **limits.CHECKS,
    **status.CHECKS,
}
"""Promises: a row found here means that the book was tampered with, or that a function is wrong."""

WARNINGS = {**holds.WARNINGS}
"""What is no breach and wants looking at all the same; these may ask for the time, ``%(now)s``."""
