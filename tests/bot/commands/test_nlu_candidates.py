"""``flask nlu candidates``: words are looked at before anything is learnt from them."""

import json
from uuid import uuid4

import pytest
from click.testing import CliRunner, Result

from bot.commands import nlu_candidates
from bot.commands.desk import open_desk
from core.crm import candidates


def run(*words: str) -> Result:
    return CliRunner().invoke(nlu_candidates.command, list(words))


@pytest.fixture
def kept(demo) -> str:
    """Words that ended with a person, whose meaning nobody has said."""
    with open_desk() as desk, desk.unit() as unit:
        made = candidates.note(
            unit,
            f"wsup {{name}} {{amount}} {uuid4().hex.translate(dict.fromkeys(range(48, 58), 97))}",
            language="en",
            guessed=("send_money",),
            chosen=None,
            source="fallback",
        )
    return str(made)


def test_words_are_listed_judged_and_printed_as_lines_of_the_seeds(kept) -> None:
    listed = {row["id"]: row for row in json.loads(run("list", "--json").output)}
    assert (listed[kept]["chosen"], listed[kept]["guessed"]) == (None, "send_money")
    unsaid = run("accept", kept)
    assert (unsaid.exit_code, "--intent" in unsaid.output) == (1, True)
    assert run("accept", kept, "--intent", "send_money").output == "accepted as send_money\n"
    printed = run("export").output
    assert "# en/send_money.txt\n" in printed
    assert "wsup Brian 500 " in printed
    assert run("reject", kept).output == "rejected\n"
    assert "wsup" not in run("export").output


def test_unknown_words_and_meanings_are_said(kept) -> None:
    gone = run("reject", str(uuid4()))
    assert (gone.exit_code, "there is no candidate" in gone.output) == (1, True)
    assert run("accept", kept, "--intent", "nothing").exit_code == 2
