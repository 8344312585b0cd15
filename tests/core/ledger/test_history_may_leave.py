"""What must be true today so that old partitions of the book can be taken out one day."""

import base64
import json

import pytest

from core.ledger import merkle, seals
from core.ledger.checks.seals import verify_seals
from core.ledger.export import export, verify_export
from core.ledger.proof import Proof, check
from tests.core.ledger.sealed import KEY, Sealed, fill
from tests.support import alone

servers = alone.servers  # whose transactions nobody else keeps open

HISTORY = ("transactions", "ledger_entries", "ledger_refusals", "hold_events")


@pytest.fixture
def book(clean_engine, clean_admin_engine):
    book = Sealed(clean_engine, clean_admin_engine)
    fill(book)
    return book


def test_rows_that_have_left_are_proven_by_their_export_and_the_blocks_that_stay(book):
    with book.unit() as unit:
        lines = list(export(unit))
    assert verify_export(lines, trusted=KEY.public)[0] == len(book.blocks)
    with book.tampering() as unit:
        for table in HISTORY:
            unit.run(f"delete from {table}")
        assert {breach.check for breach in verify_seals(unit, trusted=KEY.public)} == {"seal_row"}
        kept = {
            row.height: (bytes(row.leaves), bytes(row.signature))
            for row in unit.all("select height, leaves, signature from ledger_blocks")
        }
    headers = {block.height: block.header.decode() for block in book.blocks}
    rows = [row for row in map(json.loads, lines) if "leaf" in row]
    for row in rows:
        leaves, signature = kept[row["block"]]
        proof = Proof(
            leaf=base64.b64decode(row["leaf"]),
            index=row["index"],
            path=tuple(merkle.path(seals.unpacked(leaves), row["index"])),
            header=headers[row["block"]],
            signature=signature,
            public_key=KEY.public,
        )
        assert str(check(proof, trusted=KEY.public).id) == row["id"]


def test_no_enforced_key_points_at_history(unit):
    """A partition that something must point at cannot be detached."""
    assert not unit.all(
        "select conname from pg_constraint where contype = 'f' and conenforced"
        " and confrelid = any(%(tables)s::regclass[])",
        tables=list(HISTORY),
    )
