"""A book with every kind of row that is sealed, in several blocks."""

from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine

from core.ledger import anchors, book, seals
from core.ledger.anchors import Anchor
from core.ledger.seals import Block, SealKey
from core.store.unit import Unit, open_unit
from tests.core.ledger.books import NOW, customer, kes, send
from tests.support.keys import KEYS

KEY = SealKey(b"a seed of thirty-two bytes, test")
GUARDED = (
    "transactions", "ledger_entries", "ledger_refusals", "hold_events", "account_status_changes",
    "ledger_holds", "ledger_accounts", "ledger_blocks", "seal_keys", "ledger_eras",
)  # fmt: skip


@dataclass(repr=False)
class Sealed:
    """The book: how to open a unit on it, and what was sealed and anchored."""

    engine: Engine
    admin: Engine
    blocks: list[Block] = field(default_factory=list)
    anchors: list[Anchor] = field(default_factory=list)
    paid: list[UUID] = field(default_factory=list)

    def __repr__(self):
        return f"Sealed({len(self.blocks)} blocks)"

    @contextmanager
    def unit(self, minutes: int = 0):
        now = NOW + timedelta(minutes=minutes)
        with open_unit(self.engine, keys=KEYS, now=now, new_id=uuid4, correlation="test") as unit:
            yield unit

    def seal(self, *, key: SealKey = KEY, most: int = seals.MOST_PER_BLOCK) -> Block | None:
        with self.unit(len(self.blocks)) as unit:
            block = seals.seal(unit, key, most=most)
        if block:
            self.blocks.append(block)
            with self.unit() as unit:
                self.anchors.append(anchors.head(unit))
        return block

    def pay(self, times: int = 1) -> list[UUID]:
        """Post some payments between two customers, each in a transaction of its own."""
        with self.unit() as unit:
            amina, brian = customer(unit, holds=kes(100)), customer(unit)
        ids = [uuid4() for _ in range(times)]
        for one in ids:
            with self.unit() as unit:
                send(unit, amina.wallet, brian.wallet, kes(1), key=one, note="chai, “mandazi” 100%")
        self.paid += ids
        return ids

    def refuse(self) -> UUID:
        """Have a payment refused for want of money."""
        key = uuid4()
        with self.unit() as unit:
            amina, brian = customer(unit), customer(unit)
            with pytest.raises(book.InsufficientFunds):
                send(unit, amina.wallet, brian.wallet, kes(1), key=key)
        return key

    @contextmanager
    def tampering(self):
        """A superuser's unit with every guard taken down; nothing of it stays."""
        with self.admin.connect() as connection:
            outer = connection.begin()
            for table in GUARDED:
                connection.exec_driver_sql(f"alter table {table} disable trigger all")
            connection.exec_driver_sql("set local session_replication_role = replica")
            yield Unit(connection, NOW, uuid4, "tamperer", KEYS)
            outer.rollback()

    @contextmanager
    def tampered(self):
        """As `tampering`, and all of it stays."""
        with self.admin.begin() as connection:
            for table in GUARDED:
                connection.exec_driver_sql(f"alter table {table} disable trigger user")
            yield Unit(connection, NOW, uuid4, "tamperer", KEYS)
            guards = connection.exec_driver_sql(
                "select tgrelid::regclass::text, tgname from pg_trigger"
                " where tgenabled = 'D' and not tgisinternal"
            )
            for table, name in guards.all():
                connection.exec_driver_sql(f"alter table {table} enable always trigger {name}")


def fill(sealed: Sealed) -> None:
    """Write rows of every kind into three blocks."""
    for _ in range(3):
        sealed.pay(3)
        sealed.refuse()
        _hold(sealed)
        assert sealed.seal()


def _hold(sealed: Sealed) -> None:
    """Rows as holds and changes of status leave them."""
    with sealed.unit() as unit:
        one, other = customer(unit), customer(unit)
    facts = {"id": uuid4(), "debit": one.wallet, "credit": other.wallet, "now": NOW}
    with sealed.admin.connect() as connection, connection.begin():
        unit = replace(Unit(connection, NOW, uuid4, "test", KEYS))
        unit.run(
            """
            insert into ledger_holds (hold_id, type, debit_id, credit_id, currency, reference, note,
                authorised, rest, over_points, over_amount, status, authorised_at, expires_at,
                counted, in_day, in_month)
            values (%(id)s, 'transfer', %(debit)s, %(credit)s, 'KES', '', '', 5, 0, 0, 0, 'voided',
                %(now)s, %(now)s, 0, 0, 0)""",
            **facts,
        )
        unit.run(
            """
            insert into hold_events (id, hold_id, seq, kind, amount, rest, expires_at, at,
                correlation, body_hash)
            select gen_random_uuid(), %(id)s, s, k, 5, 5 * (2 - s), %(now)s, %(now)s, 'test', 'x'
              from (values (1, 'authorised'), (2, 'voided')) v (s, k)""",
            **facts,
        )
        unit.run(
            """
            insert into account_status_changes (id, account_id, before, after, changed_by, reason,
                at, correlation, body_hash)
            values (gen_random_uuid(), %(debit)s, 'active', 'frozen', 'ops', 'asked', %(now)s,
                'test', 'x')""",
            **facts,
        )
