"""Proving and reading the audit log from the command line."""

import base64
import json
from copy import copy
from pathlib import Path
from uuid import uuid4

from sqlalchemy import Engine

from core.access import audit
from core.access.actors import Actor
from core.store.audit_key import AuditKey
from tests.bot.commands.conftest import Command
from tests.core.people import units
from tests.support.keys import KEYS


def test_an_untouched_log_is_whole(demo: Command) -> None:
    assert demo("audit", "verify").output == "the audit log is whole\n"
    assert demo("audit", "verify", "--json").output == "[]\n"


def test_entries_are_listed_by_filters_and_masked(demo: Command, bank_engine: Engine) -> None:
    agent, customer = Actor(uuid4(), "staff", "agent", frozenset()), uuid4()
    demo("audit", "verify")
    key = demo("audit", "list", "--json", "--action", "audit.verified")
    assert [row["actor"] for row in json.loads(key.output)] == ["system"]
    with units(bank_engine)() as unit:
        audit.note(
            unit, agent, "customer.seen", subject="customer", subject_id=customer,
            customer=customer, reason="called from +254712000001", fields=["phone"],
        )  # fmt: skip
    command = ("audit", "list", "--customer", str(customer), "--actor", str(agent.id), "--json")
    (row,) = json.loads(demo(*command).output)
    assert row["subject"] == f"customer {customer}"
    assert "254712000001" not in row["reason"] and "called from" in row["reason"]
    assert demo("audit", "list", "--since", "2999-01-01", "--json").output == "[]\n"
    seen = json.loads(demo("audit", "list", "--action", "audit.seen", "--json").output)
    assert len(seen) >= 2, "that somebody read it is noted"


def test_what_is_wrong_is_named(demo: Command, bank_admin_engine: Engine, tmp_path: Path) -> None:
    demo("audit", "verify")
    demo("audit", "verify")
    with bank_admin_engine.begin() as connection:
        connection.exec_driver_sql("set local session_replication_role = replica")
        connection.exec_driver_sql("update audit_log set action = 'case.taken' where seq = 1")
    anchors = tmp_path / "anchors"
    anchors.write_text("{}\n")
    found = demo("audit", "verify", "--anchor", str(anchors), "--json")
    assert found.exit_code == 1
    told = {(row["row"], row["what"]) for row in json.loads(found.output)}
    assert ("audit_log 1", "is not what was written") in told
    assert (f"{anchors} line 1", "is not what a key signed") in told


def test_rows_of_an_older_key_are_proven_with_it(
    demo: Command, bank_engine: Engine, tmp_path: Path
) -> None:
    seed = bytes(range(32))
    keys = copy(KEYS)
    keys.audit = AuditKey(seed)
    with units(bank_engine)(keys=keys) as unit:
        agent = Actor(uuid4(), "staff", "agent", frozenset())
        audit.note(unit, agent, "case.taken", subject="case", subject_id="1")
    older, wrong = tmp_path / "older", tmp_path / "wrong"
    older.write_text(base64.b64encode(seed).decode())
    wrong.write_text("not a key")
    found = demo("audit", "verify")
    assert found.exit_code == 1 and f"was chained with another key, {keys.audit.id}" in found.output
    assert demo("audit", "verify", "--old-key", str(older)).output == "the audit log is whole\n"
    assert "holds no key" in demo("audit", "verify", "--old-key", str(wrong)).output
