"""What was done is written once: nothing changes or deletes it, and it tells no secrets."""

import ast
import importlib
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from app.models import Member

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "app").rglob("*.py"))
#: Events are their own trail. Only tables of what moves name them: `handovers` (two rows of one
#: person become one) and `take_backs` (an import is undone whole); both leave a trace.
WRITTEN_ONCE = {"AuditEntry", "AuditSeal", "AccessEntry", "AttendanceEvent"}
STATEMENT = re.compile(
    r"(update|delete\s+from|truncate)\s+"
    r"(audit_entries|audit_seals|access_entries|attendance_events)",
    re.IGNORECASE,
)
#: What no trace may carry, by the names that it has elsewhere.
CONFIDENTIAL = {name.removesuffix("_sealed") for name in Member.model_fields if "_sealed" in name}
SECRETS = {"password", "activation_code", "totp", "secret", "token", "device_key", "wanted"}


@lru_cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def calls(node: ast.AST, *names: str) -> Iterator[ast.Call]:
    """Calls of functions and methods with these names."""
    for each in ast.walk(node):
        if isinstance(each, ast.Call) and name_of(each.func) in names:
            yield each


def name_of(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def dumped(path: Path) -> Iterator[Any]:
    """The schemas of which a trace of this file holds every field."""
    for function in ast.walk(tree_of(path)):
        if not isinstance(function, ast.FunctionDef):
            continue
        said = " ".join(ast.unparse(call) for call in calls(function, "record"))
        for argument in function.args.args:
            if f"{argument.arg}.model_dump(" in said and argument.annotation:
                name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
                yield getattr(importlib.import_module(name), name_of(argument.annotation))


def test_no_file_changes_or_deletes_what_is_written_once() -> None:
    for path in FILES:
        assert not STATEMENT.search(path.read_text()), path
        for call in calls(tree_of(path), "update", "delete"):
            given = {name_of(argument) for argument in call.args}
            assert not given & WRITTEN_ONCE, f"{path}: {ast.unparse(call)}"


def test_no_trace_names_a_confidential_value() -> None:
    for path in FILES:
        for call in calls(tree_of(path), "record"):
            given = {keyword.arg for keyword in call.keywords}
            assert not given & (CONFIDENTIAL | SECRETS), f"{path}: {ast.unparse(call)}"


def test_no_trace_holds_a_schema_with_a_confidential_field() -> None:
    found = {schema: path for path in FILES for schema in dumped(path)}

    assert {"TransferCreate", "Decided"} <= {schema.__name__ for schema in found}
    for schema, path in found.items():
        assert not set(schema.model_fields) & (CONFIDENTIAL | SECRETS), path
