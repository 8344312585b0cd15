"""Who calls as Meta: the signature over the very bytes, and the handshake."""

import hashlib
import hmac
from urllib.parse import parse_qs

import pytest

from channels.message import Hook
from channels.meta_hook import LARGEST_CALL, MetaDoor
from tests.support.meta_wire import SECRET, TOKEN, URL, door, hook, kept

BODY = kept("text")


def test_metas_own_bytes_are_genuine() -> None:
    assert door.is_genuine(hook(BODY))
    raw = b'{"a":"Zo\\u00eb \\ud83d\\ude4f / <b>"}'
    assert door.is_genuine(hook(raw)), "nothing is written anew before it is checked"


def test_one_byte_more_or_another_secret_is_not() -> None:
    good = hook(BODY)
    assert not door.is_genuine(Hook(URL, headers=good.headers, body=BODY + b" "))
    other = MetaDoor(app_secret="another", verify_token=TOKEN, numbers=[], api="")
    assert not other.is_genuine(good)


def digest(name: str = "sha256") -> str:
    return hmac.new(SECRET.encode(), BODY, getattr(hashlib, name)).hexdigest()


@pytest.mark.parametrize(
    "signature",
    ["", "sha256=", digest(), f"sha1={digest('sha1')}", f"sha256={digest().upper()}",
     f"sha256={digest()} ", "sha256=é", "sha256=\ud800"],
)  # fmt: skip
def test_a_signature_in_another_shape_is_none(signature: str) -> None:
    assert not door.is_genuine(hook(BODY, signature=signature))


def test_nothing_is_genuine_without_a_header_or_a_secret() -> None:
    assert not door.is_genuine(Hook(URL, body=BODY))
    assert not door.is_genuine(Hook(URL, headers={"x-hub-signature": f"sha1={digest('sha1')}"}))
    open_door = MetaDoor(app_secret="", verify_token="", numbers=[], api="")
    empty = hmac.new(b"", BODY, hashlib.sha256).hexdigest()
    assert not open_door.is_genuine(hook(BODY, signature=f"sha256={empty}"))
    assert open_door.greet(greeting("hub.mode=subscribe&hub.verify_token=")) is None


def test_a_call_of_three_megabytes_is_heard_and_a_larger_one_is_not() -> None:
    assert door.is_genuine(hook(b"x" * LARGEST_CALL))
    assert not door.is_genuine(hook(b"x" * (LARGEST_CALL + 1)))


def greeting(query: str) -> Hook:
    fields = parse_qs(query, keep_blank_values=True)
    return Hook(URL, {name: tuple(values) for name, values in fields.items()}, method="GET")


@pytest.mark.parametrize(
    ("query", "said"),
    [
        (f"hub.mode=subscribe&hub.verify_token={TOKEN}&hub.challenge=1158201444", "1158201444"),
        (f"hub.mode=subscribe&hub.verify_token={TOKEN}&hub.challenge=%3Cscript%3E", "<script>"),
        ("hub.mode=subscribe&hub.verify_token=wrong&hub.challenge=1", None),
        (f"hub.mode=unsubscribe&hub.verify_token={TOKEN}&hub.challenge=1", None),
        (f"hub.verify_token={TOKEN}", None),
        ("", None),
    ],
)
def test_the_handshake_gives_back_the_challenge_as_plain_text(query: str, said: str | None) -> None:
    answer = door.greet(greeting(query))
    assert (answer and answer.body) == said
    assert answer is None or answer.mimetype == "text/plain"
