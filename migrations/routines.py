"""Installs functions, views and their types: whole, after the migrations, when a file changed."""

import hashlib
import re
from pathlib import Path

from sqlalchemy import Connection

FOLDER = Path(__file__).parent / "functions"
OWNERS = {"ledger": "wekeza_ledger", "bank": "wekeza_owner"}
_PLACES = {"types": 0, "views": 2}
_MADE = re.compile(r"^create (function|view|type) (\w+)", re.MULTILINE)
_DROPPED_FIRST = ("view", "function", "type")  # views call functions, functions take types


def files(folder: str) -> list[Path]:
    """Return a folder's files in the order they are run."""
    found = (FOLDER / folder).glob("*.sql")
    return sorted(found, key=lambda path: (_PLACES.get(path.stem, 1), path.name))


def fingerprint() -> str:
    """Return what changes when any file does."""
    seen = hashlib.sha256()
    for folder in OWNERS:
        for path in files(folder):
            seen.update(f"{folder}/{path.name}\n".encode() + path.read_bytes())
    return seen.hexdigest()


def install(connection: Connection) -> None:
    """Make every function, view and type anew if a file has changed since the last time.

    Runs inside the caller's transaction, as a user who may act as the owners.
    """
    connection.exec_driver_sql("set local role wekeza_owner")
    known = connection.exec_driver_sql("select fingerprint from routines").scalar_one_or_none()
    if known == fingerprint():
        return
    texts = {path: path.read_text() for folder in OWNERS for path in files(folder)}
    # A function may name another one that comes later; what is wrong shows when it is called.
    connection.exec_driver_sql("set local check_function_bodies = off")
    _drop(connection, [made for text in texts.values() for made in _MADE.findall(text)])
    for path, text in texts.items():
        connection.exec_driver_sql(f"set local role {OWNERS[path.parent.name]}")
        connection.exec_driver_sql(text.replace("%", "%%"))
    connection.exec_driver_sql("set local role wekeza_owner")
    connection.exec_driver_sql("delete from routines")
    connection.exec_driver_sql(
        "insert into routines (fingerprint) values (%(now)s)", {"now": fingerprint()}
    )


def _drop(connection: Connection, made: list[tuple[str, str]]) -> None:
    for kind in _DROPPED_FIRST:
        names = [name for made_kind, name in made if made_kind == kind]
        if kind != "function":
            for name in reversed(names):  # a later one may stand on an earlier one
                connection.exec_driver_sql(f"drop {kind} if exists {name}")
            continue
        signatures = connection.exec_driver_sql(
            "select p.oid::regprocedure::text from pg_proc p"
            " where p.pronamespace = 'public'::regnamespace and p.proname = any(%(names)s)",
            {"names": names},
        ).scalars()
        for signature in signatures.all():
            connection.exec_driver_sql(f"drop function {signature}")
