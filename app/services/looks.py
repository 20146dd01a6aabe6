"""Whether the level above has looked at what was submitted: until then it may be taken back."""

from uuid import UUID

from sqlalchemy import update
from sqlmodel import col, select

from app.core import database
from app.core.clock import local_date
from app.models import Meeting, MeetingStatus
from app.policies.permissions import Permission
from app.policies.scope import rows_within_reach
from app.work import Work


def note(work: Work, meeting: Meeting) -> None:
    """Write down the first look of somebody who may accept the meeting; all others leave none.

    In a transaction of its own, for it is noted while reading.
    """
    if meeting.status is not MeetingStatus.SUBMITTED or meeting.looked_at is not None:
        return
    if not work.actor.may(Permission.MEETING_ACCEPT):
        return
    with database.writing() as writer:
        is_first = _look(Work(writer, work.actor, work.now), meeting)
    if is_first:
        work.session.refresh(meeting)


def note_part(work: Work, meeting_id: UUID) -> None:
    """The same, when only a part of the meeting was reached."""
    statement = select(Meeting).where(col(Meeting.id) == meeting_id)
    note(work, work.session.exec(statement.execution_options(scoped="of a reached part")).one())


def _look(work: Work, meeting: Meeting) -> bool:
    """One statement, so that of two who look at once neither is refused."""
    accepts = rows_within_reach(
        work.actor, Permission.MEETING_ACCEPT, Meeting, local_date(work.now)
    )
    looked = work.session.execute(
        update(Meeting)
        .where(
            col(Meeting.id) == meeting.id,
            col(Meeting.status) == MeetingStatus.SUBMITTED,
            col(Meeting.looked_at).is_(None),
            accepts,
        )
        .values(looked_at=work.now, version=col(Meeting.version) + 1)
        .returning(col(Meeting.id))
        .execution_options(scoped=Permission.MEETING_ACCEPT, synchronize_session=False)
    ).scalar_one_or_none()
    if looked is not None:
        work.record("meeting.looked_at", meeting)
    return looked is not None
