"""Where in a request a value can stand, by the document of the service."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from tests.architecture.test_wire import DOCUMENT, Operation
from tests.fuzz import hostile

_DEEPEST = 8
PARAMETER = re.compile(r"\{\w+\}")


class Place(NamedTuple):
    """`name` is a pointer into the body, the number of a parameter of the path, or a name."""

    kind: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


#: Of a request with nothing hostile in it.
NOWHERE = Place("nowhere", "")
#: What is tried at a place of each kind.
VALUES: dict[str, dict[str, bytes]] = {
    "path": hostile.in_addresses(),
    "query": hostile.in_addresses(),
    "header": hostile.HEADERS,
    "body": hostile.in_bodies(),
    "form": hostile.in_forms(),
}


def places_of(operation: Operation) -> Iterator[Place]:
    for number in range(len(PARAMETER.findall(operation.path))):
        yield Place("path", str(number))
    for parameter in operation.document.get("parameters", []):
        if parameter["in"] != "path":
            yield Place(parameter["in"], parameter["name"])
    if "security" in operation.document:
        yield Place("header", "Authorization")
    for kind, content in body_of(operation).items():
        yield Place("header", "Content-Type")
        if kind == "application/json":
            yield Place("body", "")
            yield from (Place("body", each) for each in sorted(set(_pointers(content["schema"]))))
        else:
            names = _resolved(content["schema"])["properties"]
            yield from (Place("form", name) for name in [*names, "filename"])


def body_of(operation: Operation) -> dict[str, Any]:
    content: dict[str, Any] = operation.document.get("requestBody", {}).get("content", {})
    return content


def _pointers(schema: dict[str, Any], above: str = "", depth: int = 0) -> Iterator[str]:
    """Every field of a body, and those of the objects in it; of a list the first item."""
    if depth > _DEEPEST:
        return
    plain = _resolved(schema)
    for part in (part for word in ("anyOf", "oneOf", "allOf") for part in plain.get(word, [])):
        yield from _pointers(part, above, depth + 1)
    below = dict(plain.get("properties", {}))
    if "items" in plain:
        below["0"] = plain["items"]
    for name, part in below.items():
        yield f"{above}/{name}"
        yield from _pointers(part, f"{above}/{name}", depth + 1)


def _resolved(schema: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        schema = DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema
