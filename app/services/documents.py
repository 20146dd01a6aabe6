"""Documents: published for a meeting or a unit, opened and acknowledged by its members."""

from dataclasses import replace
from pathlib import PurePath
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlmodel import and_, col, func, or_, select

from app.core import database
from app.core.errors import Conflict, Invalid, NotFound
from app.core.paging import Filters, Order, Page
from app.core.text import fold
from app.files.kinds import FileKind
from app.models import (
    NOT_YET_OPENED,
    Document,
    Meeting,
    MeetingStatus,
    NotificationKind,
    Organization,
)
from app.policies.permissions import Permission
from app.schemas.documents import DocumentFields, DocumentQuery, DocumentRead, DocumentUpdate
from app.services import branches, figures, lines, notices, period_locks, readings, rosters
from app.services.notices import Notice
from app.services.uploads import Upload, refuse_stamps
from app.services.versions import expect_version
from app.work import Work

KINDS = frozenset(FileKind)
NEWEST_FIRST = Order((col(Document.created_at), col(Document.id)), descending=True)
FILTERS: Filters = {
    "meeting_id": lambda meeting_id: col(Document.meeting_id) == meeting_id,
    "text": lambda text: col(Document.search_text).contains(fold(text), autoescape=True),
}
_STANDS = col(Document.withdrawn_at).is_(None)


class MeetingCancelled(Conflict):
    code = "meeting_cancelled"
    vi = "Cuộc họp đã bị hủy."
    en = "The meeting was cancelled."


class MeetingAccepted(Conflict):
    code = "meeting_accepted"
    vi = "Cấp trên đã chấp nhận cuộc họp; tài liệu của cuộc họp không rút được nữa."
    en = "The level above has accepted the meeting, and its documents with it."


def expect_allowed(work: Work, data: DocumentFields) -> Meeting | Organization:
    """Where the document goes, which the caller may put documents; or the refusal."""
    if (data.meeting_id is None) == (data.organization_id is None):
        raise Invalid.at(
            "/meeting_id",
            "one_place",
            "Tài liệu thuộc về một cuộc họp hoặc một tổ chức đảng.",
            "A document belongs to a meeting or to a unit: name one of them.",
        )
    refuse_stamps(data.title, data.number, data.issuer)
    if data.meeting_id is None:
        unit_id = data.organization_id or UUID(int=0)
        return work.fetch(Permission.DOCUMENT_CREATE, Organization, unit_id)
    meeting = work.fetch(Permission.DOCUMENT_CREATE, Meeting, data.meeting_id)
    period_locks.expect_meeting_open(work, meeting)
    _expect_not_cancelled(meeting)
    return meeting


def create(work: Work, data: DocumentFields, upload: Upload) -> DocumentRead:
    """Name the kept file; it is published at once, but with the meeting when that is a draft."""
    place = expect_allowed(work, data)
    if isinstance(place, Meeting):
        lines.hold(work, place)  # or it would stay unpublished, put while that is being announced
        _expect_not_cancelled(place)
    is_draft = isinstance(place, Meeting) and place.status is MeetingStatus.DRAFT
    title = data.title or PurePath(upload.file_name).stem
    document = work.add(
        Document(
            **data.model_dump()
            | {
                "organization_id": _unit_of(place),
                "title": title,
                "search_text": _search_text(title, data.number),
            },
            file_name=upload.file_name,
            media_type=upload.kind.media_type,
            size=upload.kept.size,
            digest=upload.kept.digest,
            created_at=work.now,
            uploaded_by=work.actor.account_id,
            published_at=None if is_draft else work.now,
        )
    )
    work.session.flush()
    work.record("document.created", document, digest=document.digest)
    if isinstance(place, Meeting) and not is_draft:
        _measure(work, place)
        told = f"Tài liệu của cuộc họp “{place.title}” đã được đăng."
        notice = Notice(
            NotificationKind.DOCUMENT_PUBLISHED, document, f"Tài liệu mới: {title}", told
        )
        notices.tell(work, rosters.draw(work, [place])[0].places, notice)
    return readings.show(work, [document])[0]


def search(work: Work, query: DocumentQuery) -> Page[DocumentRead]:
    statement = branches.within(work, Permission.DOCUMENT_READ, Document, query.organization_id)
    page = work.search(statement.where(in_sight(work)), query, FILTERS, NEWEST_FIRST)
    page.items = readings.show(work, page.items)
    return page


def get(work: Work, document_id: UUID) -> DocumentRead:
    return readings.show(work, [_fetch(work, Permission.DOCUMENT_READ, document_id)])[0]


def change(
    work: Work, document_id: UUID, data: DocumentUpdate, if_match: int | None
) -> DocumentRead:
    document = _fetch(work, Permission.DOCUMENT_CREATE, document_id)
    if document.meeting_id is not None:
        meeting = work.fetch(Permission.MEETING_READ, Meeting, document.meeting_id)
        period_locks.expect_meeting_open(work, meeting)
    expect_version(document.version, if_match)
    changes = data.model_dump()
    refuse_stamps(*(value for value in changes.values() if isinstance(value, str)))
    before = {name: getattr(document, name) for name in changes}
    document.sqlmodel_update(changes)
    document.search_text = _search_text(document.title, document.number)
    work.record("document.changed", document, before=before, after=changes)
    work.session.flush()
    return readings.show(work, [document])[0]


def withdraw(work: Work, document_id: UUID, if_match: int | None) -> None:
    """From now on nobody is shown it; until the meeting opens it is measured again without it."""
    document = _fetch(work, Permission.DOCUMENT_WITHDRAW, document_id)
    expect_version(document.version, if_match)
    meeting = None
    if document.meeting_id is not None:
        meeting = work.fetch(Permission.MEETING_READ, Meeting, document.meeting_id)
        lines.hold(work, meeting)
        if meeting.status is MeetingStatus.ACCEPTED:
            raise MeetingAccepted
    document.withdrawn_at = work.now
    work.record("document.withdrawn", document)
    work.session.flush()
    if meeting is not None:
        _measure(work, meeting)


def open_(work: Work, document_id: UUID) -> Document:
    """The document whose bytes are asked for; the first time is a fact of its reader."""
    document = _fetch(work, Permission.DOCUMENT_READ, document_id)
    if _is_own(work, document) and not readings.exists(work, document):
        with database.writing() as session:
            aside = replace(work, session=session)
            readings.open_(aside, document)
    return document


def acknowledge(work: Work, document_id: UUID) -> DocumentRead:
    """The reader's own word that it was read; said once, and it stays."""
    document = _fetch(work, Permission.DOCUMENT_ACKNOWLEDGE, document_id)
    readings.acknowledge(work, document)
    return readings.show(work, [document])[0]


def publish_drafts(work: Work, meeting: Meeting) -> None:
    """Publish what was put to a draft that is being announced."""
    published: Any = work.session.execute(
        update(Document)
        .where(col(Document.meeting_id) == meeting.id, col(Document.published_at).is_(None))
        .values(published_at=work.now, version=col(Document.version) + 1)
        .execution_options(scoped="of a reached meeting", synchronize_session=False)
    )
    if published.rowcount:
        _measure(work, meeting)


def _unit_of(place: Meeting | Organization) -> UUID:
    return place.organization_id if isinstance(place, Meeting) else place.id


def _search_text(title: str, number: str | None) -> str:
    return fold(f"{title} {number or ''}")


def _expect_not_cancelled(meeting: Meeting) -> None:
    if meeting.status is MeetingStatus.CANCELLED:
        raise MeetingCancelled


def _measure(work: Work, meeting: Meeting) -> None:
    """When the first document that still stands was published; the figures follow.

    Its caller holds the row. Once the meeting has opened, what was measured stays, and only what
    was not is measured late.
    """
    before = meeting.documents_published_at
    if before is not None and meeting.status not in NOT_YET_OPENED:
        return
    published = select(func.min(col(Document.published_at))).where(
        col(Document.meeting_id) == meeting.id, _STANDS
    )
    of_meeting = published.execution_options(scoped="of a reached meeting")
    first = work.session.execute(of_meeting).scalar()
    if first == before:
        return
    # Past the row's version: a fact that was measured contradicts nobody's change.
    work.session.execute(
        update(Meeting)
        .where(col(Meeting.id) == meeting.id)
        .values(documents_published_at=first)
        .execution_options(scoped="of a reached meeting", synchronize_session="evaluate")
    )
    figures.recount_meeting(work, meeting)


def _fetch(work: Work, permission: Permission, document_id: UUID) -> Document:
    """Who is not shown it is not told either what they may not do to it."""
    seen = work.within_reach(Permission.DOCUMENT_READ, Document, Document.id)
    seen = seen.where(col(Document.id) == document_id, in_sight(work))
    if work.session.execute(seen).scalar_one_or_none() is None:
        raise NotFound
    return work.fetch(permission, Document, document_id)


def was_shown() -> Any:
    """Withdrawn after it was published."""
    return and_(col(Document.withdrawn_at).is_not(None), col(Document.published_at).is_not(None))


def in_sight(work: Work) -> Any:
    """What stands; while it waits for its meeting, of a draft only its leaders and above know."""
    of_drafts = work.within_reach(Permission.MINUTES_READ, Document, Document.id)
    is_shown = or_(col(Document.published_at).is_not(None), col(Document.id).in_(of_drafts))
    return and_(_STANDS, is_shown)


def _is_own(work: Work, document: Document) -> bool:
    """Of a cell that the reader belongs to: whoever looks from above is not among its readers."""
    own = work.within_reach(Permission.DOCUMENT_ACKNOWLEDGE, Document, Document.id)
    found = work.session.execute(own.where(col(Document.id) == document.id))
    return found.scalar_one_or_none() is not None
