"""The keys of every test: one that wraps, and the data keys it wraps, the same everywhere."""

import base64

from sqlalchemy import Engine

from core.store.audit_key import AuditKey
from core.store.data_keys import LocalKeys
from core.store.keyring import Keyring

FIELD_KEY = b"a field key for tests, 32 bytes."
FIELD_KEYS = base64.b64encode(FIELD_KEY).decode()
_DATA_KEYS = {0: b"an index key for tests 32 bytes.", 1: b"a data key for tests, 32 bytes.."}

SEAL_KEY = b"a seal key for tests, 32 bytes.."
SEAL_KEY_TEXT = base64.b64encode(SEAL_KEY).decode()
AUDIT = AuditKey(SEAL_KEY)
KEYS = Keyring({1: _DATA_KEYS[1]}, newest=1, index_key=_DATA_KEYS[0], audit=AUDIT)
"""What opens and seals in tests that have no house."""


def plant(engine: Engine) -> None:
    """Give an empty database the tests' data keys, so that its houses and ``KEYS`` agree."""
    provider = LocalKeys([FIELD_KEY])
    with engine.begin() as connection:
        for number, key in _DATA_KEYS.items():
            name, wrapped = provider.wrap(key)
            connection.exec_driver_sql(
                "insert into data_keys (number, wrapped_by, wrapped) values (%s, %s, %s)",
                (number, name, wrapped),
            )
