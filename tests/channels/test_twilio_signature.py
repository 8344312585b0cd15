"""Which calls are Twilio's own. Checked against the official validator."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from channels.message import Hook, Inbound
from channels.twilio_hook import TwilioDoor
from tests.support.twilio_wire import (
    TEXT,
    TOKEN,
    URL,
    Multi,
    form,
    json_hook,
    sign,
    signed,
    sms_door,
    whatsapp,
    whatsapp_door,
)


def test_a_signed_form_is_genuine() -> None:
    assert whatsapp().is_genuine(signed(form(**TEXT)))


def test_fields_we_do_not_know_are_part_of_the_signature() -> None:
    hook = signed(form(**TEXT, ChannelMetadata='{"type":"whatsapp"}', NewOne="x", Empty=""))
    assert whatsapp().is_genuine(hook)
    stripped = {k: v for k, v in hook.form.items() if k != "NewOne"}
    assert not whatsapp().is_genuine(Hook(hook.url, stripped, hook.headers))


def test_repeated_values_are_signed_once_and_sorted() -> None:
    hook = signed(form(**TEXT, Tag=("b", "a", "b")))
    assert whatsapp().is_genuine(hook)
    again = Hook(hook.url, {**hook.form, "Tag": ("a", "b")}, hook.headers)
    assert whatsapp().is_genuine(again)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (URL, URL.replace("bank.example", "bank.example:443")),
        (URL.replace("bank.example", "bank.example:443"), URL),
        ("http://127.0.0.1:8000/in", "http://127.0.0.1:8000/in"),
        ("http://bank.example/in", "http://bank.example:80/in"),
    ],
)
def test_the_port_may_be_spelt_or_not(ours: str, theirs: str) -> None:
    fields = form(**TEXT)
    assert whatsapp().is_genuine(Hook(ours, fields, {"x-twilio-signature": sign(theirs, fields)}))


@pytest.mark.parametrize("signature", ["", "x", "=" * 28, "é" * 28, "\udcff" * 28])
def test_a_bad_or_missing_signature_is_not_genuine(signature: str) -> None:
    fields = form(**TEXT)
    assert not whatsapp().is_genuine(Hook(URL, fields, {"x-twilio-signature": signature}))
    assert not whatsapp().is_genuine(Hook(URL, fields))


def test_another_token_path_or_text_is_not_genuine() -> None:
    hook = signed(form(**TEXT))
    assert not TwilioDoor(auth_token=TOKEN[::-1]).is_genuine(hook)
    assert not whatsapp().is_genuine(Hook(URL + "/x", hook.form, hook.headers))
    changed = {**hook.form, "Body": ("Tuma 5000",)}
    assert not whatsapp().is_genuine(Hook(URL, changed, hook.headers))


def test_without_a_token_nobody_is_genuine() -> None:
    fields = form(**TEXT)
    empty = RequestValidator("").compute_signature(URL, Multi(fields))
    hook = Hook(URL, fields, {"x-twilio-signature": empty})
    assert not TwilioDoor(auth_token="").is_genuine(hook)


def test_json_counts_by_its_raw_body() -> None:
    body = json.dumps({"property": "värde"}).encode()
    assert whatsapp().is_genuine(json_hook(body))
    assert not whatsapp().is_genuine(json_hook(b'{"x": 1}', signed_body=body))
    assert not whatsapp().is_genuine(json_hook(b"\xff\xfe"))


def test_a_form_beside_a_json_body_does_not_pass_for_it() -> None:
    body = b'{"a": 1}'
    # A signed address with any form and a body that the hash does not cover.
    assert not whatsapp().is_genuine(json_hook(b"x=1", signed_body=body, form=form(x="1")))


def test_json_without_a_hash_is_refused_before_it_is_checked() -> None:
    headers = {"x-twilio-signature": sign(URL, {}), "content-type": "application/json; charset=u"}
    assert not whatsapp().is_genuine(Hook(URL, headers=headers, body=b"{}"))
    assert not whatsapp().is_genuine(Hook(URL, headers=headers))
    del headers["content-type"]
    assert not whatsapp().is_genuine(Hook(URL, headers=headers, body=b"anything"))
    blank = Hook(URL + "?bodySHA256=", headers=headers, body=b"{}")
    assert not whatsapp().is_genuine(blank)


TEXTS = st.text(max_size=30)
FORMS = st.dictionaries(
    st.one_of(st.sampled_from([*TEXT, "NumMedia", "MediaUrl0", "ErrorCode", "ListId"]), TEXTS),
    st.lists(TEXTS, min_size=1, max_size=3).map(tuple),
    max_size=12,
)
SURROGATES = st.text(st.characters(min_codepoint=0xD7FE, max_codepoint=0xE001), max_size=5)


@settings(deadline=None)
@given(
    st.one_of(TEXTS, SURROGATES, st.just("http://[::1"), st.just("http://a:b/?bodySHA256=1")),
    FORMS,
    st.one_of(TEXTS, SURROGATES),
    st.binary(max_size=20),
    st.sampled_from(["", "application/json", "text/plain", "é"]),
)
def test_hostile_calls_never_raise(
    url: str, fields: dict[str, tuple[str, ...]], signature: str, body: bytes, kind: str
) -> None:
    hook = Hook(url, fields, {"x-twilio-signature": signature, "content-type": kind}, body)
    for door in (whatsapp_door, sms_door):
        assert door.is_genuine(hook) is False
        for heard in door.read(hook):
            assert not isinstance(heard, Inbound) or heard.address.startswith("+")


@settings(deadline=None)
@given(FORMS)
def test_whatever_the_official_validator_signs_is_genuine(
    fields: dict[str, tuple[str, ...]],
) -> None:
    hook = signed(fields)
    assert whatsapp_door.is_genuine(hook)
    assert RequestValidator(TOKEN).validate(
        hook.url, Multi(fields), hook.headers["x-twilio-signature"]
    )
