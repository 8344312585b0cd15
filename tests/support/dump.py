"""A database as somebody sees it who got hold of a copy: every row of every table, as text."""

import base64
import subprocess
from collections.abc import Iterable
from pathlib import Path

from bot.embedded.postgres import bundled_programs
from core.store.acting import acting_as
from core.store.sealed import COLUMNS, COMPLIANCE_ROLE
from core.store.unit import Unit


def of(url: str) -> str:
    """Return all rows of a database, by ``pg_dump``; ``url`` is a superuser's."""
    program = bundled_programs() / "bin" / "pg_dump"
    command = [program, "--data-only", "--inserts", "--disable-triggers", url]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def found(dump: str, words: Iterable[str]) -> list[str]:
    """Return the words that a dump tells: in clear, in hexadecimal digits (also of
    UTF-16) or in base64."""
    text = dump.casefold()
    return [word for word in words if any(form.casefold() in text for form in _forms(word))]


def opened(unit: Unit, *, but: str = "") -> str:
    """Return all that a database tells whoever has its keys: every row, and what was sealed.

    ``but`` is a field (``table.column``) to leave out.
    """
    told = []
    for reader in ("", COMPLIANCE_ROLE):
        with acting_as(unit, reader):
            tables = unit.all(
                """
                select relname from pg_class
                where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
                    and has_table_privilege(oid, 'select')
                order by relname
                """
            )
            told += [
                str(row.told)
                for table in tables
                for row in unit.all(f"select t::text as told from {table.relname} t")
            ]
    for column in (one for one in COLUMNS if one.field != but):
        with acting_as(unit, column.reader):
            rows = unit.all(
                f"select {column.row} as row, {column.column} as sealed from {column.table}"
                # Staff whom a test hires without a name have this in its place.
                f" where {column.column} <> 'sealed'"
            )
        told += [
            unit.keys.open_bytes(bytes(row.sealed), field=column.field, row=row.row).decode()
            for row in rows
        ]
    return "\n".join(told)


def in_files(folder: Path, words: Iterable[str]) -> list[str]:
    """Return which words stand in which files of a folder, in clear or as UTF-16."""
    forms = {
        word: {word.encode(), word.encode("utf-16-le"), word.encode("utf-16-be")} for word in words
    }
    told = []
    for path in sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        try:
            content = path.read_bytes()
        except FileNotFoundError:  # PostgreSQL has done with it
            continue
        told += [
            f"{word} in {path.relative_to(folder)}"
            for word, written in forms.items()
            if any(form in content for form in written) or found(_text(content), [word])
        ]
    return told


def _text(content: bytes) -> str:
    """Return the text of a file of text, and nothing of others: their bytes were looked at."""
    return "" if b"\0" in content[:4096] else content.decode("utf-8", "replace")


def _forms(word: str) -> set[str]:
    plain = word.encode()
    # Base64 of a longer text holds one of three forms of the word, by where it begins.
    shifted = {
        base64.b64encode(b"\0" * by + plain).decode()[by + 1 + (by > 0) : -4 or None]
        for by in range(3)
    }
    wide = (word.encode(one).hex() for one in ("utf-16-le", "utf-16-be"))
    escaped = word.encode("unicode_escape").decode()
    return {word, plain.hex(), *wide, escaped, *(form for form in shifted if len(form) >= 6)}
