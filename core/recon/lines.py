"""Writing the lines of a source as items: in sets, what is personal sealed."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from uuid import UUID

from core.recon.told import Line, Told
from core.store.unit import Unit

AT_ONCE = 2000
"""Lines that one statement writes: they are sealed before, and the server waits for nobody long."""
DETAILS = "recon_items.details"
TOKEN = "recon account"  # noqa: S105 - what kind of token

INSERT = """
insert into recon_items (source, side, nostro, currency, partner, rail, day, amount, state,
    end_to_end, reference, batch, token, overcharge, source_id, n, details)
select %(kind)s, 'theirs', coalesce(%(nostro)s, r.nostro, a.nostro), l.currency, %(partner)s,
    coalesce(r.rail, ''), l.day, l.amount, l.state, l.end_to_end, l.reference, l.batch, l.token,
    greatest(0, l.fee - coalesce(r.cost, 0)), %(source)s, l.n, l.details
from unnest(%(currencies)s::text[], %(days)s::date[], %(amounts)s::bigint[], %(states)s::text[],
        %(ends)s::text[], %(references)s::text[], %(batches)s::text[], %(tokens)s::text[],
        %(fees)s::bigint[], %(ns)s::int[], %(details)s::bytea[])
    l (currency, day, amount, state, end_to_end, reference, batch, token, fee, n, details)
left join rails r on %(partner)s <> '' and (r.partner, r.currency::text) = (%(partner)s, l.currency)
left join lateral (
    -- A currency that the rail does not carry is still told of, and is found to be the wrong one.
    select min(nostro) as nostro from rails where partner = %(partner)s) a on true
"""


def write_lines(unit: Unit, source: UUID, told: Told, partner: str, nostro: str | None) -> None:
    """Write the lines of a source, numbered from 1 in their order."""
    numbered = enumerate(told.lines, start=1)
    while some := tuple(islice(numbered, AT_ONCE)):
        unit.run(
            INSERT,
            kind=told.kind,
            source=source,
            partner=partner,
            nostro=nostro,
            currencies=[one.amount.currency for _, one in some],
            days=[one.day for _, one in some],
            amounts=[one.amount.minor for _, one in some],
            states=[one.state for _, one in some],
            ends=[one.end_to_end for _, one in some],
            references=[one.reference for _, one in some],
            batches=[one.batch for _, one in some],
            tokens=[token(unit, one.account) for _, one in some],
            fees=[one.fee for _, one in some],
            ns=[n for n, _ in some],
            details=list(_sealed(unit, source, some)),
        )


def token(unit: Unit, account: str) -> str | None:
    """Return what stands for an account at another bank; None for none. Nobody can turn it back."""
    plain = re.sub(r"[\s.\-]", "", account).upper()
    return unit.keys.token(plain, kind=TOKEN) if plain else None


def details(unit: Unit, *, source: UUID, n: int, sealed: bytes | None) -> Mapping[str, str]:
    """Return name, account and words of a line, opened; nothing where it had none."""
    if sealed is None:
        return {}
    opened: dict[str, str] = unit.keys.open_json(sealed, field=DETAILS, row=f"{source} {n}")
    return opened


def _sealed(unit: Unit, source: UUID, lines: Sequence[tuple[int, Line]]) -> Iterator[bytes | None]:
    for n, one in lines:
        personal = {"name": one.name, "account": one.account, "words": one.words}
        told = {key: value for key, value in personal.items() if value}
        yield (unit.keys.seal_json(told, field=DETAILS, row=f"{source} {n}") if told else None)
