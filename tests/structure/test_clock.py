"""Time, ids and chance come from outside: from the house, so that a test can stand them still.

``time.monotonic`` and ``perf_counter`` may be read anywhere: they measure and tell no time.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.structure.source import ROOMS, ROOT, files, name, offenders, tree

CLOCKS = {
    "datetime.now", "datetime.utcnow", "datetime.today", "datetime.utcfromtimestamp", "date.today",
    "datetime.datetime.now", "datetime.datetime.utcnow", "datetime.date.today",
    "time.time", "time.time_ns", "time.localtime", "time.gmtime", "time.strftime", "time.ctime",
}  # fmt: skip
CHANCE = re.compile(
    # A generator made from a given seed is no chance: it throws the same in every run. Nor is an id
    # made from a name (uuid3, uuid5).
    r"(uuid\.)?uuid[124678]$|uuid_utils\.(compat\.)?uuid|os\.urandom$"
    r"|random\.(?!Random$)\w+$|secrets\.(token|rand|choice)"
)
TIMES_IN_SQL = re.compile(
    r"\b(now|clock_timestamp|statement_timestamp|transaction_timestamp|timeofday)\s*\(\s*\)"
    r"|\b(current_timestamp|current_date|current_time|localtime|localtimestamp)\b",
    re.IGNORECASE,
)
IDS_IN_SQL = re.compile(r"\b(gen_random_uuid|random)\s*\(\s*\)", re.IGNORECASE)

# Who has a clock: the house. The rest stands outside it, and no turn of a customer's passes there.
HAVE_A_CLOCK = {
    "bot/house.py",
    "bot/database.py",  # commands take PostgreSQL's time
    "core/store/data_keys.py",  # PostgreSQL's, for machines must agree when a key seals
    "bot/doctor.py",  # compares this machine's clock with PostgreSQL's
    "bot/simulator/twin/__main__.py",  # the outside world
}
HAVE_CHANCE = (
    "bot/house.py",
    "bot/commands/",  # a command is an edge, as the house is
    "bot/doctor.py",  # as a command
    "bot/embedded/keys.py",
    "bot/simulator/driver.py",
    "bot/simulator/twin/__main__.py",
    "core/access/tokens.py",  # as the keys below
    "core/store/data_keys.py",  # keys and nonces must be guessed by nobody, also not in a replay
    "core/store/keyring.py",
)
# Columns that are given all the same, or told by no turn.
TIMES_BY_DEFAULT = {"0004_messages.sql", "0010_data_keys.sql"}
SOURCES = files(*ROOMS)
SQL = sorted((ROOT / "migrations").rglob("*.sql"))


def called(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Attribute | ast.Name):
            yield ast.unparse(node), node.lineno


def strings(path: Path) -> Iterator[tuple[str, int]]:
    docs = {
        id(node.value)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
            yield node.value, node.lineno


def test_nobody_looks_at_a_clock_of_their_own() -> None:
    without = [path for path in SOURCES if name(path) not in HAVE_A_CLOCK]
    assert not offenders(without, lambda path: [one for one in called(path) if one[0] in CLOCKS])


def test_nobody_makes_ids_or_throws_dice() -> None:
    without = [path for path in SOURCES if not name(path).startswith(HAVE_CHANCE)]
    assert not offenders(
        without, lambda path: [one for one in called(path) if CHANCE.match(one[0])]
    )


def untold(path: Path) -> list[tuple[str, int]]:
    """What a file's own statements ask the database for, though they should be told it."""
    looks_like_sql = re.compile(r"\b(select|insert|update|delete|with)\b", re.IGNORECASE)
    return [
        (match[0], line)
        for said, line in strings(path)
        if looks_like_sql.search(said)
        for match in [*TIMES_IN_SQL.finditer(said), *IDS_IN_SQL.finditer(said)]
    ]


def test_statements_are_told_the_time() -> None:
    without = [path for path in SOURCES if name(path) not in HAVE_A_CLOCK]
    assert not offenders(without, untold)


def looked_up(path: Path) -> list[str]:
    """Where SQL that stays in the database reads its clock."""
    text = re.sub(r"--[^\n]*", "", path.read_text(encoding="utf-8"))
    bodies = " ".join(re.findall(r"\$\$(.*?)\$\$", text, re.DOTALL))
    # A migration may look at the clock for the rows it writes itself; nothing that stays may.
    stays = text if path.parent.parent.name == "functions" else bodies
    found = [match[0] for match in TIMES_IN_SQL.finditer(stays)]
    if path.name not in TIMES_BY_DEFAULT:
        defaults = re.finditer(r"\bdefault\s+(now\s*\(|current_)", text, re.IGNORECASE)
        found += [match[0] for match in defaults]
    return found


def test_the_databases_own_functions_are_told_the_time() -> None:
    assert SQL
    assert not offenders(SQL, looked_up)


def test_the_exceptions_are_needed() -> None:
    for path in (*HAVE_A_CLOCK, *HAVE_CHANCE):
        assert (ROOT / path).exists(), path
