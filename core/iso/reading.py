"""A bank's statement, whichever of the two families it was written in."""

from core.iso.messages import Statement
from core.iso.mt940 import is_mt940, read_mt940
from core.iso.statement import read_camt


def read_statement(content: bytes) -> tuple[Statement, ...]:
    """Return the statements of a file: camt.053, camt.054 or MT940, told by looking at it.

    :raises core.iso.messages.Unreadable: if it is none of them, or cannot be trusted
    """
    return read_mt940(content) if is_mt940(content) else read_camt(content)
