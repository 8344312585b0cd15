"""Stories that changed while people were in them: what tests put in force under live conversations.

Sending money is version 2 and moves its conversations by a map; joining is version 2 and those who
began in version 1 finish there; changing the PIN is version 2 and has begun to ask differently, so
whoever was past the first step starts anew.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from flows.change_pin import ChangePin
from flows.join import Join
from flows.send_money import SendMoney
from flows.story import START, Ask, Become, Call, Choose, End, Flow, Moved, Prove
from flows.words import LANGUAGES, TEMPLATES


class SendMoneyNow(SendMoney):
    """Sending money with a step renamed, three made one, one gone, and options in another order."""

    name, version, page = "send_money", SendMoney.version + 1, "send_money_2"
    steps = (
        Prove("unlock"),
        Ask("recipient", entity="phone", slot="payee"),
        Call("looking", asks="enquiry"),
        Choose("not_here", options=("another", "stop")),
        Ask("how_much", entity="amount", slot="amount"),
        Choose("review", options=("no", "yes"), mints=True),
        Prove("pin"),
        End("sent"),
        End("cancelled"),
        Become("reset_pin"),
    )
    paths = (
        ("open", "start", "recipient", "trusted"),
        ("open", "start", "unlock"),
        ("proven", "unlock", "recipient"),
        ("answer", "recipient", "review", "has_amount", None, "find_recipient"),
        ("answer", "recipient", "how_much", None, None, "find_recipient"),
        ("answer", "how_much", "review", None, None, "note_amount"),
        ("no", "review", "cancelled"),
        ("yes", "review", "pin"),
        ("proven", "pin", "sent", None, None, "send"),
        ("unknown_recipient", "recipient", "looking", None, None, "note_phone"),
        ("answered", "looking", "not_here", None, None, "note_answer"),
        ("timed_out", "looking", "not_here"),
        ("another", "not_here", "recipient"),
        ("stop", "not_here", "cancelled"),
        ("pin_locked", ("unlock", "pin"), "reset_pin"),
    )
    moves: ClassVar[Mapping[int, Moved]] = {
        **SendMoney.moves,
        SendMoney.version: Moved(
            states={
                "amount": "how_much",
                "elsewhere": "not_here",
                "nowhere": "not_here",
                "no_answer": "not_here",
            },
            slots={"to": "payee", "bank": None},
            safe="recipient",
        ),
    }

    def find_recipient(self, said: str) -> None:
        super().find_recipient(said)
        self.slots["payee"] = self.slots.pop("to")

    def send(self, said: str) -> None:
        self.slots["to"] = self.slots["payee"]
        super().send(said)


class JoinBefore(Join):
    """Joining as it was, with its words as they were."""

    name, page = "join", "past/join_1"


class JoinNow(Join):
    """Joining without the long notice."""

    name, version = "join", 2
    steps = tuple(
        Choose("terms", options=("agree", "decline")) if step.name == "terms" else step
        for step in Join.steps
        if step.name != "notice"
    )
    paths = tuple(
        ("decline", "terms", "declined") if path[0] == "decline" else path
        for path in Join.paths
        if "notice" not in path[:3]
    )


class ChangePinNow(ChangePin):
    """Changing the PIN: whoever was past the old PIN proves it again."""

    name, version = "change_pin", 2
    moves: ClassVar[Mapping[int, Moved]] = {1: Moved(states={"new": START, "again": START})}


NOW: dict[str, type[Flow]] = {story.name: story for story in (SendMoneyNow, JoinNow, ChangePinNow)}
BEFORE: dict[tuple[str, int], type[Flow]] = {("join", 1): JoinBefore}


def write_pages(folder: Path) -> None:
    """Write the pages these stories say their words from."""
    for language in LANGUAGES:
        (folder / language / "past").mkdir(parents=True)
        send = (TEMPLATES / language / "send_money.j2").read_text()
        for old, new in (("amount", "how_much"), ("nowhere", "not_here")):
            send = send.replace(f"block {old} ", f"block {new} ")
            send = send.replace(f"block {old}_", f"block {new}_")
        (folder / language / "send_money_2.j2").write_text(send)
        join = (TEMPLATES / language / "join.j2").read_text()
        (folder / language / "past" / "join_1.j2").write_text(join)
