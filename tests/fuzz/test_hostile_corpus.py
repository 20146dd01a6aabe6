"""Every route, every place, every hostile value: refused clearly, by both databases alike."""

import json
import re
import zlib
from collections.abc import Iterator
from itertools import groupby
from typing import Any, NamedTuple

import pytest

from tests.architecture.test_wire import OPERATIONS, Operation
from tests.fuzz.drafts import Draft, door_of, keeper_of
from tests.fuzz.hostile import ECHO
from tests.fuzz.houses import House, Street
from tests.fuzz.places import NOWHERE, VALUES, Place, places_of
from tests.fuzz.wire import Answer, Wire

ACTORS = ("secretary", "officer", "member", "administrator", "anonymous")
#: Whoever is not let in anyway tries one value of so many; and of all tries, one of so many is
#: made on every run.
ELSEWHERE, SAMPLED = 16, 400
#: After so many that were let in at one place, nothing is made afresh for the next.
RENEWED = 4
#: Refused, these are remembered: who guesses, and who was not let in at the door.
REMEMBERED = re.compile(r"/auth/|/me/(password|step-up|totp)|check-ins")
BETRAYED = re.compile(rb'Traceback|sqlalchemy|psycopg|sqlite|\.py"|SELECT |INSERT |/site-packages')
WORD = re.compile(r"[a-z][a-z0-9_]{2,60}")


class Try(NamedTuple):
    place: Place
    actor: str
    value: str

    def __str__(self) -> str:
        return f"{self.value} as {self.place} by {self.actor}"

    @property
    def content(self) -> bytes:
        return VALUES[self.place.kind][self.value]


def tries_of(operation: Operation) -> Iterator[Try]:
    keeper = keeper_of(door_of(operation))
    for place in places_of(operation):
        for actor in dict.fromkeys([keeper, *ACTORS]):
            for value in VALUES[place.kind]:
                made = Try(place, actor, value)
                if actor == keeper or not _draw(operation, made) % ELSEWHERE:
                    yield made


def _draw(operation: Operation, made: Try) -> int:
    return zlib.crc32(f"{operation} {made}".encode())


def test_the_corpus_is_as_large_as_is_promised() -> None:
    assert sum(1 for operation in OPERATIONS for _ in tries_of(operation)) > 80_000


@pytest.mark.long
@pytest.mark.parametrize("operation", OPERATIONS, ids=repr)
def test_nothing_hostile_is_more_than_refused(
    street: Street, wire: Wire, operation: Operation
) -> None:
    keeper = keeper_of(door_of(operation))
    if keeper != "anonymous":
        for house in street:
            draft = Draft.of(operation, house.things)
            plain = wire.send(draft.with_value(NOWHERE, b"", house.tokens[keeper]))
            assert plain.status < 400, plain.body
    assert faults_of(street, wire, operation, list(tries_of(operation))) == {}


def test_a_sample_of_the_hostile_is_no_more_than_refused(lane: Street, wire: Wire) -> None:
    faults: dict[str, Any] = {}
    for operation in OPERATIONS:
        tries = [made for made in tries_of(operation) if not _draw(operation, made) % SAMPLED]
        faults |= faults_of(lane, wire, operation, tries)

    assert faults == {}


def faults_of(street: Street, wire: Wire, operation: Operation, tries: list[Try]) -> dict[str, Any]:
    """What was answered wrongly, or differently by the databases, or changed though refused."""
    faults: dict[str, Any] = {}
    drafts = drafted(street, operation) if tries else {}
    for place, group in groupby(tries, key=lambda made: made.place):
        marks = [house.mark() for house in street]
        times_let_in = 0
        for made in group:
            answers = [sent(wire, house, drafts[id(house)], made) for house in street]
            told = {wrong for answer in answers for wrong in wrongs(answer, made)}
            verdicts = [verdict(answer) for answer in answers]
            if told or verdicts[1:] not in ([], verdicts[:1]):
                faults[f"{operation}: {made}"] = (sorted(told), verdicts)
            if answers[0].status < 400 and operation.method != "GET":
                times_let_in += 1
                drafts = drafted(street, operation) if times_let_in <= RENEWED else drafts
        is_kept = times_let_in or REMEMBERED.search(operation.path)
        if not is_kept and marks != [house.mark() for house in street]:
            faults[f"{operation}: {place}"] = "refused, and changed something"
    return faults


def drafted(street: Street, operation: Operation) -> dict[int, Draft]:
    return {id(house): Draft.of(operation, house.things) for house in street}


def sent(wire: Wire, house: House, draft: Draft, made: Try) -> Answer:
    return wire.send(draft.with_value(made.place, made.content, house.tokens.get(made.actor)))


def verdict(answer: Answer) -> tuple[int, Any]:
    """By what two databases could differ: the status, and of a refusal its code and its places."""
    if answer.status < 400 or not answer.body:
        return answer.status, None
    told = json.loads(answer.body)
    places = [(error["pointer"], error["code"]) for error in told.get("errors", [])]
    return answer.status, (told["code"], places)


def wrongs(answer: Answer, made: Try) -> Iterator[str]:
    if answer.status < 400:
        return
    if answer.status >= 500 and (answer.status != 503 or b"retry-after" not in answer.headers):
        yield f"a fault: {answer.status}"
    if answer.headers.get(b"content-type") != b"application/problem+json":
        yield "no problem of ours"
        return
    told = json.loads(answer.body)
    if told["status"] != answer.status or not WORD.fullmatch(told["code"]):
        yield f"an odd code: {told['code']}"
    if answer.headers.get(b"content-language") != b"vi" or told["detail"].isascii():
        yield "not in Vietnamese"
    if ECHO.encode() in answer.body or (len(made.content) > 15 and made.content in answer.body):
        yield "repeated"
    if BETRAYED.search(answer.body):
        yield "betrayed"
