"""A request that would be let in, to be sent with one hostile value in it."""

import json
from copy import deepcopy
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from tests.architecture.doors import DOORS, Door
from tests.architecture.test_doors import request_for
from tests.architecture.test_wire import Operation
from tests.architecture.things import Things
from tests.fuzz.places import PARAMETER, Place
from tests.fuzz.wire import Letter

PREFIX = "/api/v1"
_HERE = '"@here@"'
_BOUNDARY = b"hostile-corpus"
_SIGN_IN = {"identifier": "970080000001", "password": "{password}", "totp": "123456"}
_OPENING = {"card_number": "970080000001", "activation_code": "ABCD", "password": "{password}"}
#: For those who have not signed in there is no row in the table of doors.
_OPEN = {
    ("POST", "/auth/login"): Door("POST", "/auth/login", "", body=_SIGN_IN),
    ("POST", "/auth/activate"): Door("POST", "/auth/activate", "", body=_OPENING),
    ("POST", "/auth/refresh"): Door("POST", "/auth/refresh", "", body={"refresh_token": "a.b"}),
    ("GET", "/me/calendar.ics"): Door("GET", "/me/calendar.ics", "", query="key=a"),
}
_FIRST = ("secretary", "officer", "administrator", "member", "inspector")


def door_of(operation: Operation) -> Door:
    """The first that leads there."""
    path = operation.path.removeprefix(PREFIX)
    known = (door for door in DOORS if (door.method, door.path) == (operation.method, path))
    return next(known, None) or _OPEN.get(
        (operation.method, path), Door(operation.method, path, "")
    )


def keeper_of(door: Door) -> str:
    """Who is let in there."""
    keys = door.opens.split()
    return next((name for name in _FIRST if name in keys), keys[0] if keys else "anonymous")


@dataclass(frozen=True)
class Draft:
    operation: Operation
    address: str
    query: str
    headers: dict[str, str]
    body: Any
    form: dict[str, str]
    file: tuple[str, bytes] | None

    @classmethod
    def of(cls, operation: Operation, things: Things) -> "Draft":
        told = request_for(door_of(operation), things)
        address, _, query = told["url"].partition("?")
        prefix = PREFIX if operation.path.startswith(PREFIX) else ""
        return cls(
            operation,
            prefix + address,
            query,
            told.get("headers", {}),
            told.get("json"),
            told.get("data", {}),
            told.get("files", {}).get("file"),
        )

    def with_value(self, place: Place, value: bytes, token: str | None) -> Letter:
        headers = {name.lower().encode(): said.encode() for name, said in self.headers.items()}
        if token is not None:
            headers[b"authorization"] = f"Bearer {token}".encode()
        body = b""
        if self.file is not None:
            headers[b"content-type"] = b"multipart/form-data; boundary=" + _BOUNDARY
            body = self._parts(place, value, *self.file)
        elif self.body is not None or place.kind == "body":
            headers[b"content-type"] = b"application/json"
            body = self._json(place, value)
        if place.kind == "header":
            headers[place.name.lower().encode()] = value
        return Letter(
            self.operation.method,
            self._path(place, value),
            self._query(place, value),
            headers,
            body,
        )

    def _path(self, place: Place, value: bytes) -> bytes:
        if place.kind != "path":
            return self.address.encode()
        segments = self.address.split("/")
        templates = self.operation.path.split("/")
        numbers = [at for at, segment in enumerate(templates) if PARAMETER.search(segment)]
        at = numbers[int(place.name)]
        ending = PARAMETER.sub("", templates[at])
        before, after = segments[:at], segments[at + 1 :]
        told = value + ending.encode()
        return b"/".join([*(part.encode() for part in before), told, *(p.encode() for p in after)])

    def _query(self, place: Place, value: bytes) -> bytes:
        if place.kind != "query":
            return self.query.encode()
        others = [pair for pair in self.query.split("&") if pair.partition("=")[0] != place.name]
        name = urlencode({place.name: ""}).encode()
        return b"&".join([*(pair.encode() for pair in others if pair), name + value])

    def _json(self, place: Place, value: bytes) -> bytes:
        if place.kind != "body":
            return json.dumps(self.body).encode()
        if not place.name:
            return value.replace(b"@key@", b'"a"')
        body = deepcopy(self.body if self.body is not None else {})
        keys = place.name.split("/")[1:]
        _put(body, keys, "@here@")
        told = value.replace(b"@key@", json.dumps(keys[-1]).encode())
        return json.dumps(body).encode().replace(_HERE.encode(), told)

    def _parts(self, place: Place, value: bytes, name_of_file: str, content: bytes) -> bytes:
        told = {name: said.encode() for name, said in self.form.items()}
        filename = name_of_file.encode()
        if place.kind == "form" and place.name == "file":
            content = value
        elif place.kind == "form" and place.name == "filename":
            filename = value
        elif place.kind == "form":
            told[place.name] = value
        parts = [b'name="%b"\r\n\r\n%b' % (name.encode(), said) for name, said in told.items()]
        parts.append(b'name="file"; filename="%b"\r\n\r\n%b' % (filename, content))
        line = b"--" + _BOUNDARY
        bodies = [b"%b\r\nContent-Disposition: form-data; %b\r\n" % (line, part) for part in parts]
        return b"".join(bodies) + line + b"--\r\n"


def _put(body: Any, keys: list[str], value: Any) -> None:
    """Where the way there is missing, it is made."""
    for key, following in zip(keys, [*keys[1:], None], strict=True):
        at: Any = int(key) if isinstance(body, list) else key
        if isinstance(body, list) and not body:
            body.append(None)
        known = body[at] if isinstance(body, list) else body.get(at)
        if following is None:
            body[at] = value
        else:
            fresh: Any = [] if following == "0" else {}
            body[at] = known if type(known) is type(fresh) else fresh
            body = body[at]
