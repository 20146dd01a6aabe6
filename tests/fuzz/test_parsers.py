"""Whatever is written, a parser reads it, or refuses it in our words; what it read stays itself."""

from collections.abc import Callable
from datetime import date
from typing import Any, NamedTuple
from urllib.parse import unquote

import pytest
from fastapi.exceptions import RequestValidationError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from starlette.requests import Request

from app.core.errors import AppError, NotFound
from app.core.periods import is_period, period_of
from app.core.phones import canonical_phone
from app.core.tokens import open_word, seal_word, verify_access
from app.core.versions import ANY_VERSION, NO_VERSION
from app.files.names import LONGEST, attachment, safe_name
from app.gate.answers import is_known, version_in
from app.gate.problems import detail_of
from app.gate.requests import expect_plain_query
from app.gate.sources import network_of, source_of
from app.gate.strict_json import read_json
from app.schemas import base
from app.services.kept_answers import make_key
from app.workbooks import cells
from tests.world import NOON

#: Letters that parsers stumble over come more often than by chance.
LETTERS = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from("0123456789+-./:;,\"'\\=%_ TZ\0\r\n\t\u200b\u202e\ud800\u0661\uff11\u0301"),
    ),
    max_size=60,
)
DIGITS = st.text("0123456789\u0661\uff11+-. /:TZ", max_size=30)
WORDS = st.one_of(LETTERS, DIGITS)
CELLS = st.one_of(
    WORDS, st.floats(), st.booleans(), st.dates(), st.times(), st.timedeltas(), st.datetimes()
)


#: Refusals, each of which has its words.
OURS = (AppError, ValidationError, RequestValidationError)


class Parser(NamedTuple):
    """Reads what `inputs` draws, and raises only what is ours; `expect` looks at what it read."""

    name: str
    inputs: st.SearchStrategy[Any]
    read: Callable[[Any], Any]
    expect: Callable[[Any, Any], bool] = lambda given, read: True


def is_plain_phone(_given: str, read: str | None) -> bool:
    return read is None or (read[1:].isdigit() and read.isascii() and canonical_phone(read) == read)


def reads_itself(name: str, kind: Any) -> Parser:
    """What a field of a body made of a text, it makes of that again."""
    adapter: TypeAdapter[Any] = TypeAdapter(kind)

    def again(_given: object, read: Any) -> bool:
        return bool(adapter.validate_python(adapter.dump_python(read, mode="json")) == read)

    return Parser(name, st.one_of(WORDS, CELLS), adapter.validate_python, again)


def request_with(name: str, value: str, query: bytes = b"") -> Request:
    raw = value.encode("utf-8", "surrogatepass")
    return Request({"type": "http", "headers": [(name.encode(), raw)], "query_string": query})


def by_forwarding(hops: str) -> str:
    scope = request_with("x-forwarded-for", hops).scope
    scope["client"] = ("203.0.113.7", 1)
    return source_of(scope)


def in_a_query(given: bytes) -> None:
    expect_plain_query(request_with("host", "a", given), takes_any=True, lists=())


def is_kept_by_a_disk(_given: str, name: str) -> bool:
    header = attachment(name)
    is_one_line = header.isascii() and header.isprintable()
    told = unquote(header.partition("UTF-8''")[2])
    return is_one_line and told == name == safe_name(name) and len(name) <= LONGEST


def is_version(_given: str, read: int | None) -> bool:
    return read in (None, ANY_VERSION, NO_VERSION) or 0 <= (read or 0) < 10**9


def is_a_day_or_a_fault(_given: object, read: object) -> bool:
    return read is None or isinstance(read, cells.Fault | date)


PARSERS = (
    Parser("phones", WORDS, canonical_phone, is_plain_phone),
    reads_itself("days", base.Day),
    reads_itself("moments", base.Instant),
    reads_itself("periods", base.Period),
    reads_itself("names", base.Name),
    reads_itself("lines", base.Line),
    reads_itself("card numbers", base.CardNumber),
    Parser("cells with a personal id", CELLS, cells.personal_id),
    Parser("cells with a card number", CELLS, cells.card_number),
    Parser("cells with a code", CELLS, cells.code),
    Parser("cells with a text", CELLS, cells.text),
    Parser("cells with a day", CELLS, cells.day, is_a_day_or_a_fault),
    Parser("cells with a moment", CELLS, cells.moment),
    Parser("periods", WORDS, is_period, lambda given, read: not read or len(given) == 7),
    Parser("cursors", WORDS, lambda word: open_word("cursor", word)),
    Parser("access tokens", WORDS, lambda word: verify_access(word, NOON)),
    Parser("If-Match", WORDS, version_in, is_version),
    Parser("If-None-Match", WORDS, lambda tag: is_known({"etag": '"1"'}, tag)),
    Parser(
        "Accept-Language",
        WORDS,
        lambda said: detail_of(request_with("accept-language", said), NotFound()),
        lambda _given, read: read in (NotFound.vi, NotFound.en),
    ),
    Parser("Idempotency-Key", WORDS, lambda key: make_key(key, None, b"", keeps_answer=True)),
    Parser("names of files", LETTERS, safe_name, is_kept_by_a_disk),
    Parser("X-Forwarded-For", WORDS, by_forwarding, lambda _, read: read == "203.0.113.0/24"),
    Parser("networks", st.one_of(WORDS, st.ip_addresses().map(str)), network_of),
    Parser("queries", st.binary(max_size=60), in_a_query),
    Parser("JSON", st.one_of(st.binary(max_size=60), WORDS.map(repr).map(str.encode)), read_json),
)


def hold(parser: Parser, examples: int) -> None:
    @settings(
        max_examples=examples,
        database=None,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(parser.inputs)
    def read(word: Any) -> None:
        try:
            told = parser.read(word)
        except OURS:
            return
        except ValueError:  # of a body: `Malformed`, where it is asked for
            assert parser.name == "JSON"
            return
        assert parser.expect(word, told)

    read()


@pytest.mark.parametrize("parser", PARSERS, ids=lambda parser: parser.name)
def test_whatever_is_written_is_read_or_refused(parser: Parser) -> None:
    hold(parser, 25)


@pytest.mark.long
@pytest.mark.parametrize("parser", PARSERS, ids=lambda parser: parser.name)
def test_twenty_thousand_times_it_is_read_or_refused(parser: Parser) -> None:
    hold(parser, 20_000)


@settings(max_examples=50, derandomize=True, database=None)
@given(st.binary(max_size=200))
def test_a_cursor_opens_as_it_was_sealed(content: bytes) -> None:
    assert open_word("cursor", seal_word("cursor", content)) == content


@settings(max_examples=50, derandomize=True, database=None)
@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_the_month_of_a_day_is_a_period(day: date) -> None:
    assert is_period(period_of(day))
