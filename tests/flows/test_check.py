"""The checks find nothing in the stories we have, and every fault in stories made for it."""

from collections.abc import Sequence

import pytest

from channels.layout import numbered, segments, to_gsm7, ussd_screens
from channels.message import Reply
from flows import check
from flows.catalog import CUSTOMERS, MENU, STORIES, STRANGERS
from flows.story import Ask, Become, Call, Choose, End, Flow, NewSecret, Path, Prove, Step


def measure(channel: str, reply: Reply) -> int:
    """Dress a reply as its channel does, and count what it takes."""
    if channel == "ussd":
        screens = ussd_screens(reply)
        assert all(len(screen) <= 160 for screen in screens)
        return len(screens)
    return segments(to_gsm7(numbered(reply))) if channel == "sms" else 1 + len(reply.text) // 1024


def test_nothing_is_wrong_with_the_stories() -> None:
    import core.bank

    assert core.bank  # every refusal is defined somewhere beneath it
    assert check.findings(measure=measure) == []


def test_the_menu_offers_stories_that_exist() -> None:
    assert set(MENU) <= set(STORIES)
    assert all(story.for_strangers for story in STRANGERS)
    assert all(STORIES[story.name] is story for story in CUSTOMERS)


def made(steps: Sequence[Step], paths: Sequence[Path], **more: object) -> type[Flow]:
    """Make a story that borrows the words of sending money."""
    body = {"name": "send_money", "steps": steps, "paths": paths, **more}
    body["pay"] = lambda *_: None
    body["widest"] = STORIES["send_money"].widest
    return type("Made", (Flow,), body)


OPEN = ("open", "start", "recipient")
SENT = ("answer", "recipient", "sent")
FAULTS: list[tuple[str, type[Flow]]] = [
    (
        "send_money.amount: no path leads to it.",
        made(
            (Ask("recipient"), Ask("amount"), End("sent")),
            (OPEN, SENT, ("answer", "amount", "sent")),
        ),
    ),
    (
        "send_money.amount: no path leads from it to an end.",
        made(
            (Ask("recipient"), Ask("amount"), End("sent")),
            (OPEN, ("answer", "recipient", "amount"), ("answer", "amount", "recipient")),
        ),
    ),
    (
        "send_money.recipient: nothing is sure to happen on 'answer'.",
        made((Ask("recipient"), End("sent")), (OPEN, (*SENT, "trusted"))),
    ),
    (
        "send_money: it cannot always be opened.",
        made((Ask("recipient"), End("sent")), ((*OPEN, "trusted"), SENT)),
    ),
    (
        "send_money.review: nothing is sure to happen on 'no'.",
        made(
            (Choose("review", ("yes", "no")), End("sent")),
            (("open", "start", "review"), ("yes", "review", "sent")),
        ),
    ),
    (
        "send_money.looking: nothing is sure to happen on 'timed_out'.",
        made(
            (Call("looking", asks="pay"), End("sent")),
            (("open", "start", "looking"), ("answered", "looking", "sent")),
        ),
    ),
    (
        "send_money.looking: it asks 'nobody', which the story lacks.",
        made(
            (Call("looking", asks="nobody"), End("sent")),
            (
                ("open", "start", "looking"),
                ("answered", "looking", "sent"),
                ("timed_out", "looking", "sent"),
            ),
        ),
    ),
    (
        "send_money.pin: nothing is sure to happen on 'chosen'.",
        made((NewSecret("pin"), End("sent")), (("open", "start", "pin"),)),
    ),
    (
        "send_money: it turns into 'nothing', which is no story.",
        made((Ask("recipient"), Become("nothing")), (OPEN, ("answer", "recipient", "nothing"))),
    ),
    (
        "send_money.sent: it ends the story and has a path on.",
        made((Ask("recipient"), End("sent")), (OPEN, SENT, ("answer", "sent", "recipient"))),
    ),
    (
        "send_money: the path 'answer' wants 'missing', which the story lacks.",
        made((Ask("recipient"), End("sent")), (OPEN, (*SENT, None, None, "missing"))),
    ),
    (
        "send_money: 'pay' moves money and is not declared to write.",
        made(
            (Ask("recipient"), End("sent")),
            (OPEN, (*SENT, None, None, "pay")),
            moves_money=frozenset({"pay"}),
        ),
    ),
    (
        "send_money: 'pay' is declared as an effect, but no path has it.",
        made((Ask("recipient"), End("sent")), (OPEN, SENT), writes=frozenset({"pay"})),
    ),
]


@pytest.mark.parametrize(("sentence", "flow"), FAULTS, ids=[sentence for sentence, _ in FAULTS])
def test_a_broken_story_is_found_out(sentence: str, flow: type[Flow]) -> None:
    assert sentence in check.findings({"send_money": flow, "reset_pin": STORIES["reset_pin"]})


PAYS = {"writes": frozenset({"pay"}), "moves_money": frozenset({"pay"})}
CARELESS: list[tuple[str, type[Flow]]] = [
    (
        "without a PIN",
        made(
            (Choose("review", ("yes",), mints=True), End("sent")),
            (("open", "start", "review"), ("yes", "review", "sent", None, None, "pay")),
            **PAYS,
        ),
    ),
    (
        "without a read-back",
        made(
            (Prove("pin"), End("sent")),
            (("open", "start", "pin"), ("proven", "pin", "sent", None, None, "pay")),
            **PAYS,
        ),
    ),
    (
        "after the amount was changed behind the read-back",
        made(
            (Choose("review", ("yes",), mints=True), Ask("amount"), Prove("pin"), End("sent")),
            (
                ("open", "start", "review"),
                ("yes", "review", "amount"),
                ("answer", "amount", "pin"),
                ("proven", "pin", "sent", None, None, "pay"),
            ),
            **PAYS,
        ),
    ),
]


@pytest.mark.parametrize("flow", [flow for _, flow in CARELESS], ids=[name for name, _ in CARELESS])
def test_money_that_moves_unasked_is_found_out(flow: type[Flow]) -> None:
    found = check.findings({"send_money": flow, "reset_pin": STORIES["reset_pin"]})
    assert any("money moves unasked after open" in sentence for sentence in found)


def test_missing_words_are_found_out() -> None:
    flow = made((Ask("nowhere_at_all"), End("sent")), (("open", "start", "nowhere_at_all"),))
    found = check.findings({"send_money": flow})
    for language in ("en", "sw", "fr"):
        assert any(f"({language}, ussd)" in sentence for sentence in found)


def test_a_fact_nobody_gives_is_found_out() -> None:
    flow = made((Ask("amount"), End("sent")), (("open", "start", "amount"),), widest={})
    flow.widest = {}
    assert any(
        "'name' is undefined" in sentence for sentence in check.findings({"send_money": flow})
    )


def test_a_screen_that_does_not_fit_is_found_out() -> None:
    wide = STORIES["send_money"].widest | {"name": "Wanjiku " * 20}
    flow = made((Ask("amount"), End("sent")), (("open", "start", "amount"),))
    flow.widest = wide
    found = check.findings({"send_money": flow}, measure=measure)
    assert any("send_money.amount (en, ussd): it takes" in sentence for sentence in found)


def test_a_keyword_of_two_stories_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    class Alike:
        def __init__(self, *_: str) -> None: ...

        def find(self, *_: str) -> str:
            return "pay, Payé!"

    monkeypatch.setattr(check, "Words", Alike)
    clash = "The keyword 'pay' is claimed by balance and by statement."
    both = {name: STORIES[name] for name in ("balance", "statement")}
    assert clash in list(check._keyword_clashes(both))
