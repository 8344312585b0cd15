"""A client of Meta's that is not ours against the twin, and what the twin calls the bank with."""

import hashlib
import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from pywa import WhatsApp, errors, handlers, types
from pywa.types.templates import BodyText, TemplateLanguage

from bot.simulator.twin.meta_pairs import LENT, SECONDS, PairLimits
from channels import meta_content
from channels.message import Notice, Option, Outgoing, Reply, SendFailed
from channels.meta_api import MetaApi
from channels.meta_whatsapp import MetaWhatsApp
from tests.bot.simulator.conftest import META_SECRET, META_TOKEN
from tests.support.twilio_out import Book

AMINA = "+254712000001"
NUMBER, ACCOUNT = "100200300400", "100200300900"
ROUTE = "/webhooks/meta/whatsapp"
NOTICE = Notice("paid", "en", "You got {{1}} from {{2}} today.", ("KES 5.00", "Brian"))


@pytest.fixture
def wa(twin) -> Iterator[WhatsApp]:
    """The independent client, whose calls go to the twin."""
    with httpx.Client() as session:
        client = WhatsApp(
            NUMBER, META_TOKEN, session=session, server=None, verify_token="t",
            app_secret=META_SECRET, waba_id=ACCOUNT, api_version=23.0,
        )  # fmt: skip
        session.base_url = f"{twin.url}/v23.0"
        yield client


@pytest.fixture
def number(twin) -> MetaWhatsApp:
    """Our own sender, at the twin."""
    api = MetaApi(access_token=META_TOKEN, api_base=twin.url)
    return MetaWhatsApp(number=NUMBER, api=api, templates=Book(), account=ACCOUNT)


@pytest.fixture
def by_meta(twin) -> Callable[..., httpx.Response]:
    """Have Amina's phone do something, on the number at Meta."""
    carrier = {"provider": "meta"}
    assert twin.http.post(f"/twin/phones/{AMINA}/carrier", json=carrier).status_code == 202

    def do(act: str, **order: Any) -> httpx.Response:
        return twin.http.post(f"/twin/phones/{AMINA}/{act}", json=order)

    return do


@pytest.fixture
def opened(by_meta, ear) -> str:
    """Let the phone write first, so that free words reach it; return the id of what it wrote."""
    done = by_meta("say", channel="whatsapp", text="Hi", wait=True).json()
    ear.calls.clear()
    return str(done["id"])


def thread(twin) -> list[dict[str, Any]]:
    return twin.http.get(f"/twin/phones/{AMINA}").json()["threads"]["whatsapp"]


def statuses(ear, count: int) -> list[dict[str, Any]]:
    calls = ear.wait(count, ROUTE)
    return [c.json["entry"][0]["changes"][0]["value"]["statuses"][0] for c in calls]


# --- What the client sends ----------------------------------------------------------------------


def test_a_text_is_taken_shown_and_reported(wa, twin, ear, opened):
    sent = wa.send_message(to=AMINA, text="Hello", tracker="ours-1")
    assert sent.id.startswith("wamid.")
    told = statuses(ear, 3)
    assert [one["status"] for one in told] == ["sent", "delivered", "read"]
    assert {(one["id"], one["biz_opaque_callback_data"]) for one in told} == {(sent.id, "ours-1")}
    bubble = thread(twin)[-1]
    assert (bubble["text"], bubble["mine"]) == ("Hello", False)


def test_buttons_and_lists_are_tapped_and_come_back(wa, twin, ear, opened, by_meta):
    buttons = [types.Button("Yes", "yes@7"), types.Button("No", "no@7")]
    asked = wa.send_message(to=AMINA, text="Sure?", buttons=buttons)
    rows = [
        types.SectionRow("Send money", "send@8", "To a phone"),
        types.SectionRow("Rates", "r@8"),
    ]
    listed = types.SectionList("Open", [types.Section("All", rows)])
    menu = wa.send_message(to=AMINA, text="What?", buttons=listed)
    ear.wait(6, ROUTE)
    ear.calls.clear()
    by_meta("tap", message=asked.id, payload="yes@7", wait=True)
    by_meta("tap", message=menu.id, payload="send@8", wait=True)
    heard = [c.json["entry"][0]["changes"][0]["value"]["messages"][0] for c in ear.calls]
    assert [one["interactive"] for one in heard] == [
        {"type": "button_reply", "button_reply": {"id": "yes@7", "title": "Yes"}},
        {"type": "list_reply", "list_reply": {"id": "send@8", "title": "Send money"}},
    ]
    assert [one["context"]["id"] for one in heard] == [asked.id, menu.id]


def test_pictures_go_by_link_and_by_upload(wa, twin, opened):
    wa.send_image(to=AMINA, image="https://bank.example/card.png", caption="Your card")
    assert thread(twin)[-1]["document"] == "https://bank.example/card.png"
    kept = wa.upload_media(b"\x89PNG....", mime_type="image/png", filename="card.png")
    where = wa.get_media_url(str(getattr(kept, "id", kept)))
    assert wa.get_media_bytes(where.url) == b"\x89PNG...."
    assert where.sha256 == hashlib.sha256(b"\x89PNG....").hexdigest()
    assert httpx.get(where.url).status_code == 404, "it is given to the app alone"


def test_a_template_reaches_whoever_is_silent(wa, number, twin, ear):
    number.send(Outgoing("m1", AMINA, Reply("x"), notice=NOTICE, in_window=False))
    name = meta_content.template(NOTICE)["template"]["name"]
    wa.send_template(
        to=AMINA, name=name, language=TemplateLanguage.ENGLISH, params=[BodyText.params("A", "B")]
    )
    assert [one["text"] for one in thread(twin)] == [
        "You got KES 5.00 from Brian today.", "You got A from B today.",
    ]  # fmt: skip
    assert [one.name for one in wa.get_templates()] == [name]


def test_a_message_is_marked_as_read_and_answered(wa, twin, opened):
    wa.mark_message_as_read(message_id=opened)
    assert thread(twin)[0]["status"] == "read"
    wa.indicate_typing(message_id=opened)
    assert twin.http.get(f"/twin/phones/{AMINA}").json()["typing"] == 1


# --- What the twin refuses, as Meta does ---------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "known"),
    [
        ("131056", errors.TooManyMessages),
        ("130429", errors.RateLimitHit),
        ("190", errors.ExpiredAccessToken),
        ("131000", errors.UnknownError),
        ("131031", errors.AccountLocked),
        ("80007", errors.RateLimitIssues),
    ],
)
def test_its_errors_are_the_clients_own(wa, twin, opened, code, known):
    twin.http.post("/twin/faults", json={"fail": code})
    with pytest.raises(known) as caught:
        wa.send_message(to=AMINA, text="Hello")
    assert caught.value.code == int(code)


def test_what_is_wrong_in_a_message_is_refused(wa, twin, opened):
    many = [types.Button(f"B{n}", f"b{n}") for n in range(4)]
    for send, known in [
        (lambda: wa.send_message(to=AMINA, text="x", buttons=many), errors.InvalidParameter),
        (
            lambda: wa.send_message(to=AMINA, text="x", buttons=[types.Button("t" * 21, "b")]),
            errors.InvalidParameter,
        ),
        (lambda: wa.send_message(to=AMINA, text="x" * 4097), errors.InvalidParameter),
        (
            lambda: wa.send_template(to=AMINA, name="none", language=TemplateLanguage.ENGLISH),
            errors.TemplateNotExists,
        ),
        (lambda: wa.mark_message_as_read(message_id="wamid.NONE"), errors.InvalidParameter),
    ]:
        with pytest.raises(known):
            send()


def test_only_the_app_itself_is_let_in_and_nobody_while_it_is_down(wa, twin, opened):
    answer = httpx.post(f"{twin.url}/v23.0/{NUMBER}/messages", json={})
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, 190)
    assert answer.json()["error"]["fbtrace_id"]
    twin.http.post("/twin/faults", json={"down": ["meta"]})
    with pytest.raises(errors.ServiceUnavailable):
        wa.send_message(to=AMINA, text="Hello")


def test_free_words_fail_later_where_nobody_wrote(wa, ear):
    wa.send_message(to=AMINA, text="Hello")
    [told] = statuses(ear, 1)
    assert (told["status"], told["errors"][0]["code"]) == ("failed", 131047)


def test_a_template_is_held_to_its_rules(number, twin, opened):
    bad = Notice("edge", "en", "{{1}} is yours.", ("KES 5.00",))
    with pytest.raises(SendFailed) as failed:
        number.send(Outgoing("m1", AMINA, Reply("x"), notice=bad, in_window=False))
    assert failed.value.code == "2388299"


def test_a_pair_has_an_account_that_is_paid_back_with_time():
    now = [0.0]
    pairs = PairLimits(lambda: now[0])
    assert [pairs.takes("1", AMINA) for _ in range(LENT + 1)] == [True] * LENT + [False]
    assert pairs.takes("1", "+254712000002") and pairs.takes("2", AMINA)
    now[0] += SECONDS
    assert [pairs.takes("1", AMINA), pairs.takes("1", AMINA)] == [True, False]


# --- What the twin calls the bank with ------------------------------------------------------------


def read(wa: WhatsApp, call: Any) -> list[Any]:
    """Return what the client makes of a call, once it has found it genuine."""
    heard: list[Any] = []
    known = (
        handlers.MessageHandler, handlers.CallbackButtonHandler, handlers.CallbackSelectionHandler,
        handlers.MessageStatusHandler,
    )  # fmt: skip
    these = [kind(lambda _, update: heard.append(update)) for kind in known]
    wa.add_handlers(*these)
    header = call.headers["X-Hub-Signature-256"]
    assert wa.webhook_update_validator(call.body, header) is None
    assert wa.webhook_update_validator(call.body + b" ", header) is not None
    assert wa.webhook_update_handler(call.body)[1] == 200
    wa.remove_handlers(*these)
    return heard


def test_the_client_reads_every_call(wa, twin, ear, by_meta):
    by_meta("say", channel="whatsapp", text="Habari", wait=True)
    picture = {"content_type": "image/jpeg", "content": "/9j/AAAA"}
    by_meta("photo", **picture)
    said, photo = (read(wa, call)[0] for call in ear.wait(2, ROUTE))
    assert isinstance(said, types.Message) and said.text == "Habari"
    assert said.from_user.wa_id == AMINA[1:] and said.metadata.phone_number_id == NUMBER
    assert isinstance(photo, types.Message) and photo.image.mime_type == "image/jpeg"
    assert photo.image.get_bytes()[:3] == b"\xff\xd8\xff"
    ear.calls.clear()
    asked = wa.send_message(to=AMINA, text="Sure?", buttons=[types.Button("Yes", "yes@7")])
    told = [read(wa, call)[0] for call in ear.wait(3, ROUTE)]
    assert [one.status for one in told] == [
        types.MessageStatusType.SENT, types.MessageStatusType.DELIVERED,
        types.MessageStatusType.READ,
    ]  # fmt: skip
    ear.calls.clear()
    by_meta("tap", message=asked.id, payload="yes@7", wait=True)
    [tapped] = read(wa, ear.calls[0])
    assert isinstance(tapped, types.CallbackButton) and tapped.data == "yes@7"


def test_a_failure_is_read_as_the_clients_own_error(wa, ear):
    wa.send_message(to=AMINA, text="Hello")
    [told] = read(wa, ear.wait(1, ROUTE)[0])
    assert isinstance(told.error, errors.ReEngagementMessage)


def test_a_call_is_repeated_until_it_is_taken(ear, by_meta):
    ear.answer = lambda _: ("", 200 if len(ear.calls) > 2 else 503)
    by_meta("say", channel="whatsapp", text="Hi", wait=True)
    first, *_, last = ear.wait(3, ROUTE, seconds=30)
    assert first.body == last.body


def test_a_forged_call_is_seen_and_a_pin_is_not_shown(twin, ear, by_meta):
    twin.desk.exchange.phones.watch([AMINA])
    told: list[dict[str, Any]] = []
    twin.desk.exchange.phones._tell = lambda kind, **facts: told.append({"kind": kind, **facts})
    by_meta("say", channel="whatsapp", text="4321", wait=True)
    by_meta("again", channel="whatsapp", forged=True, wait=True)
    genuine, forged = (call.headers["X-Hub-Signature-256"] for call in ear.wait(2, ROUTE))
    assert genuine != forged
    shown = [one["curl"] for one in told if one["kind"] == "call"]
    assert len(shown) == 2 and all("4321" not in one and "****" in one for one in shown)


# --- Both say the same ---------------------------------------------------------------------------


@pytest.fixture
def written() -> Iterator[tuple[WhatsApp, list[dict[str, Any]]]]:
    """The client, and what it would send."""
    said: list[dict[str, Any]] = []

    def take(request: httpx.Request) -> httpx.Response:
        said.append(json.loads(request.content))
        return httpx.Response(
            200, json={"messages": [{"id": "wamid.1"}], "contacts": [{"input": "1", "wa_id": "1"}]}
        )

    with httpx.Client(transport=httpx.MockTransport(take)) as session:
        yield WhatsApp(NUMBER, META_TOKEN, session=session, server=None), said


def test_the_client_writes_messages_as_we_do(written):
    wa, said = written
    yes, no = Option("yes", "Yes"), Option("no", "No")
    menu = tuple(Option(f"o{n}", f"Row {n}", f"Hint {n}") for n in range(4))
    rows = [types.SectionRow(one.label, f"{one.key}@3", one.hint) for one in menu]
    sections = [types.Section("", rows)]
    wa.send_message(to=AMINA, text="Hello", preview_url=False)
    wa.send_message(
        to=AMINA, text="Sure?", buttons=[types.Button("Yes", "yes@7"), types.Button("No", "no@7")]
    )
    wa.send_message(to=AMINA, text="What?", buttons=types.SectionList("Open", sections))
    wa.send_image(to=AMINA, image="https://bank.example/card.png", caption="Your card")
    template = meta_content.template(NOTICE)["template"]
    wa.send_template(
        to=AMINA,
        name=template["name"],
        language=TemplateLanguage.ENGLISH,
        params=[BodyText.params("KES 5.00", "Brian")],
    )
    ours = [
        meta_content.content(Outgoing("m", AMINA, reply, media=media))
        for reply, media in [
            (Reply("Hello"), ""),
            (Reply("Sure?", (yes, no), turn=7), ""),
            (Reply("What?", menu, turn=3, button="Open"), ""),
            (Reply("Your card"), "https://bank.example/card.png"),
        ]
    ]
    ours.append(meta_content.template(NOTICE))
    assert len(said) == len(ours)
    for theirs, mine in zip(said, ours, strict=True):
        assert _bare(theirs[theirs["type"]]) == _bare(mine[mine["type"]])
        assert theirs["type"] == mine["type"]


def _bare(told: Any) -> Any:
    """Return what matters: without what is only said where it is not the usual."""
    if isinstance(told, list):
        return [_bare(one) for one in told]
    if not isinstance(told, dict):
        return told
    usual = {"preview_url": False, "policy": "deterministic", "title": ""}
    return {
        name: one.lower() if name == "type" else _bare(one)
        for name, one in told.items()
        if one is not None and not (name in usual and usual[name] == one)
    }
