"""Accounts at other banks, by their tokens: what is matched by where the money went.

Our payments keep the payee's account sealed. Only what no id has matched, and whose amount somebody
tells of, is opened to make its token.
"""

from core.recon.lines import token
from core.settlement.store import ACCOUNT
from core.store.unit import Unit, jsonb

MOST = 5000
"""Payments that one run opens. More have no id in common only where a file has none at all."""


def tell_tokens(unit: Unit) -> None:
    """Write the tokens of accounts to open items of ours that a line may be matched by."""
    rows = unit.all(
        """
        select s.settlement_id, s.account_no, array_agg(i.item_id) as items
        from recon_items i join settlements s on s.settlement_id = i.settlement_id
        where i.match_id is null and i.side = 'ours' and i.token is null
            and s.account_no is not null and (i.source, i.nostro, i.currency, i.amount) in (
                select t.source, t.nostro, t.currency, t.amount from recon_items t
                where t.match_id is null and t.side = 'theirs' and t.token is not null)
        group by s.settlement_id, s.account_no limit %(most)s
        """,
        most=MOST,
    )
    tokens = [
        token(unit, unit.keys.open(row.account_no, field=ACCOUNT, row=row.settlement_id))
        for row in rows
    ]
    if not rows:
        return
    unit.run(
        """
        update recon_items i set token = t.token
        from jsonb_to_recordset(%(tokens)s) t(item_id bigint, token text)
        where i.item_id = t.item_id
        """,
        tokens=jsonb(
            [
                {"item_id": item, "token": made}
                for row, made in zip(rows, tokens, strict=True)
                for item in row.items
            ]
        ),
    )
