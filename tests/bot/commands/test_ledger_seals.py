"""Sealing, anchoring, proving and exporting the book from the command line."""

import json
from pathlib import Path

from sqlalchemy import Engine

from tests.bot.commands.conftest import Command


def anchors(tmp_path: Path) -> Path:
    return tmp_path / "bank" / "anchors" / "anchors.ndjson"


def test_the_book_is_sealed_anchored_and_verified(demo: Command, tmp_path: Path) -> None:
    assert demo("ledger", "anchor").exit_code == 1
    sealed = demo("ledger", "seal")
    assert sealed.exit_code == 0 and " rows sealed in " in sealed.output
    assert demo("ledger", "seal").output == "0 rows sealed in 0 blocks\n"
    printed = demo("ledger", "anchor", "--print").output
    assert not anchors(tmp_path).exists()
    assert demo("ledger", "anchor").output == printed
    demo("ledger", "anchor")
    assert anchors(tmp_path).read_text() == printed
    assert demo("ledger", "verify").stdout == "the book is whole\n"
    assert demo("ledger", "verify", "--blocks", "1").stdout == "the book is whole\n"


def test_a_cut_tail_and_a_forged_anchor_are_told(
    demo: Command, bank_admin_engine: Engine, tmp_path: Path
) -> None:
    demo("ledger", "seal")
    demo("ledger", "anchor")
    kept = tmp_path / "kept elsewhere"
    line = anchors(tmp_path).read_text()
    kept.write_text(line + line.replace('"height": ', '"height": 9'))
    with bank_admin_engine.begin() as connection:
        connection.exec_driver_sql("alter table ledger_blocks disable trigger user")
        connection.exec_driver_sql("delete from ledger_blocks where height > 0")
    found = demo("ledger", "verify", "--anchor", str(kept), "--json")
    assert found.exit_code == 1
    told = {(row["check"], row["what"]) for row in json.loads(found.stdout)}
    assert ("seal_anchor", "was anchored and is gone") in told
    assert ("seal_anchor", "is not what a key signed") in told


def test_a_receipts_code_leads_to_a_proof_that_needs_no_database(
    demo: Command, bank_admin_engine: Engine, tmp_path: Path
) -> None:
    demo("ledger", "seal")
    with bank_admin_engine.connect() as connection:
        row = connection.exec_driver_sql(
            "select transaction_id::text from transactions order by 1 limit 1"
        ).scalar_one()
    code = demo("ledger", "prove", row, "--short").output.strip()
    file = tmp_path / "proof.json"
    file.write_text(demo("ledger", "prove", code).output)
    proof = json.loads(file.read_text())
    assert proof["row"]["id"] == row
    checked = demo("ledger", "check-proof", str(file), "--public-key", proof["public_key"])
    assert checked.exit_code == 0 and checked.output.startswith("proven: ")
    assert "compare it" in demo("ledger", "check-proof", str(file)).output
    assert demo("ledger", "check-proof", str(file), "--public-key", "00" * 32).exit_code == 1
    file.write_text(json.dumps({**proof, "index": proof["index"] + 1}))
    assert "not proven" in demo("ledger", "check-proof", str(file)).output
    file.write_text("rubbish")
    assert "not proven" in demo("ledger", "check-proof", str(file)).output
    assert demo("ledger", "prove", "1-1-AAAAAAAAAAAAAAAA").exit_code == 1


def test_the_book_as_a_file(demo: Command, tmp_path: Path) -> None:
    demo("ledger", "seal")
    file = tmp_path / "book.ndjson"
    file.write_text(demo("ledger", "export").output)
    whole = demo("ledger", "verify-export", str(file))
    assert whole.exit_code == 0 and whole.output.startswith("whole: ")
    file.write_text("".join(file.read_text().splitlines(keepends=True)[:-1]))
    cut = demo("ledger", "verify-export", str(file))
    assert cut.exit_code == 1 and "cut short" in cut.output


def test_no_new_era_where_none_is_needed(demo: Command) -> None:
    demo("ledger", "seal")
    said = demo("ledger", "seal", "--new-era")
    assert said.exit_code == 1 and "no new era is needed" in said.output
