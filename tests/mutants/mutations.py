"""Each small mistake that could stand in a module, one at a time: a mutant."""

import ast
import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

_COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
_CALCULATED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
#: It makes no difference which of the two comes first.
_SYMMETRIC = {"compare_digest", "min", "max", "where", "and_", "or_", "union_all"}
#: Their words tell one purpose from another, and must stay what they were.
_BY_PURPOSE = {"fingerprint", "_mac"}
_PURPOSES = ("_PURPOSE", "_PLACE")


class Mutant(NamedTuple):
    """`at` which statement of the module it is; `scope` is the function, None outside of any."""

    path: Path
    line: int
    at: int
    scope: str | None
    what: str
    tree: ast.Module

    def __str__(self) -> str:
        return f"{self.path}:{self.line} {self.what}"


def mutants_of(path: Path) -> Iterator[Mutant]:
    tree = ast.parse(path.read_text())
    places = {id(part): at for at, body in enumerate(tree.body) for part in ast.walk(body)}
    scopes = dict(_scopes(tree))
    types = {id(part) for part in _types(tree)}
    for index, node in enumerate(ast.walk(tree)):
        if id(node) in types:
            continue
        for number, made in enumerate(_mistakes(node)):
            mutated = copy.deepcopy(tree)
            target = list(ast.walk(mutated))[index]
            _Swap(target, list(_mistakes(target))[number]).visit(mutated)
            ast.fix_missing_locations(mutated)
            what = f"{ast.unparse(node)} → {ast.unparse(made)}".replace("\n", " ")
            place, line = places[id(node)], getattr(node, "lineno", 0)
            yield Mutant(path, line, place, scopes.get(id(node)), what, mutated)


class _Swap(ast.NodeTransformer):
    def __init__(self, target: ast.AST, made: ast.AST) -> None:
        self.target, self.made = target, made

    def visit(self, node: ast.AST) -> Any:
        return self.made if node is self.target else super().visit(node)


def _scopes(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """By the id of each node within: functions of the module, and methods of its classes."""
    for outer in tree.body:
        inner = outer.body if isinstance(outer, ast.ClassDef) else [outer]
        for each in inner:
            if isinstance(each, ast.FunctionDef):
                prefix = f"{outer.name}." if isinstance(outer, ast.ClassDef) else ""
                parts = (part for body in each.body for part in ast.walk(body))
                yield from ((id(part), f"{prefix}{each.name}") for part in parts)


def _types(tree: ast.Module) -> Iterator[ast.AST]:
    """What only the type checker reads."""
    for node in ast.walk(tree):
        for name in ("annotation", "returns"):
            if said := getattr(node, name, None):
                yield from ast.walk(said)


def _mistakes(node: ast.AST) -> Iterator[Any]:
    mistaken = _MISTAKEN.get(type(node))
    return mistaken(node) if mistaken else iter(())


def _compared(node: ast.Compare) -> Iterator[Any]:
    for at, sign in enumerate(node.ops):
        other = _COMPARED[type(sign)]()
        yield _changed(node, ops=[*node.ops[:at], other, *node.ops[at + 1 :]])


def _joined(node: ast.BoolOp) -> Iterator[Any]:
    yield _changed(node, op=ast.Or() if isinstance(node.op, ast.And) else ast.And())


def _affirmed(node: ast.UnaryOp) -> Iterator[Any]:
    if isinstance(node.op, ast.Not):
        yield node.operand


def _calculated(node: ast.BinOp) -> Iterator[Any]:
    if other := _CALCULATED.get(type(node.op)):
        yield _changed(node, op=other())


def _miscounted(node: ast.Constant) -> Iterator[Any]:
    if isinstance(node.value, bool):
        yield _changed(node, value=not node.value)
    elif isinstance(node.value, int):
        yield from (_changed(node, value=node.value + step) for step in (1, -1))


def _forgotten(node: ast.Return) -> Iterator[Any]:
    if node.value is not None and ast.unparse(node.value) != "None":
        yield _changed(node, value=ast.Constant(None))


def _not_refused(node: ast.Raise) -> Iterator[Any]:
    yield ast.copy_location(ast.Pass(), node)


def _reaching_elsewhere(node: ast.Attribute) -> Iterator[Any]:
    if ast.unparse(node.value) == "Reach":
        yield _changed(node, attr="BRANCH" if node.attr == "UNIT" else "UNIT")


def _renamed(node: ast.Assign) -> Iterator[Any]:
    if ast.unparse(node.targets[0]).endswith(_PURPOSES):
        yield _changed(node, value=ast.Constant("another"))


def _mistaken_calls(node: ast.Call) -> Iterator[Any]:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    match node.args:
        case [ast.Constant(value=str()), *rest] if name in _BY_PURPOSE:
            yield _changed(node, args=[ast.Constant("another"), *rest])
        case [first, second, *rest] if name not in _SYMMETRIC:
            if not isinstance(first, ast.Starred) and not isinstance(second, ast.Starred):
                yield _changed(node, args=[second, first, *rest])


def _changed(node: Any, **values: Any) -> Any:
    made = copy.copy(node)
    for name, value in values.items():
        setattr(made, name, value)
    return made


_MISTAKEN: dict[type[ast.AST], Any] = {
    ast.Compare: _compared,
    ast.BoolOp: _joined,
    ast.UnaryOp: _affirmed,
    ast.BinOp: _calculated,
    ast.Constant: _miscounted,
    ast.Return: _forgotten,
    ast.Raise: _not_refused,
    ast.Attribute: _reaching_elsewhere,
    ast.Assign: _renamed,
    ast.Call: _mistaken_calls,
}
