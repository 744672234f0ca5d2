"""Every small change of a rule's file: a limit a little off, a comparison flipped, `and` for `or`, another unit."""

import ast
import re
from collections.abc import Iterator
from copy import deepcopy
from decimal import Decimal
from typing import NamedTuple

FLIPPED = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt}
NAMES_FLIPPED = {"lt": "le", "le": "lt", "gt": "ge", "ge": "gt"}
ASKED = {"below": "above", "above": "below"}  # not above is at or below
UNITS = {"mm[Hg]": "kPa", "mg/dL": "mmol/L", "mmol/L": "mg/dL", "kg": "lb", "lb": "kg", "d": "h", "h": "d", "min": "h",
         "mm[Hg]/d": "kPa/d", "mg/dL/min": "mmol/L/min"}  # fmt: skip
AMOUNT = re.compile(r"([0-9]+(?:\.[0-9]+)?|) ([^\s,]+)(?:, |$)")
PAIRS = re.compile(r"(([0-9]+(\.[0-9]+)?|) [^\s,]+(, |$))+")  # of an f-string only the unit
FIGURE = re.compile(r"[0-9]+(\.[0-9]+)?")
NOT_JUDGED = {"words", "limit", "source", "standing", "id", "stream", "lookback"}  # of a rule: nothing that is compared


class Change(NamedTuple):
    """One mutant: where, what was changed into what, and the source that results."""

    line: int
    label: str
    what: str
    source: str


def changes(source: str) -> Iterator[Change]:
    """All mutants of one file, none of which is the file itself."""
    tree = ast.parse(source)
    labels = _labels(tree)
    skipped = set(_not_judged(tree))
    for place, node in enumerate(ast.walk(tree)):
        if node in skipped:
            continue
        for what, new in _instead(node):
            copy = deepcopy(tree)
            old = list(ast.walk(copy))[place]
            replaced = ast.fix_missing_locations(_Replace(old, new).visit(copy))
            yield Change(getattr(node, "lineno", 0), labels.get(node, ""), what, ast.unparse(replaced))


class _Replace(ast.NodeTransformer):
    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self.old, self.new = old, new

    def visit(self, node: ast.AST) -> ast.AST:
        return self.new if node is self.old else self.generic_visit(node)


def _labels(tree: ast.Module) -> dict[ast.AST, str]:
    """Node → id of the rule in whose definition it stands."""
    labels = {}
    for statement in tree.body:
        ids = [each.value for each in ast.walk(statement) if isinstance(each, ast.Constant) and _is_id(each.value)]
        if isinstance(statement, ast.AnnAssign) and len(set(ids)) == 1:
            labels |= dict.fromkeys(ast.walk(statement), ids[0])
    return labels


def _is_id(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch("[A-Z]+[A-Z0-9]*(-[A-Z0-9]+)+", value) is not None


def _not_judged(tree: ast.Module) -> Iterator[ast.AST]:
    """Words, and numbers that are places: subscripts and roundings; docstrings and annotations."""
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg in NOT_JUDGED:
            yield from ast.walk(node)
        if isinstance(node, ast.Subscript):
            yield from ast.walk(node.slice)
        if isinstance(node, ast.AnnAssign | ast.arg) and node.annotation:
            yield from ast.walk(node.annotation)
        if isinstance(node, ast.JoinedStr) and not any(" mm[Hg]" in str(part) for part in _texts(node)):
            yield from ast.walk(node)


def _texts(node: ast.JoinedStr) -> Iterator[object]:
    return (part.value for part in node.values if isinstance(part, ast.Constant))


def _instead(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    match node:
        case ast.Compare():
            yield from _flipped(node)
        case ast.BoolOp(op, values):
            other = ast.Or() if isinstance(op, ast.And) else ast.And()
            yield f"{ast.unparse(node)} -> {type(other).__name__}", ast.BoolOp(other, values)
        case ast.Call(ast.Attribute(of, name), arguments, []) if name in ASKED and arguments:
            asked = ast.Call(ast.Attribute(of, ASKED[name], ast.Load()), arguments, [])
            yield f"{ast.unparse(node)} -> not {ASKED[name]}", ast.UnaryOp(ast.Not(), asked)
        case ast.Name(name, ast.Load()) if name in NAMES_FLIPPED:
            yield f"{name} -> {NAMES_FLIPPED[name]}", ast.Name(NAMES_FLIPPED[name], ast.Load())
        case ast.Constant(value):
            yield from ((f"{value!r} -> {other!r}", ast.Constant(other)) for other in _constants_instead(value))


def _flipped(node: ast.Compare) -> Iterator[tuple[str, ast.AST]]:
    for index, op in enumerate(node.ops):
        if type(op) in FLIPPED:
            flipped = FLIPPED[type(op)]()
            ops = [*node.ops[:index], flipped, *node.ops[index + 1 :]]
            yield f"{ast.unparse(node)} -> {type(flipped).__name__}", ast.Compare(node.left, ops, node.comparators)


def _constants_instead(value: object) -> Iterator[str | int]:
    if isinstance(value, str):
        yield from _texts_instead(value)
    elif isinstance(value, int) and not isinstance(value, bool) and value > 1:
        yield from (value - 1, value + 1)


def _texts_instead(text: str) -> Iterator[str]:
    """A published pair with each figure a little off and each unit another one; of a bare figure its neighbours."""
    if FIGURE.fullmatch(text):
        yield from _beside(text)
    for amount in AMOUNT.finditer(text if PAIRS.fullmatch(text) else ""):
        figure, unit = amount.groups()
        before, after = text[: amount.start()], text[amount.end(2) :]
        if unit in UNITS:
            yield f"{before}{figure} {UNITS[unit]}{after}"
        if figure and (unit in UNITS or unit in {"/min", "/h", "%", "1"}):
            yield from (f"{before}{other} {unit}{after}" for other in _beside(figure))


def _beside(figure: str) -> Iterator[str]:
    """One less and one more in the last digit."""
    step = Decimal((0, (1,), Decimal(figure).as_tuple().exponent))
    yield from (str(Decimal(figure) + sign * step) for sign in (-1, 1))
