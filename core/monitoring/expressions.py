"""Conditions of rules: a small safe language over a payment's features, parsed once and typed.

    new_payee and share_of_limit >= 0.5 and kind in ("payout", "cash")

There are numbers, texts in quotes, ``true`` and ``false``; comparisons, ``in`` a list of constants,
``+ - * /``, ``and``, ``or``, ``not`` and parentheses. Nothing can be called, looked up or
assigned. What is not known makes a comparison neither true nor false, as in SQL, and dividing by
nothing is not known; a rule fires only where its condition is true. Reading is Python's own parser;
what is not of this language is refused before anything is worked out.
"""

import ast
import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from core.monitoring.features import FEATURES, Features, Type, Value

LONGEST = 400
DEEPEST = 20
LARGEST = 10**12
_ALLOWED = re.compile(r"[A-Za-z0-9_ .,<>=!()+\-*/\"']+")
_Run = Callable[[Features], Value]
_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
_ORDERED = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)
_REACH: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
_CONSTANTS = {"true": True, "false": False}


class BadCondition(ValueError):
    """It is no condition of the language: ``what`` is wrong with it, ``near`` which words.

    ``what`` is ``long``, ``signs``, ``grammar``, ``unknown``, ``type``, ``number`` or ``deep``.
    """

    def __init__(self, *, what: str, near: str) -> None:
        super().__init__(f"{what}: {near}")
        self.what, self.near = what, near


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition that was read."""

    text: str
    asks: frozenset[str]
    """The features that it names."""
    _run: _Run

    def holds(self, features: Features) -> bool:
        """Return whether it is true of a payment; not known is no."""
        return self._run(features) is True


@dataclass(frozen=True, slots=True)
class _Node:
    """A piece of a condition: what it comes to, and of which type that is."""

    type: Type
    run: _Run


def parse(text: str) -> Condition:
    """Read a condition.

    :raises BadCondition: if it is none
    """
    if len(text) > LONGEST:
        raise BadCondition(what="long", near=text[:20])
    if not _ALLOWED.fullmatch(text):
        raise BadCondition(what="signs", near=_first_other(text))
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise BadCondition(what="grammar", near=text[:20]) from None
    reader = _Reader()
    found = reader.read(tree.body, 0)
    if found.type != "flag":
        raise BadCondition(what="type", near=text[:20])
    return Condition(text, frozenset(reader.asked), found.run)


def _first_other(text: str) -> str:
    kept = _ALLOWED.match(text)
    return text[kept.end() if kept else 0 :][:1]


class _Reader:
    """Turns Python's tree into functions, piece by piece, and refuses whatever is not ours."""

    def __init__(self) -> None:
        self.asked: set[str] = set()

    def read(self, node: ast.expr, depth: int) -> _Node:
        """Return a piece.

        :raises BadCondition: if it is not of the language
        """
        if depth > DEEPEST:
            raise BadCondition(what="deep", near=_said(node))
        match node:
            case ast.BoolOp():
                return self._joined(node, depth)
            case ast.UnaryOp():
                return self._turned(node, depth)
            case ast.Compare():
                return self._compared(node, depth)
            case ast.BinOp():
                return self._reckoned(node, depth)
        return self._leaf(node)

    def _leaf(self, node: ast.expr) -> _Node:
        match node:
            case ast.Name(id=name) if name in FEATURES:
                self.asked.add(name)
                return _Node(FEATURES[name], lambda features: features.get(name))
            case ast.Name(id=name) if name in _CONSTANTS:
                return _constant(_CONSTANTS[name], "flag")
            case ast.Name():
                raise BadCondition(what="unknown", near=node.id)
            case ast.Constant(value=bool()):
                raise BadCondition(what="unknown", near=_said(node))
            case ast.Constant(value=int() | float() as number):
                return _constant(_bounded(number), "number")
            case ast.Constant(value=str() as text):
                return _constant(text, "text")
        raise BadCondition(what="grammar", near=_said(node))

    def _joined(self, node: ast.BoolOp, depth: int) -> _Node:
        parts = [self._flag(one, depth) for one in node.values]
        ends = isinstance(node.op, ast.Or)

        def run(features: Features) -> Value:
            unknown = False
            for part in parts:
                found = part(features)
                if found is ends:
                    return ends
                unknown = unknown or found is None
            return None if unknown else not ends

        return _Node("flag", run)

    def _turned(self, node: ast.UnaryOp, depth: int) -> _Node:
        if isinstance(node.op, ast.Not):
            part = self._flag(node.operand, depth)
            return _Node("flag", lambda features: _not(part(features)))
        if isinstance(node.op, ast.USub):
            number = self._number(node.operand, depth)
            return _Node("number", lambda features: _minus(number(features)))
        raise BadCondition(what="grammar", near=_said(node))

    def _compared(self, node: ast.Compare, depth: int) -> _Node:
        """Read ``a < b`` and ``a < b < c``, which is both; and ``a in (…)``, ``a not in (…)``."""
        links = []
        left = node.left
        for sign, right in zip(node.ops, node.comparators, strict=True):
            links.append(self._link(left, sign, right, depth))
            left = right

        def run(features: Features) -> Value:
            found: Value = True
            for link in links:
                holds = link(features)
                if holds is False:
                    return False
                found = found if holds else None
            return found

        return _Node("flag", run)

    def _link(self, left: ast.expr, sign: ast.cmpop, right: ast.expr, depth: int) -> _Run:
        one = self.read(left, depth + 1)
        if isinstance(sign, ast.In | ast.NotIn):
            return self._among(one, right, wanted=isinstance(sign, ast.In))
        other = self.read(right, depth + 1)
        compare = _COMPARE.get(type(sign))
        if compare is None:
            raise BadCondition(what="grammar", near=_said(right))
        if one.type != other.type or (isinstance(sign, _ORDERED) and one.type != "number"):
            raise BadCondition(what="type", near=_said(left))
        return _comparison(one.run, compare, other.run)

    def _among(self, one: _Node, right: ast.expr, *, wanted: bool) -> _Run:
        if not isinstance(right, ast.Tuple) or not right.elts:
            raise BadCondition(what="grammar", near=_said(right))
        listed = [self._leaf(each) for each in right.elts]
        if any(each.type != one.type for each in listed):
            raise BadCondition(what="type", near=_said(right))
        if any(isinstance(each, ast.Name) and each.id in FEATURES for each in right.elts):
            raise BadCondition(what="grammar", near=_said(right))
        values = frozenset(each.run({}) for each in listed)

        def run(features: Features) -> Value:
            found = one.run(features)
            return None if found is None else (found in values) is wanted

        return run

    def _reckoned(self, node: ast.BinOp, depth: int) -> _Node:
        reach = _REACH.get(type(node.op))
        if reach is None:
            raise BadCondition(what="grammar", near=_said(node))
        left, right = self._number(node.left, depth), self._number(node.right, depth)

        def run(features: Features) -> Value:
            one, other = left(features), right(features)
            if one is None or other is None:
                return None
            try:
                return reach(float(one), float(other))
            except (ZeroDivisionError, OverflowError):
                return None

        return _Node("number", run)

    def _flag(self, node: ast.expr, depth: int) -> _Run:
        return self._of("flag", node, depth)

    def _number(self, node: ast.expr, depth: int) -> _Run:
        return self._of("number", node, depth)

    def _of(self, type_: Type, node: ast.expr, depth: int) -> _Run:
        found = self.read(node, depth + 1)
        if found.type != type_:
            raise BadCondition(what="type", near=_said(node))
        return found.run


def _comparison(one: _Run, compare: Callable[[Any, Any], bool], other: _Run) -> _Run:
    def run(features: Features) -> Value:
        left, right = one(features), other(features)
        return None if left is None or right is None else compare(left, right)

    return run


def _constant(value: Value, type_: Type) -> _Node:
    return _Node(type_, lambda _: value)


def _bounded(number: float) -> float:
    if not abs(number) <= LARGEST:
        raise BadCondition(what="number", near=str(number)[:20])
    return number


def _not(value: Value) -> Value:
    return None if value is None else not value


def _minus(value: Value) -> Value:
    return None if value is None else -float(value)


def _said(node: ast.expr) -> str:
    """Return the words a piece was read from, as far as a message wants them."""
    try:
        return ast.unparse(node)[:20]
    except (RecursionError, ValueError):
        return ""
