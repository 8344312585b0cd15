"""The project's own Python, as trees."""

import ast
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("bot", "channels", "core", "flows", "worker")


def files(*places: str) -> list[Path]:
    """Return the Python files of some rooms."""
    return sorted(path for place in places for path in (ROOT / place).rglob("*.py"))


@cache
def tree(path: Path) -> ast.Module:
    """Return a file as a tree."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def name(path: Path) -> str:
    """Return a file's place within the project."""
    return str(path.relative_to(ROOT))


def offenders(paths: Iterable[Path], rule: Callable[[Path], object]) -> dict[str, object]:
    """Return what a rule finds, by file; files in which it finds nothing are left out."""
    return {name(path): found for path in paths if (found := rule(path))}


def module(path: Path) -> str:
    """Return the name a file is imported by."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(path: Path) -> Iterator[str]:
    """Return every module a file imports, and every name it imports from one, in dotted form."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def inside(name: str, places: set[str]) -> bool:
    """Return whether a dotted name is one of these modules, or in one."""
    return any(name == place or name.startswith(f"{place}.") for place in places)
