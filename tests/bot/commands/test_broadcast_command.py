"""``flask broadcast``: what is under way is shown, and stopped by its id."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import Engine
from uuid_utils.compat import uuid7

from core.access import approvals
from core.approvals.catalog import KINDS
from core.crm import broadcasts
from core.crm.broadcasts import Choice, Plan
from core.store.unit import open_unit
from tests.bot.commands.conftest import Command
from tests.support.desk import hired
from tests.support.keys import KEYS

WORDS = {"en": "{name}, hello.", "sw": "{name}, habari.", "fr": "{name}, bonjour."}


@pytest.fixture
def under_way(demo: Command, bank_engine: Engine, now) -> tuple[Command, str]:
    """A bank with a broadcast to Kenya that was approved."""
    approvals.register(KINDS)
    with open_unit(bank_engine, keys=KEYS, now=now, new_id=uuid7, correlation=str(uuid7())) as unit:
        plan = Plan("Hello", WORDS, Choice(countries=("KE",)), now + timedelta(days=1))
        made = broadcasts.request(unit, hired(unit, "operations"), plan, reason="spring")
        approvals.approve(unit, hired(unit, "compliance"), made.approval_id)
    return demo, str(made.id)


def test_what_is_under_way_is_shown_and_stopped(under_way) -> None:
    command, one = under_way
    [shown] = json.loads(command("broadcast", "list", "--json").output)
    assert (shown["id"], shown["state"], shown["whom"]) == (one, "gathering", "countries: KE")
    stopped = command("broadcast", "stop", one, "--reason", "a wrong price")
    assert stopped.output == "stopped; 0 were owed theirs, 0 hear nothing\n"
    again = command("broadcast", "stop", one, "--reason", "a wrong price")
    assert (again.exit_code, again.output) == (1, "Error: broadcast_over stopped\n")
    assert "stopped" in command("broadcast", "list").output
    assert command("broadcast", "stop", str(uuid4()), "--reason", "x").exit_code == 1


def test_no_broadcasts_and_every_night(demo: Command) -> None:
    assert demo("broadcast", "list").output == "there are none\n"
    nights = json.loads(demo("broadcast", "nights", "--json").output)
    assert {"KE", "TZ", "SN"} <= {one["country"] for one in nights}
    assert {(one["begins"], one["ends"]) for one in nights} == {("21:00", "07:00")}
