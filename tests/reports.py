"""Reading reports in tests, as the office does."""

from io import BytesIO
from typing import Any

from fastapi.testclient import TestClient
from python_calamine import load_workbook
from sqlmodel import Session

from app.core import database
from app.models import AttendanceStatus, MeetingStatus, Organization
from app.policies.actors import SYSTEM
from app.services import figures
from app.work import Work
from tests.factories.meetings import make_line, make_meeting
from tests.world import NOON, World

FIRST = 9  # the row of the first unit, from 0


def get(client: TestClient, path: str, **asked: Any) -> bytes:
    answer = client.get(f"/reports/{path}", params=asked)
    assert answer.status_code == 200, answer.text
    return answer.content


def monthly(client: TestClient, unit: Organization, form: str = "xlsx", **asked: Any) -> bytes:
    return get(
        client, f"monthly.{form}", organization_id=unit.id, **({"period": "2026-05"} | asked)
    )


def grid(workbook: bytes, sheet: int = 0) -> list[list[Any]]:
    found = load_workbook(BytesIO(workbook)).get_sheet_by_index(sheet)
    return [list(row) for row in found.to_python(skip_empty_area=False)]


def refusal(client: TestClient, path: str, **asked: Any) -> tuple[int, str]:
    answer = client.get(f"/reports/{path}", params=asked)
    body = answer.json()
    return answer.status_code, body["errors"][0]["code"] if "errors" in body else body["code"]


def file_of(client: TestClient, report_id: str, form: str) -> bytes:
    return get(client, f"{report_id}/file", format=form)


def one_of_each(session: Session, world: World) -> None:
    """A meeting of May that is over, with one of each mark, counted."""
    meeting = make_meeting(session, world.north_one, status=MeetingStatus.ENDED)
    for member_id, status in zip(world.members[world.north_one.id], AttendanceStatus, strict=False):
        make_line(session, meeting, member_id, status=status)
    with database.writing() as writer:
        figures.recount(Work(writer, SYSTEM, NOON), [world.north_one.id], ["2026-05"])
