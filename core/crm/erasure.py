"""Erasing what is known of a customer who has left, while the book stays.

The right to be forgotten (GDPR article 17, Kenya's Data Protection Act section 40) ends where the
law makes a bank keep records (GDPR article 17(3)(b)): payments, who the parties were, and what was
made of both, for at least seven years after the relationship ended (Kenya's Proceeds of Crime and
Anti-Money Laundering Act 2009, section 46). So what somebody can be reached by and what was said
goes at once. Who they were goes when the seven years are over, for then nothing makes the bank keep
it (GDPR article 5(1)(e), Kenya's Data Protection Act 2019, section 39), and with it whom they and
those they paid were compared with, how their payments were judged, and what was suspected of them.

Nobody is forgotten while something of theirs is not over. Of what kind that is, the database alone
knows: here, and in every log, count and page, somebody who is held is like somebody who is not due.
"""

from collections.abc import Mapping
from uuid import UUID

from core.crm.retention import SEVEN_YEARS
from core.errors import Refusal
from core.store.unit import Unit

KEPT_FOR = SEVEN_YEARS
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
    """Forget a customer; return ``identity``: the day until which who they were is kept at least.

    The ledger, transfers, consents and the audit log keep their ids, amounts and times; cases keep
    what happened without what was said. Who they were is forgotten by `forget_identity`, also of
    somebody whose seven years are over already. May be done again.

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
    until = unit.now if left.closed_at is None else max(left.closed_at + KEPT_FOR, unit.now)
    _overwrite_cases(unit, customer)
    _erase(unit, customer, identity=False)
    return {"identity": until.date().isoformat()}


def due(unit: Unit, *, limit: int = 100) -> list[UUID]:
    """Return forgotten customers who need not be known any longer, of whom nothing is held."""
    return _due(unit, None, limit)


def forget_identity(unit: Unit, customer: UUID) -> bool:
    """Forget who a forgotten customer was, if that is due; return whether it is done."""
    if not _due(unit, customer, 1):
        return False
    _erase(unit, customer, identity=True)
    done: bool = unit.value(
        "select name_index = '{}' from customers where id = %(customer)s", customer=customer
    )
    if done:
        _overwrite_reasons(unit, customer)
    return done


def _due(unit: Unit, customer: UUID | None, limit: int) -> list[UUID]:
    rows = unit.all(
        "select id from erasures_due(%(customer)s, %(until)s, %(limit)s) as due (id)",
        customer=customer,
        until=unit.now - KEPT_FOR,
        limit=limit,
    )
    return [row.id for row in rows]


def _erase(unit: Unit, customer: UUID, *, identity: bool) -> None:
    unit.run(
        "select erase_customer(%(customer)s, %(identity)s, %(first)s, %(last)s, %(by)s, %(now)s)",
        customer=customer,
        identity=identity,
        first=unit.keys.seal(FIRST_NAME, field="customers.first_name", row=customer),
        last=unit.keys.seal(LAST_NAME, field="customers.last_name", row=customer),
        by=BY,
        now=unit.now,
    )


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
