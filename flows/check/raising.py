"""Which refusals a function may raise, read from its source and from all that it calls.

The reading errs on the safe side: whatever is mentioned may be called, and whatever is called may
raise. It follows functions, methods of ``self`` and of arguments that say their type, properties,
and tables of refusals; it does not see through an attribute whose type nothing says. Which of a
table a function raises, the database decides: there its ``:raises`` lines are taken at their word,
and what they promise besides counts as raised everywhere.
"""

import ast
import inspect
import re
import sys
import textwrap
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from types import FunctionType, ModuleType
from typing import Any

from core.bank import Bank
from core.errors import DeskRefusal, Refusal

Raised = frozenset[type[Refusal]]
Found = frozenset[tuple[type[Refusal], bool]]  # and whether it is only one of a table
NOTHING: Found = frozenset()
ROOMS = ("core", "flows")
_NAMES = (ast.Name, ast.Attribute)
_PROMISE = re.compile(r":raises (\w+):")
_WALKING: set[tuple[FunctionType, type | None]] = set()


def refusals() -> dict[str, type[Refusal]]:
    """Return every refusal a customer may hear, by code."""
    found: dict[str, type[Refusal]] = {}
    waiting: list[type[Refusal]] = [Refusal]
    while waiting:
        for kind in waiting.pop().__subclasses__():
            if kind is DeskRefusal:
                continue
            waiting.append(kind)
            if _is_refusal(kind) and kind.__module__.split(".")[0] in ROOMS:
                found[kind.code] = kind
    return found


def raised_by(owner: type, name: str) -> Raised:
    """Return the refusals that a method or property of a class may raise."""
    return frozenset(kind for kind, _ in _raised(_function(getattr(owner, name, None)), owner))


def posts(function: FunctionType) -> bool:
    """Return whether a function is one of the ledger's that move money."""
    return function.__module__.startswith("core.ledger") and function.__name__.startswith("post")


def writes(function: FunctionType) -> bool:
    """Return whether a function changes what the bank keeps."""
    return (function.__module__, function.__name__) == ("core.store.unit", "run") or posts(function)


def reaches(owner: type, name: str, wanted: Callable[[FunctionType], bool]) -> bool:
    """Return whether a method of a class may come to call a function that is wanted."""
    start = _function(getattr(owner, name, None))
    seen: set[FunctionType] = set()
    waiting = [(start, owner)] if start else []
    while waiting:
        function, at = waiting.pop()
        if wanted(function):
            return True
        if function not in seen:
            seen.add(function)
            waiting += [one for one in _mentioned(function, at) if _is_ours(one[0], owner)]
    return False


@cache
def tree_of(function: FunctionType) -> ast.AST:
    """Return the source of a function as a tree; an empty one where there is no source."""
    try:
        return ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError):
        return ast.Module(body=[], type_ignores=[])


@cache
def _raised(function: FunctionType | None, owner: type) -> Found:
    if function is None or (function, owner) in _WALKING:
        return NOTHING
    _WALKING.add((function, owner))
    try:
        return _promised(function, _Reader(function, owner).read())
    finally:
        _WALKING.discard((function, owner))


def _promised(function: FunctionType, found: Found) -> Found:
    """Hold what was read against what the function's own words promise, if they do."""
    names = frozenset(_PROMISE.findall(function.__doc__ or ""))
    if not names:
        return found
    promised = frozenset((kind, False) for kind in refusals().values() if kind.__name__ in names)
    return promised | {(kind, tabled) for kind, tabled in found if not tabled}


@cache
def _mentioned(function: FunctionType, owner: type) -> tuple[tuple[FunctionType, type], ...]:
    reader = _Reader(function, owner)
    named = [node for node in ast.walk(tree_of(function)) if isinstance(node, _NAMES)]
    resolved = ((_function(found), of) for found, of in map(reader.resolve, named))
    return tuple((called, of) for called, of in resolved if called is not None)


class _Reader:
    """Reads one function with the names it sees."""

    def __init__(self, function: FunctionType, owner: type) -> None:
        self.function, self.owner = function, owner
        self.names: dict[str, Any] = {**function.__globals__}
        closed = zip(function.__code__.co_freevars, function.__closure__ or (), strict=False)
        for name, cell in closed:
            self.names[name] = cell.cell_contents
        self.typed = {"self": owner, "cls": owner}
        for name, said in function.__annotations__.items():
            kind = self.names.get(said) if isinstance(said, str) else said
            if isinstance(kind, type):
                self.typed.setdefault(name, kind)

    def read(self) -> Found:
        return self._in(tree_of(self.function))

    def resolve(self, node: ast.AST) -> tuple[Any, type]:
        """Return what an expression names, and the class it was found in."""
        if isinstance(node, ast.Name):
            return self.names.get(node.id), self.owner
        if not isinstance(node, ast.Attribute):
            return None, self.owner
        of = self._type_of(node.value)
        if of is not None:
            return inspect.getattr_static(of, node.attr, None), of
        base, _ = self.resolve(node.value)
        if isinstance(base, ModuleType | type):
            of = base if isinstance(base, type) else self.owner
            return getattr(base, node.attr, None), of
        return None, self.owner

    def _type_of(self, node: ast.AST) -> type | None:
        if isinstance(node, ast.Name):
            return self.typed.get(node.id)
        # A story holds its counter in ``bank``; nothing else of it is followed that far.
        is_bank = isinstance(node, ast.Attribute) and node.attr == "bank"
        return Bank if is_bank else None

    def _in(self, node: ast.AST) -> Found:
        match node:
            case ast.Try():
                return self._tried(node)
            case ast.ImportFrom(module=str(module)):
                place = sys.modules.get(module)
                self.names |= {each.name: getattr(place, each.name, None) for each in node.names}
            case ast.Name() | ast.Attribute():
                return self._named(node)
        return self._all(ast.iter_child_nodes(node))

    def _all(self, nodes: Iterable[ast.AST]) -> Found:
        return frozenset().union(*(self._in(node) for node in nodes))

    def _tried(self, node: ast.Try) -> Found:
        left = self._all(node.body)
        told = self._all([*node.orelse, *node.finalbody])
        for handler in node.handlers:
            caught = self._caught(handler)
            held = {one for one in left if issubclass(one[0], caught)}
            again = any(isinstance(n, ast.Raise) and n.exc is None for n in ast.walk(handler))
            left = left - held
            told |= self._all(handler.body) | (frozenset(held) if again else NOTHING)
        return left | told

    def _caught(self, handler: ast.ExceptHandler) -> tuple[type, ...]:
        if handler.type is None:
            return (BaseException,)
        kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
        found = [self.resolve(kind)[0] for kind in kinds]
        return tuple(kind for kind in found if isinstance(kind, type))

    def _named(self, node: ast.Name | ast.Attribute) -> Found:
        found, of = self.resolve(node)
        below = NOTHING if isinstance(node, ast.Name) else self._in(node.value)
        if isinstance(found, type):
            return below | _refusals([found], tabled=False)
        if isinstance(found, Mapping):
            return below | _refusals(found.values(), tabled=True)
        called = _function(found)
        if called is not None and _is_ours(called, self.owner):
            return below | _raised(called, of)
        return below


def _refusals(kinds: Iterable[Any], *, tabled: bool) -> Found:
    return frozenset(
        (kind, tabled) for kind in kinds if isinstance(kind, type) and _is_refusal(kind)
    )


def _is_refusal(kind: type) -> bool:
    # A family of refusals has no code of its own, and the first of all is none itself.
    return issubclass(kind, Refusal) and kind is not Refusal and "code" in vars(kind)


def _is_ours(function: Callable[..., Any], owner: type) -> bool:
    rooms = {*ROOMS, owner.__module__.split(".")[0]}
    return function.__module__.split(".")[0] in rooms


def _function(found: object) -> FunctionType | None:
    if isinstance(found, property):
        found = found.fget
    if isinstance(found, classmethod | staticmethod):
        found = found.__func__
    found = inspect.unwrap(found) if callable(found) else found
    found = getattr(found, "__func__", found)
    return found if isinstance(found, FunctionType) else None
