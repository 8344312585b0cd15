"""Writing a made-up day into the book: settlements in sets, postings by the ledger's batch."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime, time
from uuid import UUID, uuid5

from bench.recon_day import CURRENCY, ON, Day, Payment
from core.ledger import book
from core.ledger.batch import LONGEST_BATCH
from core.money import Money
from core.settlement.store import ACCOUNT, NAME
from core.store.unit import Unit

STRIPES = 8
AT = datetime.combine(ON, time(9), UTC)
MOVED = ("settled", "returned")
CLEARING = {
    "pesalink": "clearing_pesalink", "rtgs": "clearing_rtgs", "eft": "clearing_eft",
}  # fmt: skip
Units = Callable[[], AbstractContextManager[Unit]]

SETTLEMENTS = """
insert into settlements (settlement_id, customer_id, wallet_id, bank_id, kind, account_no,
    payee_name, confirmed, destination, amount, currency, fee, status, "timestamp", reference,
    channel, rail, partner_reference, window_id, expected_by, correlation, settled_at, ended_at,
    order_id, clearing, in_clearing, reserved_at)
select p.id, %(customer)s, %(customer)s, p.bank, 'bank', p.account, p.name, true, p.id, p.amount,
    %(currency)s, 0, p.status, %(at)s, p.reference, 'ussd', p.rail, p.number,
    case when p.in_window then %(window)s end, %(at)s, 'bench', f.ended, f.ended,
    case when f.ended is null then p.id end, case when f.ended is null then r.clearing end,
    case when f.ended is null then p.amount else 0 end, case when f.ended is null then r.nostro end
from unnest(%(ids)s::uuid[], %(banks)s::text[], %(accounts)s::bytea[], %(names)s::bytea[],
    %(amounts)s::bigint[], %(statuses)s::text[], %(references)s::text[], %(rails)s::text[],
    %(numbers)s::text[], %(windows)s::bool[])
    p (id, bank, account, name, amount, status, reference, rail, number, in_window)
join rails r on r.rail = p.rail
cross join lateral (
    select case when p.status not in ('sent', 'accepted') then %(at)s::timestamptz end as ended) f
"""


def write(units: Units, day: Day, *, customer: UUID) -> None:
    """Write the day's settlements and postings; each batch is a unit whose time is in the day."""
    with units() as unit:
        unit.run(
            """
            insert into netting_windows (window_id, rail, currency, cutoff_at, settles_at)
            values (%(id)s, 'KE-EFT', %(currency)s, %(at)s, %(at)s) on conflict do nothing
            """,
            id=day.window,
            currency=CURRENCY,
            at=AT,
        )
    for some in _batches(day.payments):
        with units() as unit:
            _settlements(unit, day, some, customer)
            _post(unit, [one for one in some if one.status in MOVED], back=False)
    for some in _batches(day.returned):
        with units() as unit:
            _post(unit, some, back=True)


def _batches(payments: Sequence[Payment]) -> Iterator[Sequence[Payment]]:
    for start in range(0, len(payments), LONGEST_BATCH):
        yield payments[start : start + LONGEST_BATCH]


def _settlements(unit: Unit, day: Day, some: Sequence[Payment], customer: UUID) -> None:
    unit.run(
        SETTLEMENTS,
        customer=customer,
        window=day.window,
        currency=CURRENCY,
        at=AT,
        ids=[one.id for one in some],
        banks=[one.bank_id for one in some],
        accounts=[unit.keys.seal(one.account, field=ACCOUNT, row=one.id) for one in some],
        names=[unit.keys.seal("Juma Otieno", field=NAME, row=one.id) for one in some],
        amounts=[one.amount for one in some],
        statuses=[one.status for one in some],
        references=[one.reference for one in some],
        rails=[one.rail for one in some],
        numbers=[one.number for one in some],
        windows=[one.partner == "eft" for one in some],
    )


def _post(unit: Unit, some: Sequence[Payment], *, back: bool) -> None:
    if not some:
        return
    unit.now = AT
    stripes = [UUID(int=n) for n in range(STRIPES)]
    nostros = [
        book.system_account(unit, "nostro_central", CURRENCY, spread_by=one) for one in stripes
    ]
    clearings = {
        partner: book.system_account(unit, kind, CURRENCY) for partner, kind in CLEARING.items()
    }
    items = []
    for nth, one in enumerate(some):
        ends = (clearings[one.partner], nostros[nth % STRIPES])
        debit, credit = reversed(ends) if back else ends
        items.append(
            book.Item(
                uuid5(one.id, "back" if back else "settle"),
                "settlement",
                book.Leg(debit, credit, Money(one.amount, CURRENCY)),
                None,
                reference=one.reference,
            )
        )
    book.post_batch(unit, items)
