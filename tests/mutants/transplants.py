"""A mutant takes the place of its module in a process where everything is loaded already.

The statement with the mistake is executed anew, and after it those that calculate with what it
names. Functions and classes stay the objects that they were, for whoever imported them, and get
other code; a constant is changed wherever its name leads to the same value.
"""

import ast
import importlib
import sys
from collections.abc import Iterator
from types import FunctionType, ModuleType
from typing import Any

from tests.mutants.mutations import Mutant


def transplant(mutant: Mutant) -> None:
    module = importlib.import_module(".".join(mutant.path.with_suffix("").parts))
    changed: set[str] = set()
    for at, statement in enumerate(mutant.tree.body):
        calculates = isinstance(statement, ast.Assign | ast.AnnAssign)
        if at == mutant.at or (calculates and changed & set(_names(statement))):
            changed |= _execute(statement, module, str(mutant.path))
    for thing in vars(module).values():
        if hasattr(thing, "cache_clear"):
            thing.cache_clear()


def _execute(statement: ast.stmt, module: ModuleType, file: str) -> set[str]:
    """The names that have another value now."""
    before = dict(vars(module))
    exec(compile(ast.Module([statement], []), file, "exec"), vars(module))  # noqa: S102 - our own
    new = {key: made for key, made in vars(module).items() if made is not before.get(key)}
    for key, made in new.items():
        old = before.get(key)
        if isinstance(old, type) or _function(old) is not None:
            _give_code(old, made)
            setattr(module, key, old)
        else:
            _tell_others(module, key, old, made)
    return set(new)


def _names(statement: ast.stmt) -> Iterator[str]:
    return (node.id for node in ast.walk(statement) if isinstance(node, ast.Name))


def _give_code(old: Any, made: Any) -> None:
    if isinstance(old, type):
        for key, value in vars(made).items():
            if _function(value) is not None and key in vars(old):
                _give_code(vars(old)[key], value)
            elif type(value) in (bool, int):
                setattr(old, key, value)
        return
    target, source = _function(old), _function(made)
    if target is not None and source is not None:
        target.__code__ = source.__code__
        target.__defaults__, target.__kwdefaults__ = source.__defaults__, source.__kwdefaults__


def _function(thing: Any) -> FunctionType | None:
    """Behind a property, a class method, a cache, a context manager."""
    for name in ("fget", "__func__", "__wrapped__"):
        thing = getattr(thing, name, None) or thing
    return thing if isinstance(thing, FunctionType) else None


def _tell_others(module: ModuleType, key: str, old: Any, made: Any) -> None:
    for name, other in list(sys.modules.items()):
        if (
            name.startswith(("app.", "tests."))
            and other is not module
            and vars(other).get(key) is old
        ):
            setattr(other, key, made)
