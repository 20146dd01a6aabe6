"""Rows that may be one person are found by an id, or by a name and a birth date."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import Session

from app.schemas.duplicates import Likeness
from app.services import duplicates
from tests.conftest import SignIn
from tests.factories.people import make_member
from tests.world import World

BORN_ON = date(1971, 2, 3)


def pairs(sign_in: SignIn, unit: UUID, who: str = "officer") -> list[dict[str, Any]]:
    answer = sign_in(who).get(f"/duplicates?organization_id={unit}")
    assert answer.status_code == 200
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def ids(pair: dict[str, Any]) -> set[str]:
    return {member["id"] for member in pair["members"]}


class TestFound:
    def test_the_small_world_holds_none(self, sign_in: SignIn, world: World) -> None:
        assert pairs(sign_in, world.root.id) == []

    def test_by_name_and_birth_date_however_the_name_is_written(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        def named(number: int, name: str, born_on: date = BORN_ON) -> str:
            cell = world.north_one if number % 2 else world.south_one
            row = make_member(session, cell, number=number, full_name=name, born_on=born_on)
            return str(row.id)

        first, same = named(801, "Đỗ Thị Ước"), named(802, "ĐỖ THỊ ƯỚC")
        alike = named(803, "Đỗ Thị Ướcc")
        named(804, "Đỗ Thị Ước", date(1972, 2, 3))
        named(805, "Vũ Văn Khác")
        found = {frozenset(ids(pair)): pair for pair in pairs(sign_in, world.root.id)}
        assert {key: pair["likeness"] for key, pair in found.items()} == {
            frozenset({first, same}): Likeness.SAME_NAME_AND_BIRTH_DATE,
            frozenset({first, alike}): Likeness.SIMILAR_NAME_AND_BIRTH_DATE,
            frozenset({same, alike}): Likeness.SIMILAR_NAME_AND_BIRTH_DATE,
        }
        assert found[frozenset({first, same})]["similarity"] == 100

    def test_by_an_id_that_stands_as_the_card_of_one_and_the_personal_id_of_the_other(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        shared = "970080999999"
        one = make_member(
            session, world.north_one, number=801, card_number=shared, personal_id=None
        )
        other = make_member(
            session, world.south_one, number=902, card_number="12345678", personal_id=shared
        )
        (pair,) = pairs(sign_in, world.root.id)
        assert (ids(pair), pair["likeness"]) == ({str(one.id), str(other.id)}, Likeness.SAME_ID)
        assert shared not in str(pair)

    def test_only_of_the_branch_that_was_asked_for(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        for number, cell in enumerate((world.north_one, world.south_one), start=801):
            make_member(session, cell, number=number, full_name="Đỗ Thị Ước", born_on=BORN_ON)
        assert len(pairs(sign_in, world.root.id)) == 1
        assert pairs(sign_in, world.north.id) == []

    def test_in_a_crowd_only_equal_names_are_compared(
        self,
        sign_in: SignIn,
        session: Session,
        world: World,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """Many whose birth date was entered as one would take a quadratic time."""
        monkeypatch.setattr(duplicates, "CROWD", 2)
        names = ("Đỗ Thị Ước", "Vũ Văn Khác", "Đỗ Thị Ước", "Đỗ Thị Ướcc")
        made = [
            make_member(session, world.north_one, number=number, full_name=name, born_on=BORN_ON)
            for number, name in enumerate(names, start=801)
        ]

        (pair,) = pairs(sign_in, world.root.id)

        assert ids(pair) == {str(made[0].id), str(made[2].id)}

    def test_page_by_page(self, sign_in: SignIn, session: Session, world: World) -> None:
        for number in range(801, 805):
            make_member(
                session, world.north_one, number=number, full_name="Đỗ Thị Ước", born_on=BORN_ON
            )
        whole = pairs(sign_in, world.root.id)
        assert len(whole) == 6
        paged, cursor = [], ""
        while cursor is not None:
            asked = {"organization_id": str(world.root.id), "limit": "4"}
            asked |= {"cursor": cursor} if cursor else {}
            answer = sign_in("officer").get("/duplicates", params=asked).json()
            paged += answer["items"]
            cursor = answer["next_cursor"]
        assert paged == whole


class TestLikeness:
    def test_the_order_of_the_words_does_not_matter(self) -> None:
        assert duplicates.likeness_of("nguyen van an", "an nguyen van") == 100

    def test_another_name_is_not_alike(self) -> None:
        assert duplicates.likeness_of("nguyen van an", "tran thi hoa") < duplicates.ALIKE
