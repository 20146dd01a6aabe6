"""AC-21: nobody is promoted, moved or forged by fields that a route does not know."""

from typing import Any
from uuid import uuid4

from fastapi.testclient import TestClient
from sqlmodel import Session

from tests.architecture.test_wire import DOCUMENT, OPERATIONS, Operation
from tests.conftest import SignIn
from tests.tables import fingerprint_of_tables

#: What somebody would try to set along with the rest.
FOREIGN = {
    "id": str(uuid4()),
    "role": "administrator",
    "status": "accepted",
    "version": 99,
    "created_by": str(uuid4()),
    "account_id": str(uuid4()),
    "password_hash": "$argon2id$v=19$m=19456,t=2,p=1$",
    "organization_id": str(uuid4()),
    "score": 100,
    "locked_at": None,
}
WRITES = [operation for operation in OPERATIONS if operation.method in ("POST", "PUT", "PATCH")]


def test_ac_21_fields_that_a_route_does_not_know_are_refused_and_change_nothing(
    sign_in: SignIn, session: Session
) -> None:
    officer = sign_in("officer")
    before = fingerprint_of_tables(session)

    assert [operation for operation in WRITES if not refuses(officer, operation)] == []
    assert fingerprint_of_tables(session) == before


def refuses(client: TestClient, operation: Operation) -> bool:
    """Whether each of the foreign fields is named as a fault, where it is not the route's own."""
    kind, schema = body_of(operation)
    known = properties(schema)
    foreign = {name: value for name, value in FOREIGN.items() if name not in known}
    path = operation.path.removeprefix("/api/v1")
    for name in ("period", "kind"):
        path = path.replace(f"{{{name}}}", "2026-05")
    while "{" in path:
        path = path.partition("{")[0] + str(uuid4()) + path.partition("}")[2]
    sent: dict[str, Any] = {"json": foreign | chosen(schema)}
    if kind == "multipart/form-data":
        form = {name: str(value) for name, value in foreign.items()}
        sent = {"data": form, "files": {"file": ("a.png", b"-")}}
    answer = client.request(operation.method, path, headers={"if-match": '"1"'}, **sent)
    blamed = {error["pointer"].rsplit("/", 1)[-1] for error in answer.json().get("errors", [])}
    return answer.status_code == 422 and set(foreign) <= blamed


def body_of(operation: Operation) -> tuple[str, dict[str, Any]]:
    """How a route takes its fields, and which shape they have."""
    content: dict[str, Any] = operation.document.get("requestBody", {}).get("content", {})
    for kind, described in content.items():
        return kind, described["schema"]
    return "", {}


def properties(schema: dict[str, Any]) -> set[str]:
    """The fields of a shape, or of all shapes among which it is chosen."""
    shapes = schema.get("anyOf") or schema.get("oneOf") or [schema]
    names = [shape["$ref"].rpartition("/")[2] for shape in shapes if "$ref" in shape]
    return {
        field for name in names for field in DOCUMENT["components"]["schemas"][name]["properties"]
    }


def chosen(schema: dict[str, Any]) -> dict[str, str]:
    """The field by which one of several shapes is chosen, with the first of them."""
    told = schema.get("discriminator")
    return {told["propertyName"]: next(iter(told["mapping"]))} if told else {}
