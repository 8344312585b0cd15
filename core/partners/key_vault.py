"""A vault that wraps our data keys, so that the key which opens everything never comes to us.

The transit engine of HashiCorp Vault and OpenBao over HTTP, ``/v1/transit/{encrypt,decrypt}/<key>``
(https://developer.hashicorp.com/vault/api-docs/secret/transit). Asked outside of any transaction:
when a process opens, and when a data key is made or read for the first time.
"""

import base64
import time
from collections.abc import Callable
from http import HTTPStatus
from urllib.parse import urlsplit

import httpx

from core.store.data_keys import KeysAway

LARGEST_ANSWER = 64 * 1024
TIMEOUT_SECONDS = 3.0
MOST_TRIES = 3
WAIT_SECONDS = 0.2
"""Before the second try; twice as long before the third."""


class VaultAway(KeysAway):
    """The vault gave no answer that can be used. Its words are never part of this."""


class TransitVault:
    """One named key of a vault's transit engine. A `core.store.data_keys.KeyProvider`.

    ``address`` names server, mount and key, such as ``https://vault.example:8200/transit/wekeza``.
    """

    def __init__(
        self,
        address: str,
        token: str,
        *,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        parts = urlsplit(address)
        mount, _, self._key = parts.path.strip("/").rpartition("/")
        if not (parts.scheme and parts.netloc and mount and self._key):
            raise ValueError("a vault is named as https://server/mount/key")
        self._base = f"{parts.scheme}://{parts.netloc}/v1/{mount}"
        self._headers = {"X-Vault-Token": token, "X-Vault-Request": "true"}
        self._transport, self._sleep = transport, sleep

    @property
    def newest(self) -> str:
        """The name of the key that wraps; the vault itself knows which of its versions did."""
        return f"vault:{self._key}"

    def wrap(self, key: bytes) -> tuple[str, bytes]:
        """Return a data key wrapped by the vault, after the name of the vault's key.

        :raises VaultAway: if the vault does not answer
        """
        asked = {"plaintext": base64.b64encode(key).decode()}
        return self.newest, self._ask("encrypt", asked, "ciphertext").encode()

    def unwrap(self, name: str, wrapped: bytes) -> bytes:
        """Return a data key that the vault wrapped.

        :raises LookupError: if it was wrapped by something else
        :raises VaultAway: if the vault does not answer
        """
        if name != self.newest:
            raise LookupError(f"the vault's key is {self.newest}, not {name}")
        answer = self._ask("decrypt", {"ciphertext": wrapped.decode()}, "plaintext")
        return base64.b64decode(answer, validate=True)

    def _ask(self, verb: str, asked: dict[str, str], wanted: str) -> str:
        """Ask a few times, as a vault that seals itself or fails over is away for a moment."""
        wait = WAIT_SECONDS
        for left in reversed(range(MOST_TRIES)):
            try:
                return self._once(verb, asked, wanted)
            except VaultAway:
                if not left:
                    raise
            self._sleep(wait)
            wait *= 2
        raise AssertionError("a try either returns or raises")

    def _once(self, verb: str, asked: dict[str, str], wanted: str) -> str:
        try:
            with httpx.Client(transport=self._transport, timeout=TIMEOUT_SECONDS) as client:
                answer = client.post(
                    f"{self._base}/{verb}/{self._key}", json=asked, headers=self._headers
                )
        except httpx.HTTPError as error:
            raise VaultAway(type(error).__name__) from None
        if answer.status_code != HTTPStatus.OK:
            raise VaultAway(f"{verb}: HTTP {answer.status_code}")
        if len(answer.content) > LARGEST_ANSWER:
            raise VaultAway(f"{verb}: an answer of {len(answer.content)} bytes")
        try:
            found = answer.json()["data"][wanted]
        except (ValueError, KeyError, TypeError):
            raise VaultAway(f"{verb}: an answer that cannot be read") from None
        if not isinstance(found, str):
            raise VaultAway(f"{verb}: an answer that cannot be read")
        return found
