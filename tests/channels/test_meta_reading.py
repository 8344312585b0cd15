"""What Meta's calls mean: every kind of message, receipts, batches, and what is none of ours."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.message import Fate, Inbound, Media, Moved, OptOut, Receipt, Status
from tests.support.meta_wire import API, DATA, NUMBER, call, door, hook, kept, message

AMINA = "+254712000001"
OURS = "0192f000-0000-7000-8000-000000000001"
AT = datetime(2026, 3, 4, 9, 30, tzinfo=UTC)


def heard(name: str) -> list[Any]:
    return door.read(hook(kept(name)))


def only(name: str) -> Any:
    [one] = heard(name)
    return one


def test_a_text_is_heard_whole() -> None:
    assert only("text") == Inbound(
        channel="whatsapp",
        provider="meta",
        id="wamid.AMINATEXT",
        address=AMINA,
        to=NUMBER,
        text="Tuma 500 kwa Brian",
        profile_name="Amina Otieno",
        sent_at=AT,
        user_id="KE.13490000000000000001",
    )


def test_somebody_without_a_number_is_met_by_their_id() -> None:
    one = only("text_of_nobody_with_a_number")
    assert (one.address, one.user_id, one.text) == (
        "TZ.13490000000000000002", "TZ.13490000000000000002", "Salio",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "text", "choice", "reply_to"),
    [
        ("button_reply", "Yes", "yes@7", "wamid.OURS"),
        ("list_reply", "Send money", "send_money@3", "wamid.OURS"),
        ("template_button", "Stop", "stop@1", "wamid.OURS"),
        ("form_reply", "Sent", "", ""),
        ("card", "+254712000002", "", ""),
        ("location", "", "", ""),
        ("order", "", "", ""),
        ("unsupported", "", "", ""),
        ("opened", "", "menu", ""),
        ("from_an_advertisement", "Hello", "", ""),
    ],
)
def test_each_kind_says_what_was_meant(name: str, text: str, choice: str, reply_to: str) -> None:
    one = only(name)
    assert (one.address, one.text, one.choice, one.reply_to) == (AMINA, text, choice, reply_to)


@pytest.mark.parametrize(
    ("name", "ident", "kind", "text"),
    [
        ("image", "700800900", "image/jpeg", "My ID"),
        ("document", "700800901", "application/pdf", ""),
        ("video", "700800902", "video/mp4", ""),
        ("sticker", "700800903", "image/webp", ""),
        ("voice", "700800904", "audio/ogg; codecs=opus", ""),
    ],
)
def test_a_file_is_known_by_its_id_and_by_no_address(name, ident, kind, text) -> None:
    one = only(name)
    assert (one.media, one.text) == ((Media(f"{API}/{ident}", kind),), text)


@pytest.mark.parametrize("ident", ["../../etc", "https://evil.example/x", "a b", "", 7, None])
def test_an_id_that_is_none_brings_no_file(ident: object) -> None:
    [one] = door.read(hook(call(message("image", {"id": ident, "mime_type": "image/jpeg"}))))
    assert isinstance(one, Inbound) and one.media == ()


@pytest.mark.parametrize(
    "name",
    [
        "reaction", "edited", "taken_back", "in_a_group", "call_permission", "written_in_the_app",
        "template_approved", "wants_advertising_again", "deleted",
    ],
)  # fmt: skip
def test_what_calls_for_no_answer_is_left_alone(name: str) -> None:
    assert heard(name) == []


def test_a_changed_number_and_a_wish_are_passed_on() -> None:
    assert only("number_changed") == Moved("meta", "whatsapp", "wamid.AMINASYSTEM", AMINA)
    assert only("wants_no_advertising") == OptOut("meta", "whatsapp", AMINA)


@pytest.mark.parametrize(
    ("name", "status", "code", "fate"),
    [
        ("sent", Status.SENT, "", None),
        ("delivered", Status.DELIVERED, "", None),
        ("read", Status.READ, "", None),
        ("played", Status.READ, "", None),
        ("failed_outside_the_window", Status.FAILED, "131047", Fate.TEMPLATE),
        ("failed_nobody_there", Status.FAILED, "131026", Fate.OTHER_CHANNEL),
        ("failed_for_no_reason", Status.FAILED, "unknown", Fate.PERMANENT),
    ],
)
def test_receipts_climb_the_ladder(name: str, status: Status, code: str, fate: Fate | None) -> None:
    ours = OURS if name == "sent" else ""
    assert only(name) == Receipt("meta", "wamid.OURS", status, code, fate, ours)


def test_a_time_in_milliseconds_is_read_too() -> None:
    assert abs((only("in_milliseconds").sent_at - AT).total_seconds()) < 1


@pytest.mark.parametrize("when", ["", "soon", "-5", "9" * 40, None, 12.5, [], "0"])
def test_a_time_that_is_none_is_left_out(when: object) -> None:
    told = message("text", {"body": "Hi"}) | {"timestamp": when}
    [one] = door.read(hook(call(told)))
    assert isinstance(one, Inbound) and one.sent_at is None


def test_a_batch_is_heard_in_its_order_and_only_where_it_is_for_us() -> None:
    found = heard("batch")
    assert [getattr(one, "text", None) for one in found] == ["One", "Two", None, "Three"]
    assert [getattr(one, "profile_name", "") for one in found] == [
        "Amina Otieno", "Amina Otieno", "", "Brian",
    ]  # fmt: skip
    assert found[2] == Receipt("meta", "wamid.OURS", Status.READ)


def test_what_is_kept_is_what_a_database_can_keep() -> None:
    told = message("text", {"body": "a\x00b" + "x" * 9000})
    [one] = door.read(hook(call(told)))
    assert isinstance(one, Inbound) and one.text.startswith("abx") and len(one.text) == 4096


def test_a_message_of_nobody_is_left_alone() -> None:
    told = message("text", {"body": "Hi"}) | {"from": "<PHONE>"}
    assert door.read(hook(call(told))) == []
    assert door.read(hook(call(message("text", {"body": "Hi"}) | {"id": ""}))) == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)


@given(JSON)
def test_no_json_breaks_the_door(told: object) -> None:
    assert door.read(hook(json.dumps(told).encode())) == []


@given(st.sampled_from(sorted(path.stem for path in DATA.glob("*.json"))), st.data())
def test_no_change_of_a_call_breaks_the_door(name: str, data: st.DataObject) -> None:
    """Whatever stands anywhere in a call may be anything."""

    def changed(told: Any) -> Any:
        if data.draw(st.integers(0, 9)) == 0:
            return data.draw(JSON)
        if isinstance(told, dict):
            return {key: changed(value) for key, value in told.items()}
        return [changed(value) for value in told] if isinstance(told, list) else told

    door.read(hook(json.dumps(changed(json.loads(kept(name)))).encode()))


@pytest.mark.parametrize("body", [b"", b"\xff", b"[" * 100_000, b"null", b"1e999999", b"{" * 9])
def test_no_bytes_break_the_door(body: bytes) -> None:
    assert door.read(hook(body)) == []
