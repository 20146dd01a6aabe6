"""A drill: an account was stolen for forty minutes. Whose data, which fields, since when?"""

from datetime import timedelta
from uuid import UUID

import pytest
import time_machine
from sqlmodel import Session
from typer.testing import CliRunner, Result

from app.cli import cli
from app.core import database
from app.models import AccessEntry, AccessWay, AttendanceEvent, AttendanceSource, AttendanceStatus
from app.policies.actors import SYSTEM
from app.services import touches
from app.services.touches import Touched
from app.work import Work
from tests.conftest import SignIn
from tests.factories.audit import make_entry
from tests.factories.meetings import make_line, make_meeting
from tests.world import NOON, World

THEFT = NOON + timedelta(hours=1)


def run(*words: str) -> Result:
    return CliRunner().invoke(cli, ["audit", *words])


def touched_by(named: str) -> dict[UUID, Touched]:
    with database.reading() as session:
        work = Work(session, SYSTEM, THEFT + timedelta(hours=1))
        found = touches.of(work, touches.find_account(work, named), THEFT)
    return {each.member_id: each for each in found}


def see(session: Session, world: World, member_id: UUID, *fields: str) -> None:
    session.add(
        AccessEntry(
            created_at=THEFT + timedelta(minutes=5),
            organization_id=world.north_one.id,
            member_id=member_id,
            account_id=world.people["officer"].account_id,
            office="officer",
            way=AccessWay.REVEAL,
            fields=list(fields),
            reason="Gọi điện",
        )
    )
    session.flush()


def test_exactly_whom_it_met_since_then_is_told(
    sign_in: SignIn, session: Session, world: World, clock: time_machine.Traveller
) -> None:
    first, second, third, fourth = world.members[world.north_one.id][5:9]
    officer = sign_in("officer")
    before = officer.patch(
        f"/members/{first}", json={"full_name": "Tên Trước"}, headers={"if-match": '"1"'}
    )
    assert before.status_code == 200
    clock.move_to(THEFT)
    see(session, world, second, "phone", "personal_id")
    see(session, world, second, "phone")
    body = {"member_id": str(third), "valid_from": "2026-05-01"}
    assert officer.post("/exemptions", json=body).status_code == 201
    assert (
        sign_in("secretary").post("/exemptions", json=body | {"member_id": str(fourth)}).is_success
    )

    found = touched_by(str(world.people["officer"].account_id))

    assert list(found) == [second, third]
    assert found[second].seen == {"phone (reveal)": 2, "personal_id (reveal)": 1}
    assert found[third].done == {"exemption.created": 1}
    assert found[third].first_at == THEFT


def test_the_lines_of_a_sheet_are_told_by_their_events(
    sign_in: SignIn, session: Session, world: World, clock: time_machine.Traveller
) -> None:
    meeting = make_meeting(session, world.north_one)
    member = world.members[world.north_one.id][5]
    clock.move_to(THEFT)
    line = make_line(session, meeting, member, status=AttendanceStatus.PRESENT)
    secretary = world.people["secretary"].account_id
    session.add(
        AttendanceEvent(
            organization_id=world.north_one.id,
            member_id=member,
            source=AttendanceSource.SECRETARY,
            actor_id=secretary,
            recorded_at=THEFT,
            meeting_id=meeting.id,
            attendance_id=line.id,
            status=line.status,
        )
    )
    session.flush()
    make_entry(session, meeting.id, actor_id=secretary, action="attendance.marked")

    assert touched_by(str(secretary))[member].done == {"attendance.marked": 1}


def test_the_command_prints_them(session: Session, world: World, clock: object) -> None:
    see(session, world, world.members[world.north_one.id][5], "phone")
    officer = str(world.people["officer"].account_id)

    answer = run("touched", officer, "--since", "2026-05-15T13:00:00")

    assert answer.exit_code == 0, answer.output
    assert "seen: phone (reveal) ×1" in answer.output
    assert "1 members, 1 of them seen in clear" in answer.output


@pytest.mark.parametrize("named", ["quantri", "nobody"])
def test_staff_are_found_by_their_name(named: str, world: World, clock: object) -> None:
    answer = run("touched", named, "--since", "2026-05-15")

    assert (answer.exit_code == 0) is (named == "quantri")
