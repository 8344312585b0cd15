"""The keys of this house, put together from its settings and its database."""

from sqlalchemy import Connection, Engine

from bot.settings import Settings
from core.partners.key_vault import TransitVault
from core.store import data_keys
from core.store.audit_key import AuditKey
from core.store.data_keys import KeyProvider, LocalKeys, Successor
from core.store.keyring import Keyring


def provider(settings: Settings) -> KeyProvider:
    """Return who wraps our data keys: the vault that is set, else the keys of FIELD_KEYS.

    A vault comes after the keys of FIELD_KEYS: what they wrapped is opened until it is rewrapped.
    """
    local = LocalKeys(settings.field_keys)
    if not settings.field_key_vault:
        return local
    vault = TransitVault(settings.field_key_vault, settings.field_key_vault_token)
    return Successor(vault, before=local)


def load(engine: Engine, settings: Settings) -> Keyring:
    """Return what seals protected fields and chains the audit log; makes first keys at need."""
    return data_keys.load(engine, provider(settings), audit=AuditKey(settings.seal_key))


def load_in(connection: Connection, settings: Settings) -> Keyring:
    """Return the same inside a transaction, for the migration that seals what was clear."""
    return data_keys.load_in(connection, provider(settings), audit=AuditKey(settings.seal_key))
