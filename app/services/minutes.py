"""The minutes of a meeting: written while it is in the cell's hands, one version after another."""

from uuid import UUID

from sqlalchemy.orm.attributes import flag_modified
from sqlmodel import col, select

from app.core.errors import InvalidTransition, Stale
from app.models import Meeting, MeetingStatus, Minutes
from app.policies.roles import Permission
from app.schemas.minutes import MinutesWrite
from app.services import looks
from app.services.versions import expect_version
from app.work import Work

WRITABLE = (MeetingStatus.OPEN, MeetingStatus.ENDED, MeetingStatus.RETURNED)


def get(work: Work, meeting_id: UUID) -> Minutes:
    """As they were last written; before that an empty form, version 0."""
    meeting = work.fetch(Permission.MINUTES_READ, Meeting, meeting_id)
    looks.note(work, meeting)
    return _of(work, meeting) or _blank(work, meeting)


def write(work: Work, meeting_id: UUID, data: MinutesWrite, if_match: int | None) -> Minutes:
    """The first version may do without `If-Match`; every later one needs it."""
    meeting = work.fetch(Permission.MINUTES_WRITE, Meeting, meeting_id)
    found = _of(work, meeting)
    if found is not None:
        expect_version(found.version, if_match)
    elif if_match not in (None, 0):
        raise Stale
    if meeting.status not in WRITABLE:
        raise InvalidTransition(allowed=meeting.allowed())
    if found is None:
        found = work.add(_blank(work, meeting))
        flag_modified(meeting, "status")  # of two first versions the later one finds it stale
    found.text = data.text
    found.written_by = work.actor.account_id
    found.written_at = work.now
    work.record("minutes.written", found)
    return found


def exist(work: Work, meeting: Meeting) -> bool:
    """Whether a meeting that was reached has minutes."""
    return _of(work, meeting) is not None


def _of(work: Work, meeting: Meeting) -> Minutes | None:
    statement = select(Minutes).where(col(Minutes.meeting_id) == meeting.id)
    return work.session.exec(
        statement.execution_options(scoped="of a reached meeting")
    ).one_or_none()


def _blank(work: Work, meeting: Meeting) -> Minutes:
    return Minutes(
        id=meeting.id,  # known before the first version is written
        organization_id=meeting.organization_id,
        meeting_id=meeting.id,
        text="",
        written_at=work.now,
        created_at=work.now,
        version=0,
    )
