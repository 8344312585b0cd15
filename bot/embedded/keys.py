"""The secrets a fresh clone makes for itself: once, into DATA_DIR, for its owner's eyes only."""

import base64
import fcntl
import json
import os
import secrets
from pathlib import Path
from typing import TypedDict

FILE = "keys.json"
KEY_BYTES = 32


class Keys(TypedDict):
    """Everything secret that a bundled house needs. Keys are base64 of 32 random bytes."""

    secret_key: str
    field_keys: str
    pin_pepper: str
    seal_key: str
    postgres_password: str
    app_password: str


class KeysLost(Exception):
    """The database is there but the keys that open it are not."""


def read_or_make(data_dir: Path) -> Keys:
    """Return the keys kept in ``data_dir``, making them on the first call (file mode 0600).

    Two processes that ask at once get the same keys.

    :raises KeysLost: if a bundled database exists there without its keys
    """
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = data_dir / FILE
    with (data_dir / ".keys.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not file.exists():
            if (data_dir / "postgres" / "data").exists():
                raise KeysLost(
                    f"{file} is missing, and the database beside it cannot be opened without it: "
                    f"put the file back from a backup, or remove {data_dir} to start anew"
                )
            _write(file, _make())
    kept: Keys = json.loads(file.read_text())
    return kept


def random_key() -> str:
    """Return a new key: base64 of 32 random bytes."""
    return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def _make() -> Keys:
    return Keys(
        secret_key=random_key(),
        field_keys=random_key(),
        pin_pepper=random_key(),
        seal_key=random_key(),
        postgres_password=secrets.token_urlsafe(24),
        app_password=secrets.token_urlsafe(24),
    )


def _write(file: Path, keys: Keys) -> None:
    """Write all or nothing: a crash in between must not leave half a key file."""
    draft = file.with_suffix(".new")
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as out:
        json.dump(keys, out, indent=1)
        out.flush()
        os.fsync(out.fileno())
    draft.replace(file)
