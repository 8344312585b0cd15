"""The vault over real HTTP: what it wraps it opens, and when it is away, that is said."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from core.partners.key_vault import MOST_TRIES, TransitVault, VaultAway
from core.partners.key_vault_twin import TwinVault
from core.store import data_keys
from core.store.data_keys import LocalKeys, Successor
from core.store.keyring import Keyring
from tests.support.keys import KEYS

TOKEN = "hvs.a-token-for-tests"
KEY = bytes(range(32))


@pytest.fixture
def twin() -> TwinVault:
    """A vault."""
    return TwinVault(b"seed", TOKEN)


@pytest.fixture
def address(twin: TwinVault) -> Iterator[str]:
    """Where it is."""

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status, answer = twin.answer(self.path, body, dict(self.headers))
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(answer).encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/transit/wekeza"
    server.shutdown()
    server.server_close()


def vault(address: str, token: str = TOKEN) -> TransitVault:
    return TransitVault(address, token, sleep=lambda _: None)


def test_what_it_wraps_it_opens(address):
    name, wrapped = vault(address).wrap(KEY)
    assert wrapped.startswith(b"vault:v1:") and KEY not in wrapped
    assert vault(address).unwrap(name, wrapped) == KEY


@pytest.mark.parametrize(
    "change", [lambda w: w[:-3] + b"AAA", lambda w: b"vault:v1:", lambda w: b"?"]
)
def test_a_changed_wrapping_is_not_opened(address, change):
    name, wrapped = vault(address).wrap(KEY)
    with pytest.raises(VaultAway, match="HTTP 400"):
        vault(address).unwrap(name, change(wrapped))


def test_a_wrong_token_opens_nothing_and_is_not_told(address):
    with pytest.raises(VaultAway, match="HTTP 403") as said:
        vault(address, "hvs.wrong").wrap(KEY)
    assert "hvs" not in str(said.value)


def test_a_key_of_another_provider_is_named(address):
    with pytest.raises(LookupError, match="another"):
        vault(address).unwrap("another", b"")


def test_a_vault_that_is_sealed_is_asked_a_few_times(address, twin):
    waits: list[float] = []
    twin.sealed = True
    patient = TransitVault(address, TOKEN, sleep=waits.append)
    with pytest.raises(VaultAway, match="HTTP 503"):
        patient.wrap(KEY)
    assert len(waits) == MOST_TRIES - 1

    def open_again(_: float) -> None:
        twin.sealed = False

    name, wrapped = TransitVault(address, TOKEN, sleep=open_again).wrap(KEY)
    assert vault(address).unwrap(name, wrapped) == KEY


def test_nobody_at_home_is_told_after_the_tries():
    with pytest.raises(VaultAway, match="ConnectError"):
        vault("http://127.0.0.1:9/transit/wekeza").wrap(KEY)


@pytest.mark.parametrize(
    "wrong", ["", "https://vault", "https://vault/wekeza", "vault/transit/key"]
)
def test_an_address_that_names_no_key_is_refused(wrong):
    with pytest.raises(ValueError, match="named as"):
        TransitVault(wrong, TOKEN)


def test_a_house_keeps_its_data_keys_in_the_vault(address, clean_admin_engine, clean_engine):
    with clean_admin_engine.begin() as connection:
        connection.exec_driver_sql("delete from data_keys")
    first = data_keys.load(clean_engine, vault(address), audit=KEYS.audit)
    sealed = first.seal("Amina", field="a.b", row=1)
    second: Keyring = data_keys.load(clean_engine, vault(address), audit=KEYS.audit)
    assert second.open(sealed, field="a.b", row=1) == "Amina"
    with pytest.raises(LookupError):
        data_keys.load(clean_engine, LocalKeys([KEY]), audit=KEYS.audit)


def test_a_bank_moves_from_its_own_keys_to_a_vault(address, clean_admin_engine, clean_engine):
    with clean_admin_engine.begin() as connection:
        connection.exec_driver_sql("delete from data_keys")
    own = LocalKeys([KEY])
    sealed = data_keys.load(clean_engine, own, audit=KEYS.audit).seal("Amina", field="a.b", row=1)
    moving = Successor(vault(address), before=own)
    on_the_way = data_keys.load(clean_engine, moving, audit=KEYS.audit)
    assert on_the_way.open(sealed, field="a.b", row=1) == "Amina"
    assert data_keys.rewrap(clean_engine, moving) == len(data_keys.living(clean_engine))
    there = data_keys.load(clean_engine, vault(address), audit=KEYS.audit)
    assert there.open(sealed, field="a.b", row=1) == "Amina"
