"""The table of powers, where it is narrow: how far each reaches, and what a role amounts to."""

import pytest

from app.models import Role
from app.policies.permissions import Permission
from app.policies.roles import GRANTS, Position, Reach, position_of

#: Written down a second time, for each of these shows a member what is not everybody's.
OF_A_MEMBER = {
    Reach.UNIT: {
        "agendas:read",
        "check_ins:create",
        "documents:acknowledge",
        "documents:read",
        "meeting_plans:read",
        "meetings:read",
        "organizations:read",
        "tasks:read",
    },
    Reach.SELF: {
        "absence_reports:create",
        "absence_reports:read",
        "absence_reports:withdraw",
        "access_entries:read",
        "alerts:read",
        "attendances:read",
        "badges:read",
        "badges:renew",
        "corrections:create",
        "corrections:read",
        "corrections:withdraw",
        "exemptions:read",
        "members:read",
        "memberships:read",
        "notifications:read",
        "objections:create",
        "objections:read",
        "objections:withdraw",
        "transfers:read",
    },
}


@pytest.mark.parametrize("reach", list(Reach))
def test_a_member_reaches_the_own_row_and_the_own_unit(reach: Reach) -> None:
    found = {power for power, far in GRANTS[Position.MEMBER].items() if far is reach}

    assert found == OF_A_MEMBER.get(reach, set())


@pytest.mark.parametrize("position", sorted(set(Position) - {Position.MEMBER}))
def test_every_other_position_reaches_its_branch(position: Position) -> None:
    assert set(GRANTS[position].values()) == {Reach.BRANCH}


def test_every_power_is_held_by_the_worker_and_every_position_has_some() -> None:
    assert set(GRANTS[Position.SYSTEM]) == set(Permission)
    assert set(GRANTS) == set(Position)


@pytest.mark.parametrize(
    ("role", "at_a_cell", "above"),
    [
        (Role.SECRETARY, Position.CELL_SECRETARY, Position.OVERSEER),
        (Role.DEPUTY_SECRETARY, Position.CELL_SECRETARY, Position.OVERSEER),
        (Role.COMMITTEE_MEMBER, Position.CELL_COMMITTEE_MEMBER, Position.OVERSEER),
        (Role.STAND_IN, Position.CELL_STAND_IN, Position.OVERSEER),
        (Role.OFFICER, Position.OFFICER, Position.OFFICER),
        (Role.INSPECTOR, Position.INSPECTOR, Position.INSPECTOR),
        (Role.ADMINISTRATOR, Position.ADMINISTRATOR, Position.ADMINISTRATOR),
    ],
)
def test_a_role_writes_at_a_cell_and_reads_above(
    role: Role, at_a_cell: Position, above: Position
) -> None:
    assert position_of(role, at_a_cell=True) is at_a_cell
    assert position_of(role, at_a_cell=False) is above


@pytest.mark.parametrize(
    ("power", "known_by"),
    [
        ("meetings:accept", "meetings:read"),
        ("members:reveal", "members:read"),
        ("activation_codes:create", "members:read"),
        ("check_in_codes:show", "meetings:read"),
        ("contacts:read", "organizations:read"),
        ("imports:create", "imports:create"),
    ],
)
def test_what_may_be_read_is_forbidden_and_not_missing(power: str, known_by: str) -> None:
    assert Permission(power).reading is Permission(known_by)
