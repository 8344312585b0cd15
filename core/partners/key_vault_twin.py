"""The vault's twin: the transit engine's two calls, as far as `TransitVault` uses them."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core.store.keyring import KEY_BYTES

Answer = tuple[int, dict[str, object]]
PREFIX = "vault:v1:"
_NONCE_BYTES = 12


class TwinVault:
    """A vault with named keys, made from a seed as they are first used. Safe to ask at once."""

    def __init__(self, seed: bytes, token: str) -> None:
        self._seed, self._token = seed, token
        self.sealed = False
        """Whether the vault is sealed, as it is after a restart: it then answers nothing."""

    def answer(self, path: str, body: Mapping[str, object], headers: Mapping[str, str]) -> Answer:
        """Return status and body for a POST to ``/v1/<mount>/<verb>/<key>``."""
        if self.sealed:
            return 503, {"errors": ["Vault is sealed"]}
        token = next((headers[name] for name in headers if name.lower() == "x-vault-token"), "")
        if not hmac.compare_digest(token, self._token):
            return 403, {"errors": ["permission denied"]}
        match path.strip("/").split("/"):
            case ["v1", _, "encrypt", key]:
                return self._encrypt(key, str(body.get("plaintext", "")))
            case ["v1", _, "decrypt", key]:
                return self._decrypt(key, str(body.get("ciphertext", "")))
        return 404, {"errors": []}

    def _encrypt(self, key: str, plaintext: str) -> Answer:
        try:
            content = base64.b64decode(plaintext, validate=True)
        except binascii.Error:
            return 400, {"errors": ["failed to base64-decode plaintext"]}
        # The same words are wrapped the same here; nobody can tell from outside.
        nonce = hmac.digest(self._seed, key.encode() + content, hashlib.sha256)[:_NONCE_BYTES]
        sealed = nonce + self._cipher(key).encrypt(nonce, content, None)
        text = PREFIX + base64.b64encode(sealed).decode()
        return 200, {"data": {"ciphertext": text, "key_version": 1}}

    def _decrypt(self, key: str, ciphertext: str) -> Answer:
        try:
            sealed = base64.b64decode(ciphertext.removeprefix(PREFIX), validate=True)
            content = self._cipher(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], None)
        except (binascii.Error, InvalidTag, ValueError):
            return 400, {"errors": ["invalid ciphertext: unable to decrypt"]}
        return 200, {"data": {"plaintext": base64.b64encode(content).decode()}}

    def _cipher(self, key: str) -> AESGCM:
        return AESGCM(hmac.digest(self._seed, key.encode(), hashlib.sha256)[:KEY_BYTES])
