"""Messages out through Meta's wire: what is sent, and what its answers ask of us."""

from typing import Any

import pytest

from channels import pools
from channels.message import Fate, Marker, Notice, Option, Outgoing, Reply, SendFailed
from channels.meta_api import FATES, MetaApi, fate_of
from channels.meta_whatsapp import MetaWhatsApp
from tests.support.twilio_out import NOTICE, YES_NO, Book, caught

NUMBER, ACCOUNT = "100200300400", "100200300900"
PATH = f"/v23.0/{NUMBER}/messages"
TAKEN = {
    "messaging_product": "whatsapp",
    "contacts": [{"input": "254712000001", "wa_id": "254712000001"}],
    "messages": [{"id": "wamid.OURS"}],
}


@pytest.fixture
def meta(provider, book: Book) -> MetaWhatsApp:
    api = MetaApi(access_token="token-0a", api_base=provider.base)
    return MetaWhatsApp(number=NUMBER, api=api, templates=book, account=ACCOUNT)


def to(reply: Reply, address: str = "+254712000001", **rest: Any) -> Outgoing:
    return Outgoing("m1", address, reply, **rest)


def refused(code: int, **more: Any) -> dict[str, Any]:
    return {"error": {"message": "(#1) about +254712000001", "code": code, **more}}


def sent(meta: MetaWhatsApp, provider: Any, message: Outgoing) -> dict[str, Any]:
    provider.will(200, TAKEN)
    assert meta.send(message).provider_id == "wamid.OURS"
    said: dict[str, Any] = provider.calls[-1].json
    return said


def test_a_text_goes_out_with_our_own_id_of_it(meta, provider) -> None:
    said = sent(meta, provider, to(Reply("Karibu")))
    assert said == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": "254712000001",
        "type": "text",
        "text": {"body": "Karibu", "preview_url": False},
        "biz_opaque_callback_data": "m1",
    }
    [call] = provider.calls
    assert (call.path, call.headers["Authorization"]) == (PATH, "Bearer token-0a")
    assert (meta.key, meta.provider, meta.channel) == (
        f"meta:whatsapp:{NUMBER}",
        "meta",
        "whatsapp",
    )


def test_somebody_without_a_number_is_written_to_by_their_id(meta, provider) -> None:
    said = sent(meta, provider, to(Reply("Karibu"), "KE.13490987654321"))
    assert said["recipient"] == "KE.13490987654321" and "to" not in said


def test_few_short_options_are_buttons(meta, provider) -> None:
    said = sent(meta, provider, to(Reply("Send?", YES_NO, turn=7)))
    assert said["interactive"] == {
        "type": "button",
        "body": {"text": "Send?"},
        "action": {
            "buttons": [
                {"type": "reply", "reply": {"id": "yes@7", "title": "Yes"}},
                {"type": "reply", "reply": {"id": "no@7", "title": "No"}},
            ]
        },
    }


def options(count: int, *, width: int = 6, hint: str = "") -> tuple[Option, ...]:
    return tuple(Option(f"o{n}", f"{n:0{width}d}", hint) for n in range(count))


@pytest.mark.parametrize("count", [1, 3, 4, 10])
@pytest.mark.parametrize("width", [20, 21, 24])
def test_more_or_longer_options_are_a_list(meta, provider, count: int, width: int) -> None:
    reply = Reply("Pick", options(count, width=width, hint="h" * 80), turn=2, button="Open")
    said = sent(meta, provider, to(reply))
    if count <= 3 and width <= 20:
        assert said["interactive"]["type"] == "button"
        return
    action = said["interactive"]["action"]
    [section] = action["sections"]
    assert (said["interactive"]["type"], action["button"]) == ("list", "Open")
    assert [row["id"] for row in section["rows"]] == [f"o{n}@2" for n in range(count)]
    assert all(len(row["description"]) == 72 for row in section["rows"])


@pytest.mark.parametrize(
    "reply",
    [
        Reply("Pick", options(11), button="Open"),
        Reply("Pick", options(2, width=25), button="Open"),
        Reply("Pick", options(4)),
        Reply("Pick", options(4), button="x" * 21),
        Reply("x" * 1025, YES_NO),
        Reply("", YES_NO),
        Reply("Pick", (Option("k" * 200, "Yes"),)),
        Reply("Pick", (Option("k", " "),)),
    ],
)
def test_what_fits_neither_is_text_with_numbers(meta, provider, reply: Reply) -> None:
    said = sent(meta, provider, to(reply))
    assert said["type"] == "text" and "1. " in said["text"]["body"]


def test_a_row_without_a_hint_has_no_description(meta, provider) -> None:
    mixed = (Option("a", "A", "first"), *options(3))
    said = sent(meta, provider, to(Reply("Pick", mixed, button="Open")))
    rows = said["interactive"]["action"]["sections"][0]["rows"]
    assert [row.get("description") for row in rows] == ["first", None, None, None]


def test_options_that_look_the_same_are_counted(meta, provider) -> None:
    twins = (Option("a", "KES 500"), Option("b", "KES 500"))
    said = sent(meta, provider, to(Reply("Which?", twins)))
    titles = [one["reply"]["title"] for one in said["interactive"]["action"]["buttons"]]
    assert titles == ["KES 500", "KES 500 (2)"]


def test_the_longest_text_is_cut(meta, provider) -> None:
    said = sent(meta, provider, to(Reply("x" * 5000)))
    assert len(said["text"]["body"]) == 4096


@pytest.mark.parametrize(
    ("link", "kind", "name"),
    [
        ("https://bank.example/documents/1/signed", "document", "document.pdf"),
        ("https://bank.example/receipt.pdf?k=1", "document", "receipt.pdf"),
        ("https://bank.example/card.PNG", "image", None),
    ],
)
def test_a_file_goes_along_by_its_link(meta, provider, link: str, kind: str, name) -> None:
    said = sent(meta, provider, to(Reply("Your statement"), media=link))
    assert said["type"] == kind
    assert said[kind] == {
        "link": link, "caption": "Your statement", **({"filename": name} if name else {}),
    }  # fmt: skip


# --- Templates ----------------------------------------------------------------------------------

LATE = {"in_window": False, "notice": NOTICE}


def test_a_notice_is_declared_once_and_sent_as_its_template(meta, provider, book: Book) -> None:
    provider.will(200, {"id": "901", "status": "PENDING", "category": "UTILITY"})
    said = sent(meta, provider, to(Reply("x"), **LATE))
    declared = provider.calls[0]
    assert declared.path == f"/v23.0/{ACCOUNT}/message_templates"
    assert declared.json["components"] == [
        {
            "type": "BODY",
            "text": NOTICE.body,
            "example": {"body_text": [["example 1", "example 2"]]},
        }
    ]
    assert (declared.json["language"], declared.json["category"]) == ("sw", "UTILITY")
    assert said["template"] == {
        "name": declared.json["name"],
        "language": {"policy": "deterministic", "code": "sw"},
        "components": [
            {
                "type": "body",
                "parameters": [
                    {"type": "text", "text": "KES 500.00"},
                    {"type": "text", "text": "Amina"},
                ],
            }
        ],
    }
    sent(meta, provider, to(Reply("x"), **LATE))
    assert len(provider.calls) == 3
    assert list(book.kept.values()) == ["901"]


def test_new_words_are_a_new_template(meta, provider) -> None:
    names = []
    for body in ("Umepokea {{1}} leo.", "Umepata {{1}} leo."):
        provider.will(200, {"id": "901"})
        notice = Notice("money_received", "sw", body, ("KES 5.00",))
        said = sent(meta, provider, to(Reply("x"), in_window=False, notice=notice))
        names.append(said["template"]["name"])
    assert len(set(names)) == 2
    assert all(name.startswith("money_received_sw_") for name in names)


def test_values_have_no_line_breaks_and_are_never_empty(meta, provider) -> None:
    provider.will(200, {"id": "901"})
    notice = Notice("a", "en", "Dear {{1}}, {{2}}.", ("two\nlines\tand      gaps", ""))
    said = sent(meta, provider, to(Reply("x"), in_window=False, notice=notice))
    parameters = said["template"]["components"][0]["parameters"]
    assert [one["text"] for one in parameters] == ["two lines and   gaps", "-"]


def test_a_template_declared_before_is_only_used(meta, provider, book: Book) -> None:
    provider.will(400, refused(100, error_subcode=2388024))
    sent(meta, provider, to(Reply("x"), **LATE))
    assert len(book.kept) == 1


def test_without_an_account_templates_are_declared_by_hand(provider, book: Book) -> None:
    api = MetaApi(access_token="t", api_base=provider.base)
    alone = MetaWhatsApp(number=NUMBER, api=api, templates=book)
    sent(alone, provider, to(Reply("x"), **LATE))
    assert len(provider.calls) == 1


@pytest.mark.parametrize("code", [132001, 132015, 132000, 131047, 190])
def test_words_that_no_template_carries_go_another_way(meta, provider, book: Book, code) -> None:
    provider.will(200, {"id": "901"})
    provider.will(404, refused(code))
    failed = caught(lambda: meta.send(to(Reply("x"), **LATE)))
    assert (failed.code, failed.fate) == (str(code), Fate.OTHER_CHANNEL)


def test_a_closed_window_without_a_notice_goes_another_way(meta, provider) -> None:
    failed = caught(lambda: meta.send(to(Reply("x"), in_window=False)))
    assert (failed.code, failed.fate, provider.calls) == ("131047", Fate.OTHER_CHANNEL, [])


# --- What answers ask of us ---------------------------------------------------------------------


@pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 500])
@pytest.mark.parametrize("code", [4, 190, 131026, 131047, 131056, 132001, 131000])
def test_the_code_decides_whatever_the_status(meta, provider, code: int, status: int) -> None:
    provider.will(status, refused(code))
    failed = caught(lambda: meta.send(to(Reply("x"))))
    assert (failed.code, failed.fate) == (str(code), FATES[code])
    assert failed.pair == (code == 131056)
    assert "+254" not in str(failed)


@pytest.mark.parametrize(
    ("code", "status", "passes", "fate"),
    [
        ("", 400, False, Fate.PERMANENT),
        (999999, 400, False, Fate.PERMANENT),
        (999999, 400, True, Fate.RETRY),
        (999999, 503, False, Fate.RETRY),
        (999999, 429, False, Fate.THROTTLE),
        ("", 403, False, Fate.ALARM),
        (200, 400, False, Fate.ALARM),
        (299, 400, False, Fate.ALARM),
        (2388299, 400, False, Fate.ALARM),
        ("six", 500, False, Fate.RETRY),
    ],
)
def test_a_code_nobody_announced_is_judged_by_the_rest(code, status, passes, fate) -> None:
    assert fate_of(code, status, passes=passes) is fate


def test_it_waits_as_long_as_it_is_told(meta, provider) -> None:
    provider.will(429, refused(130429), headers={"Retry-After": "7"})
    failed = caught(lambda: meta.send(to(Reply("x"))))
    assert (failed.fate, failed.after) == (Fate.THROTTLE, 7.0)


@pytest.mark.parametrize(
    ("status", "body", "fate"),
    [
        (502, b"<html>proxy</html>", Fate.RETRY),
        (200, b"<html>portal</html>", Fate.RETRY),
        (200, b"{}", Fate.RETRY),
        (200, b'{"messages": [{"id": 5}]}', Fate.RETRY),
        (200, b"[" * 5000, Fate.RETRY),
        (404, b"gone", Fate.ALARM),
        (400, b'{"error": "odd"}', Fate.PERMANENT),
        (400, b'{"error": {"code": [1]}}', Fate.PERMANENT),
    ],
)
def test_an_answer_in_no_shape_of_metas(meta, provider, status, body, fate) -> None:
    provider.will(status, body)
    assert caught(lambda: meta.send(to(Reply("x")))).fate is fate


def test_an_error_within_a_success_is_an_error(meta, provider) -> None:
    provider.will(200, refused(131026))
    assert caught(lambda: meta.send(to(Reply("x")))).fate is Fate.OTHER_CHANNEL


def test_an_answer_without_end_is_not_read(meta, provider) -> None:
    provider.will(200, b"x" * (pools.LARGEST_ANSWER + 2))
    assert caught(lambda: meta.send(to(Reply("x")))).code == "answer_too_long"


def test_silence_is_tried_again(provider, book: Book, monkeypatch) -> None:
    monkeypatch.setattr(pools, "TIMEOUT", 0.2)
    api = MetaApi(access_token="t", api_base=provider.base)
    slow = MetaWhatsApp(number=NUMBER, api=api, templates=book)
    provider.will(200, TAKEN, after=1.0)
    failed = caught(lambda: slow.send(to(Reply("x"))))
    assert (failed.code, failed.fate) == ("ReadTimeoutError", Fate.RETRY)


def test_connections_are_kept(meta, provider) -> None:
    for _ in range(3):
        sent(meta, provider, to(Reply("x")))
    assert len(provider.connections) == 1


# --- Marks --------------------------------------------------------------------------------------


def test_a_message_is_marked_as_read_with_the_sign_that_an_answer_is_written(
    meta, provider
) -> None:
    provider.will(200, {"success": True})
    meta.mark("wamid.THEIRS")
    [call] = provider.calls
    assert isinstance(meta, Marker) and call.path == PATH
    assert call.json == {
        "messaging_product": "whatsapp",
        "status": "read",
        "message_id": "wamid.THEIRS",
        "typing_indicator": {"type": "text"},
    }


def test_a_mark_that_is_not_taken_says_so(meta, provider) -> None:
    provider.will(400, refused(131009))
    with pytest.raises(SendFailed):
        meta.mark("wamid.THEIRS")


def test_twilio_marks_by_an_address_of_its_own(whatsapp, provider) -> None:
    provider.will(200, {"success": True})
    whatsapp.mark("SM1")
    [call] = provider.calls
    assert isinstance(whatsapp, Marker)
    assert (call.path, call.json) == (
        "/v3/Indicators/Typing.json", {"channel": "WHATSAPP", "messageId": "SM1"},
    )  # fmt: skip
    assert call.headers["Authorization"].startswith("Basic ")
    provider.will(404, {"code": 20404})
    assert caught(lambda: whatsapp.mark("SM2")).fate is Fate.ALARM
