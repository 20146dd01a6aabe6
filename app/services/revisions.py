"""Every version of the minutes, whole, under the digest of what it says."""

import hashlib
import json
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from app.core.errors import NotFound
from app.core.paging import Order, Page, PageQuery
from app.models import Meeting, Minutes, MinutesRevision
from app.policies.permissions import Permission
from app.schemas.minutes import MinutesContent
from app.services import looks
from app.work import Work


def search(work: Work, meeting_id: UUID, query: PageQuery) -> Page[MinutesRevision]:
    """Newest first."""
    meeting = _looked_at(work, meeting_id)
    statement = work.within_reach(Permission.MINUTES_READ, MinutesRevision).where(
        col(MinutesRevision.meeting_id) == meeting.id
    )
    newest_first = Order((col(MinutesRevision.number),), descending=True, of=meeting.id)
    return work.search(statement, query, {}, newest_first)


def get(work: Work, meeting_id: UUID, number: int) -> MinutesRevision:
    meeting = _looked_at(work, meeting_id)
    found = find(work, meeting, number)
    if found is None:
        raise NotFound
    return found


def _looked_at(work: Work, meeting_id: UUID) -> Meeting:
    meeting = work.fetch(Permission.MINUTES_READ, Meeting, meeting_id)
    looks.note(work, meeting)
    return meeting


def find(work: Work, meeting: Meeting, number: int) -> MinutesRevision | None:
    """One version of a reached meeting's minutes."""
    statement = select(MinutesRevision).where(
        col(MinutesRevision.meeting_id) == meeting.id, col(MinutesRevision.number) == number
    )
    scoped = statement.execution_options(scoped="of a reached meeting")
    return work.session.exec(scoped).one_or_none()


def keep(work: Work, minutes: Minutes) -> None:
    """Write the version down that the minutes now have."""
    content = content_of(minutes)
    work.add(
        MinutesRevision(
            organization_id=minutes.organization_id,
            meeting_id=minutes.meeting_id,
            number=minutes.version,
            content=content,
            digest=digest_of(content),
            written_by=minutes.written_by,
            written_at=minutes.written_at,
            created_at=work.now,
        )
    )


def content_of(minutes: Minutes) -> dict[str, Any]:
    return minutes.model_dump(include=set(MinutesContent.model_fields))


def digest_of(content: dict[str, Any]) -> str:
    """SHA-256 of its JSON with sorted names and no blanks, in UTF-8."""
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
