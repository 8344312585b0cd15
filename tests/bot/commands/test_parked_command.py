"""What the people who look after the bank type when something broke."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import Engine
from uuid_utils.compat import uuid7

from core.crm import parked
from core.crm.parked import Poison
from core.store.unit import Unit, open_unit
from tests.bot.commands.conftest import Command
from tests.support.keys import KEYS
from tests.support.outbox_rows import register, reply

WHERE = "flows/send_money.py:88 send"


@pytest.fixture
def broken(demo: Command, bank_engine: Engine, now) -> Command:
    """A bank in which a chore broke twice, a message once, and a letter is dead."""
    with open_unit(bank_engine, keys=KEYS, now=now, new_id=uuid7, correlation=str(uuid7())) as unit:
        for _ in range(2):
            parked.put(unit, Poison("chore", "purge", "KeyError", WHERE, {}))
        parked.put(unit, Poison("message", "twilio SM1", "ValueError", WHERE, {"told": "yes"}))
        register(unit)
        reply(unit, "+254712000001")
        unit.run(
            "update outbox set status = 'dead', finished_at = %(then)s, error = '30007'",
            then=now + timedelta(seconds=1),
        )
    return demo


def unit_of(engine: Engine, now) -> Unit:
    return open_unit(engine, keys=KEYS, now=now, new_id=uuid7, correlation=str(uuid7()))


def listed(command: Command, *words: str) -> list[dict[str, str]]:
    return json.loads(command("parked", "list", "--json", *words).output)


def test_everything_that_waits_is_listed_whatever_table_it_is_in(broken: Command) -> None:
    found = listed(broken)
    assert {(one["id"].split("-")[0], one["reason"], one["attempts"]) for one in found} == {
        ("chore", "KeyError", 2), ("message", "ValueError", 1), ("letter", "30007", 0),
    }  # fmt: skip
    assert "712000001" not in str(found)
    assert len(listed(broken, "--kind", "letter")) == 1
    first = listed(broken, "--limit", "1")
    assert listed(broken, "--after", first[0]["id"]) == found[1:]
    assert "--after" in broken("parked", "list", "--limit", "1").output


def test_one_is_shown_with_where_it_broke(broken: Command) -> None:
    (chore,) = listed(broken, "--kind", "chore")
    shown = broken("parked", "show", chore["id"]).output
    assert WHERE in shown and "purge" in shown
    missing = broken("parked", "show", "letter-0")
    assert missing.exit_code == 1 and "nothing parked is called letter-0" in missing.output


def test_a_letter_is_sent_again_and_a_message_is_not(broken: Command, bank_engine, now) -> None:
    ids = {one["id"].split("-")[0]: one["id"] for one in listed(broken)}
    assert "queued again" in broken("parked", "retry", ids["letter"]).output
    assert "cannot be done again" in broken("parked", "retry", ids["message"]).output
    assert "runs again by itself" in broken("parked", "retry", ids["chore"]).output
    assert [one["id"] for one in listed(broken)] == [ids["message"]]
    with unit_of(bank_engine, now) as unit:
        assert unit.value("select count(*) from outbox where status = 'queued'") == 1


def test_what_is_dropped_says_who_dropped_it_and_why(broken: Command, bank_engine, now) -> None:
    ids = [one["id"] for one in listed(broken)]
    assert broken("parked", "drop", *ids).exit_code == 2, "why has to be said"
    dropped = broken("parked", "drop", *ids, "--why", "told by phone", "--by", "wanjiru")
    assert dropped.output.count("dropped") == 3
    assert broken("parked", "list").output == "nothing is parked\n"
    with unit_of(bank_engine, now) as unit:
        rows = unit.all("select kind, settled, settled_by, why, settled_at from parked")
        assert {row.kind for row in rows} == {"chore", "message", "letter"}
        assert {tuple(row)[1:4] for row in rows} == {("dropped", "wanjiru", "told by phone")}
        assert unit.value("select count(*) from outbox") == 0
        assert unit.value("select status from messages where not is_inbound") is not None


def test_what_breaks_again_after_it_was_dropped_is_parked_again(
    broken: Command, bank_engine, now
) -> None:
    (chore,) = listed(broken, "--kind", "chore")
    broken("parked", "drop", chore["id"], "--why", "mended", "--by", "wanjiru")
    with unit_of(bank_engine, now) as unit:
        assert parked.put(unit, Poison("chore", "purge", "KeyError", WHERE, {})) == 3
    assert len(listed(broken, "--kind", "chore")) == 1


def test_a_file_that_never_came_is_fetched_again(broken: Command, bank_engine, now) -> None:
    with unit_of(bank_engine, now) as unit:
        unit.run(
            """
            insert into media (message_id, provider, url, content_type, state, attempts, due_at,
                error, created_at)
            select id, 'twilio', 'https://api.twilio.com/f', 'image/jpeg', 'lost', 6, %(now)s,
                'ReadTimeout', %(now)s
            from messages limit 1
            """,
            now=now,
        )
    (file,) = listed(broken, "--kind", "file")
    assert "fetched again" in broken("parked", "retry", file["id"]).output
    with unit_of(bank_engine, now) as unit:
        assert unit.value("select state || attempts from media") == "waiting0"
