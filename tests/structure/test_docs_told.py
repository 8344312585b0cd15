"""The documents tell what there is: every command, chore and metric, and no file that has gone."""

import importlib
import re
from itertools import product
from pathlib import Path

import click
import pytest

from bot.cli import COMMANDS
from tests.structure.source import ROOMS, ROOT, files

DOCS = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])
TOLD = {path: path.read_text(encoding="utf-8") for path in DOCS}
OPERATIONS = TOLD[ROOT / "docs" / "operations.md"]
CHORE = re.compile(r'Chore\("([^"]+)", ([^,]+),')
PLACES = (*ROOMS, "tests", "templates", "migrations", "bench", "docs")
EXAMPLE = r"<|/my_|/past/|^bench/results\.json$"
"""Files of the reader's own to be, and what a command writes."""


def commands() -> set[str]:
    """Every command, as it is typed after ``flask --app bot``."""

    def below(command: click.Command, words: str) -> set[str]:
        if not isinstance(command, click.Group):
            return {words}
        return {
            one for name, sub in command.commands.items() for one in below(sub, f"{words} {name}")
        }

    return {
        one
        for name, place in COMMANDS.items()
        for one in below(importlib.import_module(place).command, name)
    }


def test_every_command_is_told() -> None:
    everything = "\n".join(TOLD.values())
    assert {one for one in commands() if not re.search(rf"\b{one}\b", everything)} == set()


def test_every_chore_is_told_with_its_pace() -> None:
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \|", OPERATIONS, re.MULTILINE)
    done = CHORE.findall((ROOT / "worker" / "schedule.py").read_text(encoding="utf-8"))
    assert len(done) > 40
    for name, seconds in done:
        pace = {"24 * 3600": "a day"}.get(seconds, f"{seconds} s")
        told = [paces for names, paces in rows if re.search(rf"(^|, ){name}(, |$)", names)]
        assert [pace in paces.split(", ") for paces in told] == [True], name


def test_every_metric_is_told_and_no_other() -> None:
    counted = {
        one
        for path in files("bot", "core", "worker", "channels")
        for one in re.findall(r'"(wekeza_[a-z_]+)",', path.read_text(encoding="utf-8"))
    }
    told = set(re.findall(r"^\| `(wekeza_[a-z_]+)` \|", OPERATIONS, re.MULTILINE))
    assert told == counted


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.name)
def test_what_a_document_points_at_is_there(path: Path) -> None:
    linked = re.findall(r"\]\((?!https?:)([^)#\s]+)", TOLD[path])
    assert [one for one in linked if not (path.parent / one).exists()] == []
    quoted = re.findall(rf"`((?:{'|'.join(PLACES)})/[^`\s]*)`", TOLD[path])
    assert [
        one
        for place in quoted
        for one in spelt(place.split("::")[0])
        if not re.search(EXAMPLE, one) and not any(ROOT.glob(f"{one.rstrip('/')}*"))
    ] == []


def spelt(place: str) -> list[str]:
    """Return the paths that ``a/{b,c}.py`` stands for."""
    parts = [part.split(",") for part in re.split(r"[{}]", place)]
    return ["".join(one) for one in product(*parts)]
