"""MT940, the statement of SWIFT's older family, as banks still send it: many dialects of one form.

The library mt-940 knows the dialects. What it gives is taken over exactly; nothing is guessed.
"""

import re
from datetime import date
from typing import Any

import mt940

from core.iso.messages import Entry, Statement, Unreadable
from core.iso.values import money
from core.money import Money

LARGEST = 8 * 1024 * 1024
"""Bytes of a file: some 100,000 movements, which take the library ten seconds."""
_TAG = re.compile(r"^:20:", re.MULTILINE)
_NOTHING = {"", "NONREF", "NOTPROVIDED"}
# Where the words of a movement carry the id that went with the money: SEPA's EREF, SWIFT's /EREF/.
_END_TO_END = re.compile(r"(?:/EREF/|EREF\+)([^/\n+]{1,35})")


def is_mt940(content: bytes) -> bool:
    """Return whether a file looks like MT940 rather than XML."""
    return re.search(rb"^:20:", content[:4096], re.MULTILINE) is not None


def read_mt940(content: bytes) -> tuple[Statement, ...]:
    """Return the statements of a file, in its order.

    :raises Unreadable: if there is none in it, or one has no balances, or is of no currency of ours
    """
    if len(content) > LARGEST:
        raise Unreadable(f"{len(content)} bytes are more than a statement has")
    text = _text(content)
    try:
        # As bytes: a text might be taken for the name of a file.
        found = mt940.parse_statements(text.encode(), options=mt940.Options.all())
    except (ValueError, KeyError, RuntimeError, ArithmeticError, AttributeError) as error:
        raise Unreadable(f"an MT940 that cannot be read: {type(error).__name__}") from None
    if len(found) != len(_TAG.findall(text)) or not found:
        raise Unreadable("no MT940")
    return tuple(_statement(one) for one in found)


def _text(content: bytes) -> str:
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding).replace("\r\n", "\n")
        except UnicodeDecodeError:
            continue
    raise Unreadable("an MT940 in an unknown encoding")


def _statement(one: Any) -> Statement:  # noqa: ANN401 - mt-940's own collection
    told = one.data
    opening = told.get("final_opening_balance") or told.get("intermediate_opening_balance")
    closing = told.get("final_closing_balance") or told.get("intermediate_closing_balance")
    if opening is None or closing is None:
        raise Unreadable("a statement without its two balances")
    account, _, bank = _account(str(told.get("account_identification", "")))
    return Statement(
        id=str(told.get("transaction_reference", "")),
        account=account,
        currency=str(opening.amount.currency),
        entries=tuple(_entry(each) for each in one if each.data.get("amount")),
        opening=_money(opening.amount),
        opened_on=_day(opening.date),
        closing=_money(closing.amount),
        closed_on=_day(closing.date),
        number="/".join(
            str(told[key]) for key in ("statement_number", "sequence_number") if told.get(key)
        ),
        bank=bank,
    )


def _account(told: str) -> tuple[str, str, str]:
    """Split ``BIC/account``, as some banks write it, from the plain account number."""
    bank, slash, account = told.rpartition("/")
    is_bic = bool(re.fullmatch(r"[A-Z0-9]{8}(?:[A-Z0-9]{3})?", bank))
    return (account, slash, bank) if is_bic else (told, "", "")


def _entry(one: Any) -> Entry:  # noqa: ANN401
    told = one.data
    details = str(told.get("transaction_details") or "")
    words = " ".join(f"{told.get('purpose') or details} {told.get('extra_details') or ''}".split())
    customer, bank = (
        "" if str(told.get(key) or "") in _NOTHING else str(told[key])
        for key in ("customer_reference", "bank_reference")
    )
    named = _END_TO_END.search(details)
    return Entry(
        amount=_money(told["amount"]),
        booked_on=_day(told.get("guessed_entry_date") or told.get("date")),
        valued_on=_day(told.get("date")),
        reference=bank or customer,
        end_to_end=str(told.get("end_to_end_reference") or (named and named[1]) or customer),
        reversal=str(told.get("status") or "").upper().startswith("R"),
        code=str(told.get("id") or ""),
        name=" ".join(str(told.get("applicant_name") or "").split()),
        words=words,
    )


def _money(amount: Any) -> Money:  # noqa: ANN401
    return money(amount.amount, str(amount.currency))


def _day(told: Any) -> date | None:  # noqa: ANN401
    return date(told.year, told.month, told.day) if told else None
