"""Many postings in one call: each with its own id and its own answer, in the order given."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from core.errors import Refusal
from core.ledger.posting import Leg, Posted
from core.ledger.refusals import Request, refusal
from core.store.unit import Unit

LONGEST_BATCH = 1000


@dataclass(frozen=True, slots=True)
class Item:
    """One posting of one leg within a batch."""

    id: UUID
    type: str
    leg: Leg
    wallet: UUID | None
    reference: str = ""
    note: str = ""


def post_batch(unit: Unit, items: Sequence[Item]) -> list[Posted | Refusal]:
    """Post many at once and return each one's answer, in their order; a refusal is a value here.

    Each item is judged as if posted by itself after those before it. As long as none can be
    refused they are written as sets; a caller's mistake in one (an unknown account, an amount that
    is not positive) fails all of them and leaves nothing.
    """
    if not 1 <= len(items) <= LONGEST_BATCH:
        raise ValueError(f"a batch has 1 to {LONGEST_BATCH} items")
    rows = unit.all(
        "select code, facts, replayed, hash from ledger_post_batch(%(ids)s, %(types)s, %(debits)s,"
        " %(credits)s, %(amounts)s::bigint[], %(currencies)s, %(wallets)s::uuid[], %(references)s,"
        " %(notes)s, %(now)s, %(correlation)s) order by n",
        ids=[item.id for item in items],
        types=[item.type for item in items],
        debits=[item.leg.debit for item in items],
        credits=[item.leg.credit for item in items],
        amounts=[item.leg.amount.minor for item in items],
        currencies=[item.leg.amount.currency for item in items],
        wallets=[item.wallet for item in items],
        references=[item.reference for item in items],
        notes=[item.note for item in items],
        now=unit.now,
        correlation=unit.correlation,
    )
    return [
        Posted(item.id, replayed=row.replayed)
        if row.code == "posted"
        else refusal(row.code, row.facts, Request(item.id, bytes(row.hash)))
        for item, row in zip(items, rows, strict=True)
    ]
