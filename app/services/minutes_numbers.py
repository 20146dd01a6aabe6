"""The numbers of minutes: each once within a cell's local year."""

from typing import Any

from sqlalchemy import Select
from sqlmodel import col, exists, func, select

from app.core import periods
from app.core.clock import local_date
from app.core.errors import Conflict
from app.core.selects import pick
from app.models import Meeting, Minutes, Organization
from app.work import Work


class NumberTaken(Conflict):
    code = "number_taken"
    vi = "Chi bộ đã có biên bản mang số này trong năm."
    en = "Other minutes of the cell and year have this number."


def hold(work: Work, meeting: Meeting) -> None:
    """Let nobody else number minutes of the cell; before its meeting is held, as plans do it."""
    cell = select(Organization.id).where(col(Organization.id) == meeting.organization_id)
    locked = cell.with_for_update(key_share=True)
    work.session.execute(locked.execution_options(scoped="of a reached meeting"))


def next_of(work: Work, meeting: Meeting) -> int:
    statement = _of_year(meeting, func.max(col(Minutes.number)))
    return (work.session.execute(statement).scalar_one() or 0) + 1


def expect_free(work: Work, meeting: Meeting, number: int) -> None:
    same = _of_year(meeting, Minutes.id).where(
        col(Minutes.number) == number, col(Minutes.meeting_id) != meeting.id
    )
    if work.session.execute(select(exists(same)).execution_options(scoped=_SCOPED)).scalar_one():
        raise NumberTaken


_SCOPED = "of a reached meeting's cell"


def _of_year(meeting: Meeting, column: Any) -> Select[Any]:
    year = local_date(meeting.starts_at).year
    return (
        pick(column)
        .join(Meeting, col(Meeting.id) == Minutes.meeting_id)
        .where(
            col(Minutes.organization_id) == meeting.organization_id,
            col(Meeting.starts_at) >= periods.starts_at(f"{year}-01"),
            col(Meeting.starts_at) < periods.ends_at(f"{year}-12"),
        )
        .execution_options(scoped=_SCOPED)
    )
