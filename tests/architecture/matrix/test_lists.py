"""What a list shows: the rows on which its permission is held, and no other."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.architecture.doors import DOORS, Door
from tests.architecture.matrix.conftest import Ask
from tests.architecture.matrix.derivation import (
    ACTORS,
    Facts,
    holds,
    is_member,
    is_of_oneself,
    noun_of,
    rule_of,
)
from tests.architecture.matrix.relations import RELATIONS, Placed, Province

#: Each list with the thing that is laid at every place, to be shown or not.
LISTED = {
    "/absence-reports": "report",
    "/accounts": "clerk",
    "/cells": "north_one",
    "/corrections": "correction",
    "/documents": "document",
    "/exemptions": "exemption",
    "/jobs": "job",
    "/meeting-plans": "plan",
    "/meetings": "draft",
    "/member-merges": "member_merge",
    "/members": "member",
    "/not-held": "not_held",
    "/notifications": "notification",
    "/objections": "objection",
    "/offices": "office",
    "/organizations": "north_one",
    "/proposals": "proposal",
    "/report-schedules": "schedule",
    "/reports": "stored_report",
    "/tasks": "task",
    "/templates": "template",
    "/transfers": "transfer",
}
#: Lists of what nobody lays there: each of their items names its unit.
OF_UNITS = {"/alerts", "/audit", "/findings", "/obligations", "/reminders", "/reorganizations"}
#: Sums, and what the service does by itself: they name no row of a place.
OF_NOTHING = {"/calendar-runs", "/proposals/summary"}
LISTS = [
    door for door in DOORS if door.method == "GET" and not noun_of(door) and not is_of_oneself(door)
]
#: A unit that is no cell any more, a member who has left: not in the list of today.
NOT_TODAY = {"/cells": {"north", "old_cell"}, "/members": {"old_cell"}}


#: Who has rows of their own.
MEMBERS = [actor for actor in ACTORS if is_member(actor)]


def by_path(door: Door) -> str:
    return door.path


def test_every_list_is_looked_at() -> None:
    assert {door.path for door in LISTS} == set(LISTED) | OF_UNITS | OF_NOTHING


@pytest.mark.long
@pytest.mark.parametrize("door", [door for door in LISTS if door.path in LISTED], ids=by_path)
def test_a_list_shows_what_its_permission_reaches(ask: Ask, province: Province, door: Door) -> None:
    laid = dict(lay(province, LISTED[door.path]))
    gone = NOT_TODAY.get(door.path, set())
    wrong = {}
    for actor in ACTORS:
        items = shown(ask, actor, door)
        if items is None:
            continue
        seen = {item["id"] for item in items} & set(laid)
        reached = {row_id for row_id, facts in laid.items() if reaches(actor, door, facts)}
        absent = {row_id for row_id in reached - seen if laid[row_id].unit not in gone}
        if seen - reached or absent:
            wrong[actor] = [laid[row_id] for row_id in seen - reached], [laid[i] for i in absent]

    assert wrong == {}


@pytest.mark.long
@pytest.mark.parametrize("door", [door for door in LISTS if door.path in OF_UNITS], ids=by_path)
def test_a_list_names_units_within_reach_only(ask: Ask, province: Province, door: Door) -> None:
    names = {str(unit.id): name for name, unit in province.units.items()}
    names[str(province.world.root.id)] = "root"
    wrong = {}
    for actor in ACTORS:
        units = [unit_of(item) for item in shown(ask, actor, door) or []]
        beyond = {
            names[unit]
            for unit in units
            if unit and not reaches(actor, door, Facts(names[unit], owner=actor))
        }
        if beyond:
            wrong[actor] = beyond

    assert wrong == {}


def lay(province: Province, thing: str) -> Iterator[tuple[str, Facts]]:
    """One at every place, and one of each actor's own; some things are the places themselves."""
    for relation in RELATIONS:
        for actor in MEMBERS if relation == "own" else ["nobody"]:
            things = Placed(province, province.place(relation, actor))
            if things.place.unit is not None:
                yield things.named(thing), things.facts_of(thing)


def shown(ask: Ask, actor: str, door: Door) -> list[dict[str, Any]] | None:
    """The items of the whole list, or None for whoever is refused it."""
    query = f"{door.query}&limit=200" if door.query else "limit=200"
    told = ask(actor, "GET", {"url": f"{door.path}?{query}"})
    if told.status_code in (401, 403):
        return None
    assert told.status_code == 200, told.text
    assert told.json()["next_cursor"] is None
    items: list[dict[str, Any]] = told.json()["items"]
    return items


def reaches(actor: str, door: Door, facts: Facts) -> bool:
    noun = door.path.split("/")[1].replace("-", "_")
    return holds(actor, rule_of(door).permission, _OF_CELLS.get(noun, noun), facts)


def unit_of(item: dict[str, Any]) -> str | None:
    unit_id: str | None = item.get("organization_id") or (item.get("organization") or {}).get("id")
    return unit_id


_OF_CELLS = {"cells": "organizations"}
