"""The USSD gateways beside Africa's Talking: calls in, screens out, and nothing told on the way."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.gsm7 import encoding
from channels.message import Hook, Inbound, Option, Reply, SessionEnd
from channels.ussd_arkesel import ArkeselUssd
from channels.ussd_beem import BeemUssd
from channels.ussd_gateway import UssdGateway
from channels.ussd_generic import ConEnd, GenericUssd
from channels.ussd_hollatags import HollaTagsUssd
from channels.ussd_hubtel import HubtelUssd
from channels.ussd_infobip import InfobipUssd
from channels.ussd_mtn import MtnUssd
from channels.ussd_nalo import NaloUssd

DATA = Path(__file__).parents[1] / "data" / "ussd"
VECTORS = json.loads((DATA / "gateways.json").read_text(encoding="utf-8"))
KNOWN = {
    one.provider: one
    for one in (ArkeselUssd, BeemUssd, HollaTagsUssd, HubtelUssd, InfobipUssd, MtnUssd, NaloUssd)
}
CALLS = [
    pytest.param(one["gateway"], call, id=f"{one['gateway']} {n}")
    for one in VECTORS
    for n, call in enumerate(one["calls"])
]


class Counting:
    """Every press is another one, and what is told of it is kept."""

    def __init__(self) -> None:
        self.told: list[tuple[bytes, bytes]] = []
        self.noted: list[bytes] = []

    def number(self, session: bytes, press: bytes) -> int:
        """Return how many were asked about."""
        self.told.append((session, press))
        return len(self.told)

    def answered(self, session: bytes) -> None:
        """Keep whose answer it was."""
        self.noted.append(session)


def door(gateway: str, presses: Counting | None = None, **more: Any) -> UssdGateway:
    given: Any = {"secret": "s3cret", "signing_key": "a key", "presses": presses or Counting()}
    return KNOWN[gateway](**given | more)


def hook(call: dict[str, Any]) -> Hook:
    if "query" in call:
        return Hook("u", {k: (v,) for k, v in call["query"].items()}, secret="s3cret", method="GET")
    body = json.dumps(call["in"]).encode()
    return Hook("u", body=body, secret="s3cret", rest=call.get("rest", ""))


def wire(**facts: str) -> GenericUssd:
    told: Any = {"session": "S", "phone": "P", "text": "T", "code": "C", "carries": "trail"} | facts
    return GenericUssd(
        name="told", wire=ConEnd(**told), secret="s", signing_key="k", presses=Counting()
    )


def query(**fields: str) -> Hook:
    whole = {"S": "s1", "P": "254711000001", "C": "*384#"} | fields
    return Hook("u", {k: (v,) for k, v in whole.items()}, secret="s", method="GET")


def press(gateway: UssdGateway, call: Hook) -> Inbound:
    (heard,) = gateway.read(call)
    assert isinstance(heard, Inbound)
    return heard


@pytest.mark.parametrize(("gateway", "call"), CALLS)
def test_what_a_call_means(gateway: str, call: dict[str, Any]) -> None:
    news = door(gateway).read(hook(call))
    match call:
        case {"heard": expected}:
            (heard,) = news
            assert isinstance(heard, Inbound)
            assert expected == {
                "opens": heard.opens, "text": heard.text, "session": heard.session,
                "phone": heard.address,
            }  # fmt: skip
            assert (heard.channel, heard.provider) == ("ussd", gateway)
        case {"over": end}:
            assert news == [SessionEnd(gateway, end["session"], end["phone"], end["completed"])]
        case _:
            assert news == []


@pytest.mark.parametrize(("gateway", "call"), CALLS)
def test_what_it_is_answered(gateway: str, call: dict[str, Any]) -> None:
    said = Reply(call["says"], ends=call["ends"]) if "says" in call else None
    answer = door(gateway).answer_to(hook(call), said)
    assert answer.mimetype == "application/json"
    if "out" in call:
        assert json.loads(answer.body) == call["out"]


def test_mtn_is_answered_as_its_definition_has_it() -> None:
    """``InboundResponse`` of MADAPI's USSD API 1.0.0: what it requires, and the types it gives."""
    for call in next(one for one in VECTORS if one["gateway"] == "mtn")["calls"]:
        answer = json.loads(door("mtn").answer_to(hook(call), Reply("Hi.")).body)
        assert {name: type(answer[name]) for name in answer} == {
            "statusCode": str, "statusMessage": str, "transactionId": str, "data": dict,
            "_link": dict,
        }  # fmt: skip
        assert {name: type(value) for name, value in answer["data"].items()} == {
            "inboundResponse": str, "outboundResponse": str, "userInputRequired": bool,
            "messageType": int, "serviceCode": str, "msisdn": str,
        }  # fmt: skip
        assert isinstance(answer["_link"]["self"]["href"], str)


@pytest.mark.parametrize("ends", [False, True])
def test_mtn_is_told_whether_the_session_goes_on(ends: bool) -> None:
    call = next(one for one in VECTORS if one["gateway"] == "mtn")["calls"][0]
    data = json.loads(door("mtn").answer_to(hook(call), Reply("Hi.", ends=ends)).body)["data"]
    assert (data["userInputRequired"], data["messageType"]) == (not ends, 2 if ends else 1)
    assert data["inboundResponse"] == data["outboundResponse"] == "Hi."


def test_a_number_of_the_gateways_own_tells_a_press_from_its_repeat() -> None:
    for gateway in ("hubtel", "beem"):
        calls = next(one for one in VECTORS if one["gateway"] == gateway)["calls"]
        presses = Counting()
        one = door(gateway, presses)
        assert press(one, hook(calls[1])).id == press(one, hook(calls[1])).id
        later = json.loads(json.dumps(calls[1]))
        if gateway == "hubtel":
            later["in"]["Sequence"] = 3
        else:
            later["in"]["payload"]["request_id"] = 2
        assert press(one, hook(calls[1])).id != press(one, hook(later)).id
        assert presses.told == []


@pytest.mark.parametrize("gateway", ["nalo", "arkesel", "mtn", "infobip", "hollatags"])
def test_else_whoever_counts_presses_says_so(gateway: str) -> None:
    call = hook(next(one for one in VECTORS if one["gateway"] == gateway)["calls"][1])
    presses = Counting()
    one = door(gateway, presses)
    assert press(one, call).id != press(one, call).id  # as it was counted
    (session, pressed), again = presses.told
    assert (session, pressed) == again
    assert len(session) == len(pressed) == 32
    one.answer_to(call, None)
    assert presses.noted == []
    one.answer_to(call, Reply("Hi."))
    assert presses.noted == [session]


def test_a_gateway_that_names_no_session_is_known_by_its_phone() -> None:
    call = {"in": {"USERID": "W", "MSISDN": "233240000012", "USERDATA": "1", "MSGTYPE": False}}
    heard = press(door("nalo"), hook(call))
    assert heard.session == press(door("nalo"), hook(call)).session
    assert "233240000012" not in heard.session


def test_a_press_does_not_show() -> None:
    for one in VECTORS:
        call = json.loads(json.dumps(one["calls"][1]))
        for name in ("Message", "USERDATA", "userData", "text", "ussdString", "session_msg"):
            for fields in (call.get("in", {}), call.get("query", {})):
                if name in fields:
                    fields[name] = "4321"
        if one["gateway"] == "beem":
            call["in"]["payload"]["response"] = "4321"
        (heard,) = door(one["gateway"]).read(hook(call))
        assert "4321" not in repr(heard)
        assert isinstance(heard, Inbound)
        assert heard.text == "4321"
        assert "4321" not in heard.id + heard.session + heard.to


@pytest.mark.parametrize(
    ("carries", "said", "text", "opens"),
    [
        ("trail", "", "", True),
        ("trail", "1", "1", False),
        ("trail", "1*2*4321", "4321", False),
        ("trail", "1*", "", False),
        ("dial_string", "*384#", "", True),
        ("dial_string", "*384*1#", "1", False),
        ("dial_string", "*384*1*4321#", "4321", False),
        ("dial_string", "1*2", "2", False),
        ("latest", "", "", True),
        ("latest", "*384#", "", True),
        ("latest", "4321", "4321", False),
    ],
)
def test_what_a_told_gateways_text_carries(carries: str, said: str, text: str, opens: bool) -> None:
    heard = press(wire(carries=carries), query(T=said))
    assert (heard.text, heard.opens, heard.to) == (text, opens, "*384#")


def test_an_extension_of_a_shared_code_is_no_input() -> None:
    ours = wire(carries="dial_string", dialled="*384*33#")
    assert press(ours, query(T="*384*33#")).opens
    assert press(ours, query(T="*384*33*1#")).text == "1"


def test_a_trail_tells_a_press_from_its_repeat() -> None:
    ours = wire()
    ids = [press(ours, query(T=said)).id for said in ("1", "1", "1*1", "1" * 3000, "1" * 3001)]
    assert ids[0] == ids[1]
    assert len(set(ids)) == 4


def test_a_number_field_of_a_told_gateway() -> None:
    ours = wire(carries="latest", number="N")
    assert press(ours, query(T="1", N="1")).id == press(ours, query(T="1", N="1")).id
    assert press(ours, query(T="1", N="1")).id != press(ours, query(T="1", N="2")).id


def test_a_told_gateway_may_send_json() -> None:
    body = json.dumps({"S": "s1", "P": "254711000001", "T": "1*2"}).encode()
    assert press(wire(), Hook("u", body=body, secret="s")).text == "2"


def test_plain_text_from_byte_0() -> None:
    menu = Reply("Wekeza", (Option("a", "Balance"),), (Option("menu", "Menu"),))
    answer = wire().answer_to(query(T="1"), menu)
    assert (answer.body, answer.mimetype) == ("CON Wekeza\n1. Balance\n00. Menu", "text/plain")
    assert wire().answer_to(query(T="1"), Reply("Bye.", ends=True)).body == "END Bye."
    assert wire().answer_to(query(), None).body == "END Please dial again."


@pytest.mark.parametrize("gateway", KNOWN)
def test_who_may_call(gateway: str) -> None:
    one = door(gateway, allowed=("196.201.1.0/24",))
    assert one.is_genuine(Hook("u", secret="s3cret", remote="196.201.1.9"))
    assert not one.is_genuine(Hook("u", secret="s3cret", remote="8.8.8.8"))
    assert not one.is_genuine(Hook("u", secret="S3CRET", remote="196.201.1.9"))
    assert not door(gateway, secret="").is_genuine(Hook("u", secret=""))


@pytest.mark.parametrize("gateway", KNOWN)
def test_a_call_that_says_nothing_ends_the_session(gateway: str) -> None:
    for body in (b"", b"[]", b"{}", b"null", b"{", b"[" * 100_000):
        call = Hook("u", body=body, secret="s3cret")
        assert door(gateway).read(call) == []
        assert "Please dial again." in door(gateway).answer_to(call, None).body
        assert "Please dial again." in door(gateway).answer(None).body


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)
FIELDS = sorted({name for one in VECTORS for call in one["calls"] for name in call.get("in", {})})


@settings(deadline=None, max_examples=200)
@given(
    st.sampled_from(sorted(KNOWN)),
    st.dictionaries(st.sampled_from(FIELDS), ANYTHING),
    st.sampled_from(["", "session/x/start", "session//end", "session/%00/response", "a/b/c/d"]),
    st.text(st.characters(), max_size=300),
    st.booleans(),
)
def test_hostile_calls_never_raise(
    gateway: str, said: dict[str, Any], rest: str, text: str, ends: bool
) -> None:
    form = {k: (v,) for k, v in said.items() if isinstance(v, str)}
    call = Hook("u", form, body=json.dumps(said).encode(), secret=text, rest=rest)
    one = door(gateway)
    assert one.is_genuine(call) is False
    for heard in one.read(call):
        assert "\x00" not in repr(heard)
    json.loads(one.answer_to(call, Reply(text, ends=ends), 3).body)
    json.loads(one.answer_to(call, None).body)


@settings(deadline=None)
@given(st.text(max_size=600), st.integers(-3, 40), st.booleans())
def test_whatever_is_said_fits_a_screen(text: str, page: int, ends: bool) -> None:
    call = hook(VECTORS[0]["calls"][0])
    words = json.loads(door("hubtel").answer_to(call, Reply(text, ends=ends), page).body)["Message"]
    assert 0 < len(words) <= 156
    assert encoding(words) == "GSM-7"
