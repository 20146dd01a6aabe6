"""Reads a JSON body the same way on every database: no doubts, no surprises."""

import json
import re
from typing import Any

from fastapi import Request
from starlette.datastructures import FormData
from starlette.formparsers import MultiPartException

DEPTH = 32
DIGITS = 16
#: More members than any object of ours has.
MEMBERS = 1_000
#: One that is never closed ends with the text: else each of its quotes would be tried as a first.
_STRINGS = re.compile(r'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)', re.DOTALL)
_BRACKETS = re.compile(r"[\[\]{}]")


class StrictRequest(Request):
    """A request whose JSON has no duplicate keys, NUL, NaN, lone surrogate or endless number.

    Nor has its form two parts of one name.
    """

    async def json(self) -> Any:
        if not hasattr(self, "_json"):
            self._json = read_json(await self.body())
        return self._json

    async def _get_form(self, **limits: Any) -> FormData:
        form = await super()._get_form(**limits)
        if len(form.multi_items()) != len(form):
            await form.close()
            raise MultiPartException("two parts of one name")
        return form


def read_json(body: bytes) -> Any:
    """The parsed body; a `JSONDecodeError` for whatever is not plain and bounded JSON."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _refusal("not UTF-8") from error
    _check_depth(text)
    parsed = json.loads(
        text,
        object_pairs_hook=_no_duplicates,
        parse_constant=_refuse_constant,
        parse_int=_bounded_int,
        parse_float=_bounded_float,
    )
    if "\\u" in text or "\x00" in text:
        _check_strings(parsed)
    return parsed


def _check_depth(text: str) -> None:
    """Counted with the strings taken out, in one pass: the parser itself would recurse."""
    if text.count("[") + text.count("{") <= DEPTH:
        return
    depth = 0
    for bracket in _BRACKETS.findall(_STRINGS.sub("", text)):
        depth += 1 if bracket in "[{" else -1
        if depth > DEPTH:
            raise _refusal("nested too deeply")


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(pairs) > MEMBERS:
        raise _refusal("an object too large")
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _refusal("a key twice")
    return found


def _refuse_constant(_name: str) -> Any:
    raise _refusal("not a number")


def _bounded_int(digits: str) -> int:
    if len(digits) > DIGITS:
        raise _refusal("a number too long")
    return int(digits)


def _bounded_float(digits: str) -> float:
    number = float(digits)
    if len(digits) > 2 * DIGITS or abs(number) > 10.0**DIGITS:
        raise _refusal("a number too long")
    return number


def _check_strings(value: Any) -> None:
    if isinstance(value, str):
        if "\x00" in value or any("\ud800" <= character <= "\udfff" for character in value):
            raise _refusal("characters that are none")
    elif isinstance(value, dict):
        for key, item in value.items():
            _check_strings(key)
            _check_strings(item)
    elif isinstance(value, list):
        for item in value:
            _check_strings(item)


def _refusal(why: str) -> json.JSONDecodeError:
    return json.JSONDecodeError(why, "", 0)
