"""Erasing what is known of a customer who has left, while the book stays.

The right to be forgotten (GDPR article 17, Kenya's Data Protection Act section 40) ends where the
law makes a bank keep records: payments, and who the parties were, for seven years after the account
was closed (Kenya's Proceeds of Crime and Anti-Money Laundering Act, section 46). So what somebody
can be reached by and what was said goes at once; who they were goes when the seven years are over.
"""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from core.errors import Refusal
from core.store.unit import Unit

KEPT_FOR = timedelta(days=7 * 365 + 2)
FIRST_NAME, LAST_NAME = "Former", "Customer"
"""Who a forgotten customer is to others; a row of the book still needs a name to show."""
WORD = "Erased"
"""What stands where words were that a row cannot be without."""
BY = "erasure"
"""Who changed a forgotten customer's row last: that tells it from that of one who has left."""


class WalletsOpen(Refusal):
    """A wallet is not closed yet: whoever has money here is known here."""

    code = "wallets_open"


def erase(unit: Unit, customer: UUID) -> Mapping[str, str]:
    """Forget a customer; return ``identity``: ``erased``, or the day until which it is kept.

    The ledger, transfers, consents and the audit log keep their ids, amounts and times; cases keep
    what happened without what was said. May be done again, as the job does that looks for
    identities whose seven years are over.

    :raises WalletsOpen: if a wallet is not closed
    """
    left = unit.one(
        """
        select coalesce(bool_or(a.status <> 'closed'), false) as has_open,
            max(s.at) filter (where s.after = 'closed') as closed_at
        from ledger_accounts a
            left join account_status_changes s on s.account_id = a.account_id
        where a.owner = %(customer)s
        """,
        customer=customer,
    )
    if left.has_open:
        raise WalletsOpen
    until = None if left.closed_at is None else left.closed_at + KEPT_FOR
    over = until is None or until <= unit.now
    _overwrite_cases(unit, customer)
    if over:
        _overwrite_reasons(unit, customer)
    unit.run(
        "select erase_customer(%(customer)s, %(identity)s, %(first)s, %(last)s, %(by)s, %(now)s)",
        customer=customer,
        identity=over,
        first=unit.keys.seal(FIRST_NAME, field="customers.first_name", row=customer),
        last=unit.keys.seal(LAST_NAME, field="customers.last_name", row=customer),
        by=BY,
        now=unit.now,
    )
    return {"identity": "erased" if over or until is None else until.date().isoformat()}


def due(unit: Unit, *, limit: int = 100) -> list[UUID]:
    """Return forgotten customers whose names need not be kept any longer."""
    rows = unit.all(
        """
        select c.id from customers c
        where c.updated_by = 'erasure' and c.name_index <> '{}' and not exists (
            select from ledger_accounts a
                join account_status_changes s on s.account_id = a.account_id
            where a.owner = c.id and s.after = 'closed' and s.at > %(until)s)
        order by c.id limit %(limit)s
        """,
        until=unit.now - KEPT_FOR,
        limit=limit,
    )
    return [row.id for row in rows]


def _overwrite_cases(unit: Unit, customer: UUID) -> None:
    """Put one word in place of all that was said in a customer's cases, also by staff."""
    for table, columns, owned in (
        ("cases", ("title", "description"), "customer_id = %(customer)s"),
        (
            "case_notes",
            ("words",),
            "case_id in (select id from cases where customer_id = %(customer)s)",
        ),
    ):
        ids = _ids(unit, f"select id from {table} where {owned}", customer)
        for column in columns:
            unit.run(
                f"""
                update {table} t set {column} = v.word
                from unnest(%(ids)s::uuid[], %(words)s::bytea[]) as v(id, word) where t.id = v.id
                """,
                ids=ids,
                words=_sealed(unit, f"{table}.{column}", ids),
            )


def _overwrite_reasons(unit: Unit, customer: UUID) -> None:
    ids = _ids(unit, "select id from approvals where customer_id = %(customer)s", customer)
    unit.run(
        "select erase_reasons(%(ids)s::uuid[], %(reasons)s::bytea[], %(decisions)s::bytea[])",
        ids=ids,
        reasons=_sealed(unit, "approvals.reason", ids),
        decisions=_sealed(unit, "approvals.decision", ids),
    )


def _ids(unit: Unit, statement: str, customer: UUID) -> list[UUID]:
    return [row.id for row in unit.all(statement, customer=customer)]


def _sealed(unit: Unit, field: str, ids: list[UUID]) -> list[bytes]:
    return [unit.keys.seal(WORD, field=field, row=one) for one in ids]
