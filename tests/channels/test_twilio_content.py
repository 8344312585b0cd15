"""Buttons, lists and the shapes that Twilio keeps of them."""

import json
import threading
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.message import Option, Reply
from channels.twilio_content import menu_content
from channels.twilio_whatsapp import TwilioWhatsApp
from tests.support.twilio_out import (
    YES_NO,
    Book,
    refused,
    taken,
    to,
)


def test_buttons_are_created_once_and_then_filled(
    provider: Any, whatsapp: TwilioWhatsApp, book: Book
) -> None:
    provider.will(201, {"sid": "HX" + "1" * 32})
    provider.will(201, taken(1))
    provider.will(201, taken(2))
    whatsapp.send(to(Reply("Send KES 500.00 to B***n?", YES_NO, turn=7)))
    whatsapp.send(to(Reply("Tuma KES 900.00?", (Option("y", "Ndiyo"), Option("n", "Hapana")))))
    create, first, second = provider.calls
    assert create.path == "/v1/Content"
    assert create.json == {
        "friendly_name": "wekeza-quick-reply-2",
        "language": "en",
        "variables": {str(n): f"example {n}" for n in range(1, 6)},
        "types": {
            "twilio/quick-reply": {
                "body": "{{1}}",
                "actions": [
                    {"type": "QUICK_REPLY", "title": "{{2}}", "id": "{{3}}"},
                    {"type": "QUICK_REPLY", "title": "{{4}}", "id": "{{5}}"},
                ],
            }
        },
    }
    assert first.form["ContentSid"] == "HX" + "1" * 32
    assert "Body" not in first.form
    assert json.loads(first.form["ContentVariables"]) == {
        "1": "Send KES 500.00 to B***n?",
        "2": "Yes",
        "3": "yes@7",
        "4": "No",
        "5": "no@7",
    }
    assert json.loads(second.form["ContentVariables"])["3"] == "y@0"
    assert book.kept == {"quick-reply-2": "HX" + "1" * 32}


def test_two_threads_create_a_shape_once(provider: Any, whatsapp: TwilioWhatsApp) -> None:
    provider.will(201, {"sid": "HX" + "1" * 32}, after=0.1)
    for n in range(4):
        provider.will(201, taken(n))
    threads = [
        threading.Thread(target=whatsapp.send, args=(to(Reply("?", YES_NO)),)) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [call.path for call in provider.calls].count("/v1/Content") == 1


def test_a_line_break_is_part_of_the_shape_since_no_variable_may_hold_one() -> None:
    content = menu_content(Reply("Dear Amina,\n\nSend\tKES 500?      Sure?", YES_NO))
    assert content is not None
    assert content.key == "quick-reply-2-101"
    assert content.definition["twilio/quick-reply"]["body"] == "{{1}}\n\n{{2}}"
    values = json.loads(content.variables)
    assert values["1"] == "Dear Amina,"
    assert values["2"] == "Send KES 500?    Sure?"


def test_a_list_with_and_without_hints() -> None:
    options = tuple(Option(f"w{n}", f"Wallet {n}", hint=f"KES {n}00.00") for n in range(1, 6))
    hinted = menu_content(Reply("Which one?", options, button="Choose", turn=2))
    assert hinted is not None
    assert hinted.key == "hinted-list-5"
    picker = hinted.definition["twilio/list-picker"]
    assert picker["button"] == "{{2}}"
    assert picker["items"][1] == {"item": "{{6}}", "id": "{{7}}", "description": "{{8}}"}
    values = json.loads(hinted.variables)
    assert (values["6"], values["7"], values["8"]) == ("Wallet 2", "w2@2", "KES 200.00")
    bare = menu_content(Reply("Which one?", (*options, Option("x", "Other")), button="Choose"))
    assert bare is not None
    assert bare.key == "list-picker-6"
    assert "description" not in bare.definition["twilio/list-picker"]["items"][0]


@pytest.mark.parametrize(
    "reply",
    [
        Reply("No options"),
        Reply("", YES_NO),
        Reply("Empty", (Option("a", " "),)),
        Reply("x" * 1025, YES_NO),
        Reply("line\n" * 20, YES_NO),
        Reply("Four and no word for the button", tuple(Option(c, c) for c in "abcd")),
        Reply("Eleven", tuple(Option(c, c) for c in "abcdefghijk"), button="Choose"),
        Reply("Wide", (Option("a", "x" * 25),), button="Choose"),
        Reply("Wide button", tuple(Option(c, c) for c in "abcd"), button="x" * 21),
        Reply("Long key", (Option("k" * 200, "Yes"),)),
    ],
)
def test_what_fits_no_button_is_numbered_text(
    provider: Any, whatsapp: TwilioWhatsApp, reply: Reply
) -> None:
    assert menu_content(reply) is None
    provider.will(201, taken())
    whatsapp.send(to(reply))
    assert len(provider.calls[0].form["Body"]) <= 1600
    for n, option in enumerate(reply.options, 1):
        assert f"{n}. {option.label}".strip() in provider.calls[0].form["Body"]


def test_two_payments_that_look_the_same_are_told_apart() -> None:
    rows = [Option(key, "KES 500.00 21 Nov") for key in "abcd"]
    content = menu_content(Reply("Which?", tuple(rows), button="Choose"))
    assert content is not None
    assert content.values[2::2] == (
        "KES 500.00 21 Nov",
        "KES 500.00 21 Nov (2)",
        "KES 500.00 21 Nov (3)",
        "KES 500.00 21 Nov (4)",
    )


def test_three_wide_labels_become_a_list() -> None:
    content = menu_content(Reply("Wide", (Option("a", "x" * 24),), button="Choose"))
    assert content is not None
    assert content.key == "list-picker-1"


@settings(deadline=None)
@given(
    st.text(max_size=200),
    st.lists(st.builds(Option, st.text(max_size=20), st.text(max_size=26), st.text(max_size=90))),
    st.text(max_size=22),
)
def test_content_keeps_every_limit(text: str, options: list[Option], button: str) -> None:
    content = menu_content(Reply(text, tuple(options), button=button))
    if content is None:
        return
    values = json.loads(content.variables)
    assert len(values) == len(content.values) <= 100
    for value in values.values():
        assert value.strip()
        assert not set("\n\t\r") & set(value)
        assert "     " not in value
        assert len(value) <= 1600
    used = json.dumps(content.definition)
    assert all(f"{{{{{n}}}}}" in used for n in values)


def test_a_content_that_is_gone_is_made_anew(
    provider: Any, whatsapp: TwilioWhatsApp, book: Book
) -> None:
    book.keep("quick-reply-2", "HX" + "0" * 32)
    provider.will(400, refused(21655))
    provider.will(201, {"sid": "HX" + "2" * 32})
    provider.will(201, taken())
    whatsapp.send(to(Reply("Sure?", YES_NO)))
    assert provider.calls[-1].form["ContentSid"] == "HX" + "2" * 32
    assert book.kept["quick-reply-2"] == "HX" + "2" * 32
