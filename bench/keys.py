"""The keys of databases that are made for a measurement and thrown away."""

from core.store.audit_key import AuditKey
from core.store.keyring import Keyring

KEYS = Keyring({1: bytes(32)}, newest=1, index_key=bytes(32), audit=AuditKey(bytes(32)))
