"""A meeting by groups instead of the whole cell: for large cells, a few times a year."""

from datetime import date

from sqlmodel import col, func, select

from app.core.clock import day_starts_at, local_date
from app.core.errors import Conflict, Invalid
from app.models import HeldAs, Meeting, MeetingKind, MeetingStatus, Organization, RosterReason
from app.services import rosters
from app.work import Work

FEWEST_MEMBERS = 50
MOST_A_YEAR = 3


class GroupsThreeTimesAYear(Conflict):
    code = "groups_three_times_a_year"
    vi = "Mỗi năm chi bộ chỉ được sinh hoạt thường kỳ theo tổ tối đa 3 lần."
    en = "A cell holds its regular meeting by groups three times a year at most."


def check(work: Work, meeting: Meeting) -> None:
    """Refuse a meeting by groups that the cell may not hold so."""
    if meeting.held_as is not HeldAs.GROUPS:
        return
    if _count_members(work, meeting) < FEWEST_MEMBERS:
        raise Invalid.at(
            "/held_as",
            "groups_need_fifty_members",
            "Chỉ chi bộ có từ 50 đảng viên trở lên mới được sinh hoạt theo tổ.",
            "Only cells of 50 members or more meet by groups.",
        )
    if meeting.kind is MeetingKind.REGULAR and _count_others(work, meeting) >= MOST_A_YEAR:
        raise GroupsThreeTimesAYear


def _count_members(work: Work, meeting: Meeting) -> int:
    """Those of the cell's own who are on the roster of the meeting's day."""
    (roster,) = rosters.draw(work, [meeting])
    return sum(each.reason is not RosterReason.TEMPORARY for each in roster.places.values())


def _count_others(work: Work, meeting: Meeting) -> int:
    """Other regular meetings by groups in the same local year; the cell waits for its turn."""
    cell = select(Organization.id).where(col(Organization.id) == meeting.organization_id)
    work.session.execute(cell.with_for_update().execution_options(scoped="of a reached meeting"))
    year = local_date(meeting.starts_at).year
    others = select(func.count()).where(
        col(Meeting.organization_id) == meeting.organization_id,
        col(Meeting.id) != meeting.id,
        col(Meeting.kind) == MeetingKind.REGULAR,
        col(Meeting.held_as) == HeldAs.GROUPS,
        col(Meeting.status).not_in((MeetingStatus.DRAFT, MeetingStatus.CANCELLED)),
        col(Meeting.starts_at) >= day_starts_at(date(year, 1, 1)),
        col(Meeting.starts_at) < day_starts_at(date(year + 1, 1, 1)),
    )
    return work.session.exec(others.execution_options(scoped="of a reached meeting")).one()
