"""What somebody may follows from the positions that they hold, and from nothing else."""

import pytest

from app.core import walls
from app.models.organizations import SEGMENT_WIDTH
from app.policies.actors import SYSTEM, Actor, Held
from app.policies.permissions import Permission
from app.policies.roles import GRANTS, Position, Reach

ONE, OTHER = "a" * SEGMENT_WIDTH, "b" * SEGMENT_WIDTH
CELL = ONE + "c" * SEGMENT_WIDTH
NOBODY = Actor()
MEMBER = Actor(held=(Held(Position.MEMBER, CELL),))
BOTH = Actor(held=(Held(Position.MEMBER, CELL), Held(Position.OFFICER, OTHER)))


@pytest.mark.parametrize(
    ("actor", "is_member", "sees_others"),
    [(NOBODY, False, False), (MEMBER, True, False), (BOTH, True, True), (SYSTEM, False, True)],
)
def test_who_sees_others_is_whoever_is_more_than_a_member(
    actor: Actor, is_member: bool, sees_others: bool
) -> None:
    assert (actor.is_member, actor.sees_others) == (is_member, sees_others)


@pytest.mark.parametrize(
    ("actor", "trees"),
    [
        (NOBODY, walls.NONE),
        (MEMBER, ONE),
        (BOTH, f"{ONE} {OTHER}"),
        (SYSTEM, walls.EVERY),
    ],
)
def test_the_database_is_told_the_trees_in_which_anything_is_held(actor: Actor, trees: str) -> None:
    assert actor.trees == trees


def test_a_power_reaches_from_where_it_is_held_as_far_as_the_table_says() -> None:
    assert BOTH.paths(Permission.MEETING_READ, Reach.UNIT) == [CELL]
    assert BOTH.paths(Permission.MEETING_READ, Reach.BRANCH) == [OTHER]
    assert BOTH.paths(Permission.MEETING_READ, Reach.SELF) == []
    assert MEMBER.paths(Permission.MEMBER_READ, Reach.SELF) == [CELL]
    assert NOBODY.paths(Permission.MEETING_READ, Reach.UNIT) == []


def test_what_any_position_grants_may_be_done_somewhere() -> None:
    assert MEMBER.may(Permission.MEETING_READ) is True
    assert MEMBER.may(Permission.MEETING_ACCEPT) is False
    assert BOTH.may(Permission.MEETING_ACCEPT) is True
    assert NOBODY.may(Permission.MEETING_READ) is False
    assert MEMBER.permissions() == sorted(GRANTS[Position.MEMBER])
    assert set(BOTH.permissions()) == {*GRANTS[Position.MEMBER], *GRANTS[Position.OFFICER]}
    assert BOTH.permissions() == sorted(BOTH.permissions())
    assert NOBODY.permissions() == []


def test_the_service_itself_acts_above_every_tree() -> None:
    assert SYSTEM.held == (Held(Position.SYSTEM, ""),)
    assert (SYSTEM.account_id, SYSTEM.session_id) == (None, None)
