"""Nine actors, eight relations, every route: each is answered as the table of powers says."""

import zlib
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from tests.architecture.doors import DOORS, Door
from tests.architecture.matrix.clear_text import in_clear
from tests.architecture.matrix.conftest import Ask
from tests.architecture.matrix.derivation import ACTORS, answer, noun_of
from tests.architecture.matrix.relations import RELATIONS, Placed, Province
from tests.architecture.test_doors import READING, request_for
from tests.tables import fingerprint_of_tables

REFUSALS = (401, 403, 404)
#: Where confidential values are shown to others: one by one, each time with an entry that its owner
#: reads, or as part of what the route is for.
SHOWN = {
    ("GET", "/dashboards/{organization_id}/missing"),
    ("GET", "/reports/call-list.xlsx"),
    ("GET", "/reports/call-list.docx"),
    ("POST", "/members/{member_id}/reveal"),
    ("POST", "/activation-codes"),
}
#: One field of so many is asked on every run; the whole matrix when there is time.
SAMPLED = 33


class Field(NamedTuple):
    """One field of the matrix, and what it should say."""

    door: Door
    actor: str
    relation: str
    things: Placed
    expected: int

    @property
    def is_refused(self) -> bool:
        return self.expected in REFUSALS

    @property
    def is_own_word(self) -> bool:
        """What a member asked for is read by that member as it was written."""
        return self.relation == "own" and self.door.path.startswith("/corrections")

    def __repr__(self) -> str:
        return f"{self.door.method} {self.door.path} {self.door.at}: {self.actor}, {self.relation}"


@pytest.mark.long
@pytest.mark.parametrize("door", DOORS, ids=lambda door: f"{door.method} {door.path} {door.at}")
def test_each_actor_is_answered_as_the_table_says(ask: Ask, province: Province, door: Door) -> None:
    fields = list(fields_of(door, province))
    refused = [field for field in fields if field.is_refused]
    requests = {id(field.things): request_for(door, field.things) for field in fields}
    before = fingerprint_of_tables(province.session)
    answers = [ask(field.actor, door.method, requests[id(field.things)]) for field in refused]

    assert unlike(refused, answers) == {}
    assert len({without_its_id(told) for told in answers if told.status_code == 404}) <= 1
    assert fingerprint_of_tables(province.session) == before

    let_in = [field for field in fields if not field.is_refused]
    answers = []
    for field in let_in:
        request = requests[id(field.things)]
        if door.method not in READING:
            field.things.forget()  # another row for each who changes it
            request = request_for(door, field.things)
        answers.append(ask(field.actor, door.method, request))
    assert unlike(let_in, answers) == {}
    assert exposed(province, let_in, answers) == {}


def test_a_sample_of_the_matrix_is_answered_as_the_table_says(ask: Ask, province: Province) -> None:
    fields = [
        field
        for door in DOORS
        for field in fields_of(door, province)
        if (field.is_refused or door.method in READING)
        and not zlib.crc32(repr(field).encode()) % SAMPLED
    ]
    answers = [
        ask(field.actor, field.door.method, request_for(field.door, field.things))
        for field in fields
    ]

    assert len(fields) > 300
    assert unlike(fields, answers) == {}
    assert exposed(province, fields, answers) == {}


def fields_of(door: Door, province: Province) -> Iterator[Field]:
    """Each actor at each relation; where no row is named, each actor once."""
    is_of_a_row = noun_of(door) or "{" in door.path
    for relation in RELATIONS if is_of_a_row else ["own"]:
        shared = Placed(province, province.place(relation, "nobody"))
        for actor in ACTORS:
            own = relation == "own"
            things = Placed(province, province.place(relation, actor)) if own else shared
            expected = answer(door, actor, things.facts_of(door.at))
            yield Field(door, actor, relation, things, expected)


def unlike(fields: list[Field], answers: list[Any]) -> dict[str, str]:
    """What was answered otherwise: by another refusal, or by one at all, or by a fault."""
    return {
        repr(field): f"{told.status_code}, not {field.expected}"
        for field, told in zip(fields, answers, strict=True)
        if told.status_code >= 500
        or (told.status_code if told.status_code in REFUSALS else 200) != field.expected
    }


def exposed(province: Province, fields: list[Field], answers: list[Any]) -> dict[str, set[str]]:
    """Confidential values of others that stood in an answer in clear."""
    found = {
        repr(field): in_clear(told) - province.own_values(field.actor)
        for field, told in zip(fields, answers, strict=True)
        if (field.door.method, field.door.path) not in SHOWN and not field.is_own_word
    }
    return {name: values for name, values in found.items() if values}


def without_its_id(told: Any) -> str:
    return str({name: said for name, said in told.json().items() if name != "request_id"})
