"""What crosses the wire: shapes of its own, documented, and nothing confidential in an address."""

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple, get_args
from uuid import uuid4

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from pydantic import BaseModel
from sqlmodel import SQLModel

from app.main import create_app
from app.routers.deps import WorkRoute
from tests.architecture.doors import OPEN


class Operation(NamedTuple):
    method: str
    path: str
    document: dict[str, Any]

    def __repr__(self) -> str:
        return f"{self.method} {self.path}"


APP = create_app()
DOCUMENT = APP.openapi()
OPERATIONS = [
    Operation(method.upper(), path, document)
    for path, methods in DOCUMENT["paths"].items()
    for method, document in methods.items()
]
#: Words that name what may stand in no address: it ends in logs and histories.
CONFIDENTIAL = re.compile(
    r"card|personal_id|phone|password|code$|token|full_name|identifier|secret"
)


def routes(app: FastAPI) -> list[APIRoute]:
    """Every route with an endpoint, however deeply it was included."""
    found: list[APIRoute] = []
    waiting: list[Any] = list(app.routes)
    while waiting:
        route = waiting.pop()
        if isinstance(route, APIRoute):
            found.append(route)
        else:
            inner = getattr(route, "original_router", None) or getattr(route, "router", None)
            waiting += getattr(inner, "routes", [])
    return found


ROUTES = routes(APP)


def shapes_within(kind: Any, seen: set[Any]) -> Iterator[type]:
    """Every class a type is made of, through lists, unions and fields."""
    if kind in seen:
        return
    seen.add(kind)
    for part in get_args(kind):
        yield from shapes_within(part, seen)
    if isinstance(kind, type):
        yield kind
        if issubclass(kind, BaseModel):
            for field in kind.model_fields.values():
                yield from shapes_within(field.annotation, seen)


#: What is answered by bytes and not by JSON.
FILES = (
    "/metrics",
    "/file",
    "/attachment",
    ".csv",
    ".xlsx",
    ".docx",
    ".pdf",
    ".ics",
    ".svg",
    "/events",
)


def by_name(operation: Operation) -> str:
    return repr(operation)


def test_the_routes_are_those_of_the_document() -> None:
    assert {route.name for route in ROUTES if route.include_in_schema} == {
        operation.document["operationId"] for operation in OPERATIONS
    }


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.methods} {route.path}")
def test_no_table_crosses_the_wire(route: APIRoute) -> None:
    told = [route.response_model]
    fields = route.dependant.query_params + route.dependant.body_params
    asked = [field.field_info.annotation for field in fields]

    for kind in told + asked:
        for shape in shapes_within(kind, set()):
            assert not issubclass(shape, SQLModel), (route.path, shape)


@pytest.mark.parametrize("operation", OPERATIONS, ids=by_name)
class TestEveryOperation:
    def test_has_a_summary_a_sentence_and_one_tag(self, operation: Operation) -> None:
        assert operation.document["summary"]
        assert operation.document["description"].strip()[-1] in ".:;!"
        assert len(operation.document["tags"]) == 1

    def test_says_what_it_answers(self, operation: Operation) -> None:
        (status,) = [code for code in operation.document["responses"] if code.startswith("2")]
        content = operation.document["responses"][status].get("content", {})

        if status == "204":
            assert content == {}
        elif "application/json" in content:
            assert content["application/json"]["schema"], operation
        else:
            assert operation.path.endswith(FILES), operation

    def test_documents_its_refusals(self, operation: Operation) -> None:
        responses = operation.document["responses"]
        refusals = {int(code): told for code, told in responses.items() if int(code) >= 400}
        key = (operation.method, operation.path.removeprefix("/api/v1"))

        if key == ("GET", "/health/live"):
            return  # it lives, or nobody answers
        assert refusals
        for told in refusals.values():
            assert set(told["content"]) == {"application/problem+json"}
        if key not in OPEN:
            assert {400, 401, 403, 404, 413, 415, 422, 429, 503} <= set(refusals)
            if operation.method != "GET":
                assert {409, 412, 428} <= set(refusals)

    def test_asks_for_nothing_confidential_in_its_address(self, operation: Operation) -> None:
        for parameter in operation.document.get("parameters", []):
            if parameter["in"] != "header":
                assert not CONFIDENTIAL.search(parameter["name"]), parameter["name"]


def test_no_operation_listens_to_whoever_has_not_signed_in(client: TestClient) -> None:
    heard = []
    for operation in OPERATIONS:
        path = operation.path.removeprefix("/api/v1")
        if (operation.method, path) in OPEN:
            continue
        filled = re.sub(r"\{\w+\}", str(uuid4()), path)
        broken = re.sub(r"\{\w+\}", "no-id", path) + "?no=query"
        for address in (filled, broken):
            answer = client.request(
                operation.method,
                address,
                content=None if operation.method == "GET" else b"{broken",
                headers={"content-type": "text/plain", "idempotency-key": "k" * 300},
            )
            if (answer.status_code, answer.json()["code"]) != (401, "unauthenticated"):
                heard.append((operation, address, answer.status_code))

    assert heard == []


class TestTheHeaders:
    """A client is generated from the document: it has to know what to send and what it gets."""

    @pytest.mark.parametrize("operation", OPERATIONS, ids=repr)
    def test_says_who_has_to_sign_in(self, operation: Operation) -> None:
        is_open = (operation.method, operation.path.removeprefix("/api/v1")) in OPEN
        assert ("security" in operation.document) is not is_open

    @pytest.mark.parametrize("operation", OPERATIONS, ids=repr)
    def test_names_the_headers_of_a_write(self, operation: Operation) -> None:
        asked = {each["name"] for each in operation.document.get("parameters", [])}
        assert ("Idempotency-Key" in asked) is (operation.method == "POST")
        assert "If-Match" not in asked or operation.method in ("PATCH", "PUT", "DELETE")

    @pytest.mark.parametrize(
        ("method", "path", "status", "header"),
        [
            ("get", "/meetings/{meeting_id}", "200", "ETag"),
            ("patch", "/members/{member_id}", "200", "ETag"),
            ("get", "/attendances", "200", "ETag"),
            ("post", "/meetings", "201", "Location"),
            ("get", "/members", "200", "Link"),
        ],
    )
    def test_names_the_headers_of_an_answer(
        self, method: str, path: str, status: str, header: str
    ) -> None:
        answer = DOCUMENT["paths"][f"/api/v1{path}"][method]["responses"][status]

        assert header in answer["headers"]

    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("patch", "/organizations/{organization_id}"),
            ("patch", "/members/{member_id}"),
            ("patch", "/meetings/{meeting_id}"),
            ("put", "/meetings/{meeting_id}/attendances"),
            ("put", "/meetings/{meeting_id}/minutes"),
            ("put", "/meetings/{meeting_id}/agenda"),
            ("patch", "/tasks/{task_id}"),
            ("patch", "/meeting-plans/{meeting_plan_id}"),
            ("patch", "/report-schedules/{report_schedule_id}"),
            ("patch", "/documents/{document_id}"),
            ("delete", "/documents/{document_id}"),
        ],
    )
    def test_a_versioned_noun_asks_for_if_match(self, method: str, path: str) -> None:
        parameters = DOCUMENT["paths"][f"/api/v1{path}"][method]["parameters"]

        assert "If-Match" in {each["name"] for each in parameters}


class TestTheDocument:
    def test_names_each_operation_once(self) -> None:
        names = [operation.document["operationId"] for operation in OPERATIONS]

        assert len(names) == len(set(names))

    def test_has_the_problem_in_it_and_not_the_frameworks(self) -> None:
        schemas = DOCUMENT["components"]["schemas"]

        assert {"type", "title", "status", "detail", "code", "request_id"} <= set(
            schemas["Problem"]["properties"]
        )
        assert not {"HTTPValidationError", "ValidationError"} & set(schemas)

    def test_says_that_a_paper_may_be_refused(self) -> None:
        papers = [
            operation
            for operation in OPERATIONS
            if operation.path.startswith("/api/v1/meetings/")
            and operation.path.endswith((".docx", ".pdf"))
        ]

        assert len(papers) == 6
        assert all("409" in operation.document["responses"] for operation in papers)

    def test_points_nowhere_empty(self) -> None:
        text = json.dumps(DOCUMENT)

        for name in set(re.findall(r'"#/components/schemas/([^"]+)"', text)):
            assert name in DOCUMENT["components"]["schemas"]

    def test_tells_every_field_of_an_answer(self) -> None:
        """No field of an answer is optional: a client need not guess at what is missing."""
        for name, schema in DOCUMENT["components"]["schemas"].items():
            if name.endswith("Read") or name.startswith("Page_"):
                assert set(schema["required"]) == set(schema["properties"]), name


def test_whoever_writes_has_a_route_that_commits_first() -> None:
    """Every route but those of the process itself is one piece of work."""
    others = {route.path for route in ROUTES if not isinstance(route, WorkRoute)}

    assert others - {"/docs"} == {"/health/live", "/health/ready", "/metrics"}
