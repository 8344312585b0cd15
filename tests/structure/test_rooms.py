"""Who may import whom, checked with the standard library alone, file by file."""

import ast
from pathlib import Path

from tests.structure.source import ROOMS, ROOT, files, imported, inside, name, offenders, tree

COUNTER = {"core.bank", "core.money", "core.errors"}
MAY_ENTER = {
    "channels": {"channels"},
    "core": {"core"},
    "flows": {"flows", "channels.message", *COUNTER},
    "bot": {"bot", "flows", "core", "channels"},
    "worker": {
        "worker", "core", "channels",
        # The part of bot that knows nothing of Flask.
        "bot.house", "bot.hub", "bot.settings", "bot.logs", "bot.masks", "bot.metrics",
        "bot.parking", "bot.retry",
        "bot.wake",
    },
}  # fmt: skip
# What belongs behind one door. Everything else goes through it.
ONLY_IN = {
    "flask": {"bot"},
    "sqlalchemy": {"core", "bot", "worker", "migrations"},
    "psycopg": {"core", "bot", "migrations"},
    "twilio": {"channels", "bot/simulator"},
    "africastalking": {"channels"},
    "httpx": {
        "core/partners", "channels", "worker", "bot/simulator", "bot/doctor.py",
        "bot/commands/handset.py", "bot/embedded/launch.py",
    },
    "requests": {"channels"},
    "transitions": {"flows"},
    "jinja2": {"flows", "bot"},
    "rq": {"worker", "bot/wake.py", "bot/doctor.py"},
    "argon2": {"core/access"},
}  # fmt: skip
SOURCES = files(*ROOMS)


def test_a_file_imports_only_from_rooms_it_may_enter() -> None:
    assert not offenders(SOURCES, strays)


def strays(path: Path) -> set[str]:
    """What a file imports from rooms that are closed to it."""
    room = path.relative_to(ROOT).parts[0]
    ours = {one for one in imported(path) if one.split(".")[0] in ROOMS}
    doors = MAY_ENTER[room]
    # ``from core import bank`` names core, then core.bank: the first alone opens nothing.
    return {one for one in ours if not inside(one, doors) and not _leads_to(one, doors, ours)}


def _leads_to(package: str, doors: set[str], ours: set[str]) -> bool:
    within = {one for one in ours if one.startswith(f"{package}.")}
    return bool(within) and any(door.startswith(f"{package}.") for door in doors)


def test_a_library_stays_behind_its_door() -> None:
    assert not offenders(SOURCES, escaped)


def escaped(path: Path) -> set[str]:
    """The libraries a file uses that belong behind another door."""
    used = {one.split(".")[0] for one in imported(path)} & set(ONLY_IN)
    here = path.relative_to(ROOT)
    return {
        library
        for library in used
        if not any(here.is_relative_to(place) for place in ONLY_IN[library])
    }


def test_only_the_settings_read_the_environment() -> None:
    readers = {name(path) for path in SOURCES if "os.environ" in path.read_text(encoding="utf-8")}
    # prometheus-client takes its folder from the environment alone.
    assert readers <= {"bot/settings.py", "bot/metrics.py"}


def test_only_the_house_and_the_outside_world_have_a_clock() -> None:
    watches = ("datetime.now(", "datetime.utcnow(", "date.today(")
    keepers = {
        name(path)
        for path in SOURCES
        if any(watch in path.read_text(encoding="utf-8") for watch in watches)
    }
    assert keepers <= {"bot/house.py", "bot/simulator/twin/__main__.py"}


def test_core_has_no_floats() -> None:
    found = [
        f"{name(path)}:{node.lineno}"
        for path in (
            *files("core/ledger", "core/transfers", "core/wallets"),
            ROOT / "core/money.py",
        )
        for node in ast.walk(tree(path))
        if (isinstance(node, ast.Constant) and isinstance(node.value, float))
        or (isinstance(node, ast.Name) and node.id == "float")
    ]
    assert not found
