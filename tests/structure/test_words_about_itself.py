"""Every file says what it is for, every public thing what it promises, and none is too long."""

import ast
from pathlib import Path

from tests.structure.source import ROOMS, ROOT, files, module, name, offenders, tree

LONGEST = 350
SOURCES = files(*ROOMS, "migrations", "bench")
TESTS = files("tests")
Documented = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def test_every_file_says_what_it_is_for() -> None:
    assert not offenders(SOURCES, lambda path: not ast.get_docstring(tree(path)))


def test_every_file_is_short() -> None:
    long = [path for path in (*SOURCES, *TESTS) if lines(path) > LONGEST]
    assert not offenders(long, lines)


def test_every_public_thing_says_what_it_promises() -> None:
    assert not offenders(SOURCES, silent)


def silent(path: Path) -> list[str]:
    """The public things of a file that promise nothing."""
    return [node.name for node in _public(tree(path)) if not ast.get_docstring(node)]


def _public(node: ast.Module | ast.ClassDef) -> list[Documented]:
    found: list[Documented] = []
    for child in node.body:
        if isinstance(child, Documented) and not child.name.startswith("_"):
            if not _only_names_a_shape(child):
                found.append(child)
            if isinstance(child, ast.ClassDef):
                found += _public(child)
    return found


def _only_names_a_shape(node: Documented) -> bool:
    """Return whether the body is ``...`` alone, as in a protocol, whose class says what it is."""
    only = node.body[0]
    return (
        len(node.body) == 1
        and isinstance(only, ast.Expr)
        and isinstance(only.value, ast.Constant)
        and only.value.value is ...
    )


def test_every_folder_of_a_room_is_a_package() -> None:
    missing = {
        name(path.parent) for path in files(*ROOMS) if not (path.parent / "__init__.py").exists()
    }
    assert not missing


def test_two_files_never_share_a_name_when_imported() -> None:
    names = [module(path) for path in files(*ROOMS)]
    assert len(names) == len(set(names))


def test_the_pages_hold_no_script_of_their_own() -> None:
    """The pages run under a strict content policy: what is inline would not run."""
    pages = sorted((ROOT / "templates").rglob("*.html"))
    guilty = [
        name(page)
        for page in pages
        if any(
            sign in page.read_text(encoding="utf-8")
            for sign in ("<style", " style=", "onclick=", "javascript:")
        )
    ]
    assert not guilty
