"""Documents: published for a meeting or a unit, opened and acknowledged by its members."""

from collections.abc import Collection
from dataclasses import replace
from pathlib import PurePath
from typing import Any
from uuid import UUID

from sqlalchemy import Select, update
from sqlmodel import case, col, func, or_, select

from app.core import database
from app.core.errors import Conflict, Invalid, NotFound
from app.core.paging import Filters, Order, Page
from app.core.selects import pick
from app.core.text import fold
from app.files.kinds import FileKind
from app.models import (
    Document,
    DocumentReading,
    Meeting,
    MeetingStatus,
    NotificationKind,
    Organization,
)
from app.policies.roles import Permission
from app.schemas.documents import DocumentFields, DocumentQuery, DocumentRead, DocumentUpdate
from app.services import branches, figures, notices, rosters
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
    if meeting.status is MeetingStatus.CANCELLED:
        raise MeetingCancelled
    return meeting


def create(work: Work, data: DocumentFields, upload: Upload) -> DocumentRead:
    """Name the kept file; it is published at once, but with the meeting when that is a draft."""
    place = expect_allowed(work, data)
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
    return _read(work, [document])[0]


def search(work: Work, query: DocumentQuery) -> Page[DocumentRead]:
    statement = branches.within(work, Permission.DOCUMENT_READ, Document, query.organization_id)
    shown = statement.where(_STANDS, _published_to(work))
    page = work.search(shown, query, FILTERS, NEWEST_FIRST)
    page.items = _read(work, page.items)
    return page


def get(work: Work, document_id: UUID) -> DocumentRead:
    return _read(work, [_fetch(work, Permission.DOCUMENT_READ, document_id)])[0]


def change(
    work: Work, document_id: UUID, data: DocumentUpdate, if_match: int | None
) -> DocumentRead:
    document = _fetch(work, Permission.DOCUMENT_CREATE, document_id)
    expect_version(document.version, if_match)
    changes = data.model_dump()
    refuse_stamps(*(value for value in changes.values() if isinstance(value, str)))
    document.sqlmodel_update(changes)
    document.search_text = _search_text(document.title, document.number)
    work.record("document.changed", document, changed=sorted(changes))
    work.session.flush()
    return _read(work, [document])[0]


def withdraw(work: Work, document_id: UUID, if_match: int | None) -> None:
    """From now on nobody is shown it; what was measured of the meeting is measured again."""
    document = _fetch(work, Permission.DOCUMENT_WITHDRAW, document_id)
    expect_version(document.version, if_match)
    document.withdrawn_at = work.now
    work.record("document.withdrawn", document)
    work.session.flush()
    if document.meeting_id is not None and document.published_at is not None:
        _measure(work, work.fetch(Permission.MEETING_READ, Meeting, document.meeting_id))


def open_(work: Work, document_id: UUID) -> Document:
    """The document whose bytes are asked for; the first time is a fact of its reader."""
    document = _fetch(work, Permission.DOCUMENT_READ, document_id)
    if _is_own(work, document) and not _own_reading(work, document):
        with database.writing() as session:
            aside = replace(work, session=session)
            _note_opened(aside, document)
    return document


def acknowledge(work: Work, document_id: UUID) -> DocumentRead:
    """The reader's own word that it was read; said once, and it stays."""
    document = _fetch(work, Permission.DOCUMENT_ACKNOWLEDGE, document_id)
    _note_opened(work, document)
    said = (
        update(DocumentReading)
        .where(
            col(DocumentReading.document_id) == document.id,
            col(DocumentReading.member_id) == work.actor.member_id,
            col(DocumentReading.acknowledged_at).is_(None),
        )
        .values(acknowledged_at=work.now)
        .execution_options(scoped="one's own reading")
    )
    result: Any = work.session.execute(said)
    if result.rowcount:
        work.record("document.acknowledged", document)
    return _read(work, [document])[0]


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


def _measure(work: Work, meeting: Meeting) -> None:
    """When the first document that still stands was published; the figures follow."""
    locked = select(Meeting.documents_published_at).where(col(Meeting.id) == meeting.id)
    options = {"scoped": "of a reached meeting", "synchronize_session": False}
    before = work.session.execute(locked.with_for_update().execution_options(**options)).scalar()
    published = select(func.min(col(Document.published_at))).where(
        col(Document.meeting_id) == meeting.id, _STANDS
    )
    first = work.session.execute(published.execution_options(**options)).scalar()
    if first == before:
        return
    # Past the row's version: a fact that was measured contradicts nobody's change.
    work.session.execute(
        update(Meeting)
        .where(col(Meeting.id) == meeting.id)
        .values(documents_published_at=first)
        .execution_options(**options)
    )
    figures.recount_meeting(work, meeting)


def _fetch(work: Work, permission: Permission, document_id: UUID) -> Document:
    document = work.fetch(permission, Document, document_id)
    hidden = document.published_at is None and not work.actor.may(Permission.DOCUMENT_CREATE)
    if document.withdrawn_at is not None or hidden:
        raise NotFound
    return document


def _published_to(work: Work) -> Any:
    """What waits for its meeting is shown to those who may publish."""
    within = work.within_reach(Permission.DOCUMENT_CREATE, Document, Document.id)
    return or_(col(Document.published_at).is_not(None), col(Document.id).in_(within))


def _is_own(work: Work, document: Document) -> bool:
    """Of a cell that the reader belongs to: whoever looks from above is not among its readers."""
    own = work.within_reach(Permission.DOCUMENT_ACKNOWLEDGE, Document, Document.id)
    found = work.session.execute(own.where(col(Document.id) == document.id))
    return found.scalar_one_or_none() is not None


def _own_reading(work: Work, document: Document) -> bool:
    statement = (
        select(DocumentReading.opened_at)
        .where(
            DocumentReading.document_id == document.id,
            DocumentReading.member_id == work.actor.member_id,
        )
        .execution_options(scoped="one's own reading")
    )
    return work.session.execute(statement).scalar_one_or_none() is not None


def _note_opened(work: Work, document: Document) -> None:
    values = {
        "document_id": document.id,
        "member_id": work.actor.member_id,
        "opened_at": work.now,
    }
    if database.insert_once(work.session, DocumentReading, values):
        work.record("document.opened", document)


def _read(work: Work, documents: Collection[Document]) -> list[DocumentRead]:
    """With what was read of them: one statement for all."""
    readings = {
        record.document_id: record for record in work.session.execute(_readings(work, documents))
    }
    return [_shown(document, readings.get(document.id)) for document in documents]


def _readings(work: Work, documents: Collection[Document]) -> Select[Any]:
    own = col(DocumentReading.member_id) == work.actor.member_id
    acknowledged = col(DocumentReading.acknowledged_at)
    return (
        pick(
            DocumentReading.document_id,
            func.count().label("opened"),
            func.count(acknowledged).label("acknowledged"),
            func.max(case((own, col(DocumentReading.opened_at)))).label("opened_at"),
            func.max(case((own, acknowledged))).label("acknowledged_at"),
        )
        .where(col(DocumentReading.document_id).in_([document.id for document in documents]))
        .group_by(col(DocumentReading.document_id))
        .execution_options(scoped="of reached documents")
    )


def _shown(document: Document, reading: Any) -> DocumentRead:
    return DocumentRead.model_validate(
        document.model_dump()
        | {
            "opened_at": reading.opened_at if reading else None,
            "acknowledged_at": reading.acknowledged_at if reading else None,
            "opened_count": reading.opened if reading else 0,
            "acknowledged_count": reading.acknowledged if reading else 0,
        }
    )
