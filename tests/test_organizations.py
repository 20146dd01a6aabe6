"""The tree: who sees which unit, and how a unit is founded, renamed and closed."""

import pytest

from tests.conftest import SignIn
from tests.world import World


class TestSearch:
    @pytest.mark.parametrize(
        ("who", "seen"),
        [
            ("officer", 6),
            ("branch_officer", 3),
            ("secretary", 1),
            ("member", 1),
            ("stranger", 1),
            ("administrator", 6),
        ],
    )
    def test_everybody_sees_their_own_branch(self, sign_in: SignIn, who: str, seen: int) -> None:
        answer = sign_in(who).get("/organizations")

        assert answer.status_code == 200, answer.text
        assert len(answer.json()["items"]) == seen

    def test_units_come_in_the_order_of_the_tree(self, sign_in: SignIn, world: World) -> None:
        items = sign_in("branch_officer").get("/organizations").json()["items"]

        assert [item["id"] for item in items] == [
            str(unit.id) for unit in (world.north, world.north_one, world.north_two)
        ]
