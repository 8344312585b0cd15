"""The front door that Meta knocks on, and a whole conversation on either provider's number."""

import json
from dataclasses import replace
from typing import Any

import pytest

from bot import app as apps
from bot import hub
from bot.simulator.meta_wire import HUB_SIGNATURE, sign
from channels.message import Answer, Hook, Inbound, Reply
from core.store import contacts
from tests.support import unsealed
from tests.support.town import AMINA

PATH = "/webhooks/meta/whatsapp"


@pytest.fixture
def client(house):
    return apps.build(house=house).test_client()


@pytest.fixture
def call(client, settings):
    """Post a batch as Meta would, signed; ``secret`` may be somebody else's."""

    def post(*values: dict[str, Any], secret: str = settings.meta_app_secret, pad: int = 0):
        metadata = {"phone_number_id": settings.meta_phone_number_id}
        changes = [{"field": "messages", "value": {"metadata": metadata, **v}} for v in values]
        told = {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": changes}]}
        body = json.dumps(told).encode() + b" " * pad
        headers = {HUB_SIGNATURE: sign(secret, body), "Content-Type": "application/json"}
        return client.post(PATH, data=body, headers=headers)

    return post


def said(text: str, ident: str = "wamid.1", address: str = AMINA) -> dict[str, Any]:
    one = {"from": address[1:], "id": ident, "timestamp": "1772616600", "type": "text"}
    return {"messages": [{**one, "text": {"body": text}}]}


def count(house, table: str) -> int:
    with house.unit() as unit:
        return int(unit.value(f"select count(*) from {table}"))


def test_the_handshake_is_answered_as_plain_text(client, settings) -> None:
    query = {"hub.mode": "subscribe", "hub.challenge": "<b>1158201444</b>"}
    right = {**query, "hub.verify_token": settings.meta_verify_token}
    answer = client.get(PATH, query_string=right)
    assert (answer.status_code, answer.text, answer.mimetype) == (
        200, "<b>1158201444</b>", "text/plain",
    )  # fmt: skip
    assert client.get(PATH, query_string={**query, "hub.verify_token": "x"}).status_code == 403
    assert client.get(PATH).status_code == 403


def test_a_message_is_acknowledged_and_answered_on_the_number_it_was_sent_to(house, call) -> None:
    answer = call(said("BAL"))
    assert (answer.status_code, answer.text) == (200, "")
    number = f"meta:whatsapp:{house.settings.meta_phone_number_id}"
    with house.unit() as unit:
        [owed] = unsealed.outbox(unit)
        sender = unit.value("select sender from conversations")
    assert "12,400" in owed.payload["reply"]["text"]
    assert owed.sender == sender == number


def test_whoever_writes_to_the_other_number_is_answered_there(house, call) -> None:
    call(said("BAL"))
    twilio = house.sender("twilio", "whatsapp")
    inbound = Inbound("whatsapp", "twilio", "SM1", AMINA, twilio.number, text="BAL")

    hub.hear(house, inbound)
    with house.unit() as unit:
        rows = unit.all("select sender from outbox order by id")
    assert [row.sender.partition(":")[0] for row in rows] == ["meta", "twilio"]


@pytest.mark.parametrize("secret", ["somebody-elses", ""])
def test_a_call_that_is_not_metas_gets_403_and_changes_nothing(house, call, secret: str) -> None:
    assert call(said("BAL"), secret=secret).status_code == 403
    assert count(house, "inbox") == 0


def test_a_batch_is_heard_whole_and_a_second_delivery_does_nothing(house, call) -> None:
    batch = [
        said("BAL", "wamid.1"),
        said("RATES", "wamid.2"),
        said("BAL", "wamid.3", "+254712000002"),
    ]
    assert call(*batch).status_code == 200
    assert (count(house, "inbox"), count(house, "outbox")) == (3, 3)
    assert call(*batch).status_code == 200
    assert (count(house, "inbox"), count(house, "outbox")) == (3, 3)


def test_a_call_of_three_megabytes_is_heard(house, call) -> None:
    assert call(said("BAL"), pad=3 * 1024 * 1024 - 1000).status_code == 200
    assert count(house, "inbox") == 1
    assert call(said("BAL", "wamid.2"), pad=4 * 1024 * 1024).status_code == 413


def test_what_is_none_of_ours_is_acknowledged(client, house, settings) -> None:
    for body in (b"[]", b"{}", b'{"object": "page"}', b"not json"):
        headers = {HUB_SIGNATURE: sign(settings.meta_app_secret, body)}
        assert client.post(PATH, data=body, headers=headers).status_code == 200
    assert count(house, "inbox") == 0


def test_a_receipt_moves_a_message_up(house, call) -> None:
    call(said("BAL"))
    with house.unit() as unit:
        unit.run(
            "update messages set status = 'sending', provider_message_id = 'wamid.OURS'"
            " where not is_inbound"
        )
    for status in ("delivered", "read", "sent", "played"):
        one = {"id": "wamid.OURS", "status": status, "recipient_id": AMINA[1:]}
        assert call({"statuses": [one]}).status_code == 200
    assert count(house, "messages where status = 'read' and delivered_at is not null") == 1


def test_nothing_is_trusted_at_a_number_that_its_holder_left(house, call) -> None:
    call(said("BAL"))
    moved = {"from": AMINA[1:], "id": "wamid.M", "timestamp": "1772616600", "type": "system",
             "system": {"type": "user_changed_number", "wa_id": "254712999999"}}  # fmt: skip
    assert call({"messages": [moved]}).status_code == 200
    with house.unit() as unit:
        trust = unit.value(
            "select trust from addresses where channel = 'whatsapp' and address = %(a)s",
            a=contacts.token(unit, AMINA),
        )
    assert trust == "new"


def test_a_heard_message_is_left_to_be_marked_and_costs_no_statement(house, call) -> None:
    house.redis.flushdb()
    call(said("BAL", "wamid.7"))
    number = house.sender("meta", "whatsapp").key
    [mark] = house.waker.heard(number, most=5)
    assert (mark.message, mark.sender) == ("wamid.7", number)
    assert AMINA not in mark.contact
    call(said("BAL", "wamid.7"))
    assert house.waker.heard(number, most=5) == [], "a second delivery is not shown again"


class Gateway:
    """A gateway whose answer repeats what it was called with."""

    provider = "gateway"

    def __init__(self) -> None:
        self.hooks: list[Hook] = []

    def is_genuine(self, hook: Hook) -> bool:
        self.hooks.append(hook)
        return hook.secret == "right"

    def read(self, hook: Hook) -> list[Any]:
        if not hook.form and not hook.body:
            return []
        return [Inbound("ussd", self.provider, f"g{len(self.hooks)}", AMINA, "*384#", opens=True,
                        session="s1")]  # fmt: skip

    def answer(self, reply: Reply | None, page: int = 0) -> Answer:
        raise AssertionError("it is asked with its call")

    def answer_to(self, hook: Hook, reply: Reply | None, page: int = 0) -> Answer:
        told = {"path": hook.rest, "said": reply.text if reply else ""}
        return Answer(json.dumps(told), "application/json", {"X-Echo": hook.method})


@pytest.mark.parametrize("method", ["GET", "POST", "PUT"])
def test_any_ussd_gateway_has_a_door(house, method: str) -> None:
    gateway = Gateway()
    doors = {**house.providers.doors, "ussd/some": gateway}
    mine = replace(house, providers=replace(house.providers, doors=doors))
    client = apps.build(house=mine).test_client()
    path = "/webhooks/ussd/some/right/session/1/start"
    how = {"query_string": {"msisdn": "1"}} if method == "GET" else {"json": {"text": "1"}}
    answer = client.open(path, method=method, **how)
    assert (answer.status_code, answer.headers["X-Echo"]) == (200, method)
    assert answer.json["path"] == "session/1/start" and answer.json["said"]
    [hook] = gateway.hooks
    assert (hook.method, hook.rest, hook.secret) == (method, "session/1/start", "right")
    assert hook.get("msisdn") == ("1" if method == "GET" else "")
    assert hook.json() == (None if method == "GET" else {"text": "1"})
    assert client.open("/webhooks/ussd/some/wrong", method=method).status_code == 403
    assert client.open("/webhooks/ussd/other/right", method=method).status_code == 404
    assert client.open("/webhooks/ussd/some/right", method=method).status_code == 200
