"""What the document promises, held against what is answered to whatever can be made of it."""

import re
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.transport import Response
from schemathesis.specs.openapi import checks

from tests.architecture.test_wire import DOCUMENT, OPERATIONS, Operation
from tests.fuzz.drafts import Draft
from tests.fuzz.houses import House, Street
from tests.fuzz.places import PARAMETER
from tests.fuzz.wire import Letter, Wire

#: Cases of each route, half of them faulty by the document.
CASES = 40
ACTORS = ("member", "secretary", "officer")
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)
SCHEMA.config.checks.negative_data_rejection.expected_statuses = [
    *("400", "401", "403", "404", "409", "412", "413", "415", "422", "428", "429"),
]
SCHEMA.config.generation.with_security_parameters = False  # whoever asks is signed in
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
]


@pytest.mark.long
@pytest.mark.parametrize("operation", OPERATIONS, ids=repr)
def test_every_answer_is_as_the_document_says(
    lane: Street, wire: Wire, operation: Operation
) -> None:
    (house,) = lane

    @seed(0)
    @settings(
        max_examples=CASES,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(cases_of(operation, house), st.sampled_from(ACTORS))
    def hold(case: Case[Any], actor: str) -> None:
        case.validate_response(answer_to(wire, case, house.tokens[actor]), checks=CHECKS)

    hold()


def cases_of(operation: Operation, house: House) -> st.SearchStrategy[Case[Any]]:
    """What the document allows, of a row that is there; and what it does not allow."""
    described = SCHEMA[operation.path][operation.method]
    allowed = described.as_strategy(
        GenerationMode.POSITIVE, path_parameters=parameters_of(operation, house)
    )
    return st.one_of(allowed, described.as_strategy(GenerationMode.NEGATIVE))


def parameters_of(operation: Operation, house: House) -> dict[str, str]:
    draft = Draft.of(operation, house.things)
    pattern = PARAMETER.sub(r"([^/]+)", re.sub(r"\.(?=\w+$)", r"\\.", operation.path))
    names = [name.strip("{}") for name in PARAMETER.findall(operation.path)]
    found = re.fullmatch(pattern, draft.address)
    assert found, (pattern, draft.address)
    return dict(zip(names, found.groups(), strict=True))


def answer_to(wire: Wire, case: Case[Any], token: str) -> Response:
    told = case.as_transport_kwargs(base_url="http://testserver")
    told = {name: told[name] for name in _TOLD if told.get(name) is not None}
    prepared = requests.Request(**told).prepare()
    headers = {_bytes(name.lower()): _bytes(said) for name, said in prepared.headers.items()}
    headers.pop(b"content-length", None)
    if "security" in case.operation.definition.raw:
        headers[b"authorization"] = f"Bearer {token}".encode()
    parts = urlsplit(prepared.url or "")
    path, query, body = _bytes(parts.path), _bytes(parts.query), _bytes(prepared.body or b"")
    answer = wire.send(Letter(case.method, path, query, headers, body))
    heard = {name.decode(): [said.decode()] for name, said in answer.headers.items()}
    return Response(answer.status, heard, answer.body, prepared, 0.0, verify=False)


def _bytes(told: Any) -> bytes:
    """An address and a header hold no others; a body does, and comes as bytes."""
    return told if isinstance(told, bytes) else str(told).encode()


_TOLD = ("method", "url", "params", "headers", "json", "data", "files", "cookies")
