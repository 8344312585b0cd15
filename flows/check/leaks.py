"""Follows a proof through one method of a story, to where it would be kept or shown."""

import ast
from collections.abc import Iterator
from types import FunctionType

from flows.check.raising import tree_of

# What of a proof may be looked at: whether it is right, and of what kind. The rest is the bank's.
HARMLESS = frozenset({"ok", "kind", "version"})
KEPT = frozenset({"slots", "trail", "outcome", "state"})


class Leaks:
    """What one method does with the proof. What the bank makes of it is the bank's answer."""

    def __init__(self, function: FunctionType) -> None:
        self.places: list[str] = []
        """Where something of the proof ends up that is kept or shown."""
        self.slots: set[str] = set()
        """The slots the method names."""
        self._tainted: set[str] = set()
        self._told = function.__name__ == "facts"
        for node in ast.walk(tree_of(function)):
            self._look(node)

    def _look(self, node: ast.AST) -> None:
        match node:
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    self._stored(target, value)
            case ast.AugAssign(target=target, value=value):
                self._stored(target, value)
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                self._stored(target, value)
            case ast.Call(func=ast.Attribute(value=held)) if _kept(held):
                self._leaks(f"self.{_kept(held)}", *node.args, *(k.value for k in node.keywords))
            case ast.Raise(exc=ast.Call() as made):
                self._leaks("a refusal", *made.args, *(k.value for k in made.keywords))
            case ast.Return(value=ast.expr() as value) if self._told:
                self._leaks("the facts of its words", value)

    def _stored(self, target: ast.expr, value: ast.expr) -> None:
        place = _kept(target)
        if place == "slots":
            self.slots |= set(_keys(target, value))
        if place:
            self._leaks(f"self.{place}", value)
        elif isinstance(target, ast.Name) and self._secret(value):
            self._tainted.add(target.id)

    def _leaks(self, place: str, *values: ast.expr) -> None:
        if any(self._secret(value) for value in values) and place not in self.places:
            self.places.append(place)

    def _secret(self, node: ast.AST) -> bool:
        """Return whether something of the proof is in the value of an expression."""
        match node:
            case ast.Compare():
                return False
            case ast.Attribute(value=held, attr=attr) if self._is_proof(held):
                return attr not in HARMLESS
        if self._is_proof(node) or (isinstance(node, ast.Name) and node.id in self._tainted):
            return True
        banked = isinstance(node, ast.Call) and _is_bank(node.func)
        return not banked and any(self._secret(child) for child in ast.iter_child_nodes(node))

    def _is_proof(self, node: ast.AST) -> bool:
        return isinstance(node, ast.Attribute) and node.attr == "proof" and _is_self(node.value)


def _kept(node: ast.AST) -> str:
    """Return which kept thing of the story an expression is, or is inside; else nothing."""
    if isinstance(node, ast.Subscript):
        return _kept(node.value)
    if isinstance(node, ast.Attribute) and _is_self(node.value) and node.attr in KEPT:
        return node.attr
    return ""


def _keys(target: ast.expr, value: ast.expr) -> Iterator[str]:
    """Yield the names of the slots that are set."""
    named: list[ast.expr | None] = [target.slice] if isinstance(target, ast.Subscript) else []
    named += value.keys if isinstance(value, ast.Dict) else []
    yield from (str(key.value) for key in named if isinstance(key, ast.Constant))


def _is_bank(node: ast.AST) -> bool:
    inside = isinstance(node, ast.Attribute) and isinstance(node.value, ast.Attribute)
    return inside and node.value.attr == "bank" and _is_self(node.value.value)  # type: ignore[attr-defined]


def _is_self(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and node.id == "self"
