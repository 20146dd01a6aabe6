"""What became different for one person since a moment, found by the traces every change leaves.

A watermark is a moment that the server wrote. It lies some minutes back, for a change is traced
with the moment at which its work began, and shows when it is committed.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, case
from sqlmodel import col, func

from app.core.selects import pick
from app.core.tokens import open_word, seal_word
from app.models import AuditEntry, Document, Meeting, Notification
from app.policies.roles import Permission
from app.schemas.changes import Changes, ChangesQuery, Removed, RemovedNoun
from app.services import documents, readings
from app.work import Work

#: No piece of work takes longer from its first moment to its commit.
OVERLAP = timedelta(minutes=5)
_PURPOSE = "watermark"
_DAWN = datetime(2000, 1, 1, tzinfo=UTC)


class _Found(NamedTuple):
    rows: Sequence[Any]
    #: The last moment up to which all is told; None when nothing was left out.
    until: datetime | None


def since(work: Work, query: ChangesQuery) -> Changes | None:
    """What changed for the caller; None when nothing did since the watermark."""
    after = _DAWN if query.since is None else _read(query.since)
    meetings, shown, withdrawn, notifications = (
        _changed(work, statement, moment, after, query.limit) for statement, moment in _told(work)
    )
    found = (meetings, shown, withdrawn, notifications)
    bounds = [each.until for each in found if each.until is not None]
    if query.since is not None and not any(each.rows for each in found):
        return None
    watermark = min(bounds, default=max(after, work.now - OVERLAP))
    return Changes(
        meetings=[row for row, moment in meetings.rows if _is_told(moment, bounds)],
        documents=readings.show(
            work, [row for row, moment in shown.rows if _is_told(moment, bounds)]
        ),
        notifications=[row for row, moment in notifications.rows if _is_told(moment, bounds)],
        removed=[
            Removed(noun=RemovedNoun.DOCUMENT, id=row.id)
            for row, moment in withdrawn.rows
            if query.since is not None and _is_told(moment, bounds)
        ],
        watermark=seal_word(_PURPOSE, watermark.isoformat().encode()),
        more=bool(bounds),
    )


def nothing(query: ChangesQuery) -> Changes:
    """The same watermark again."""
    empty: list[Any] = []
    return Changes(
        meetings=empty,
        documents=empty,
        notifications=empty,
        removed=empty,
        watermark=query.since or "",
        more=False,
    )


def _told(work: Work) -> list[tuple[Select[Any], Any]]:
    """Every kind of row that a phone keeps, and when it last changed."""
    meetings = work.within_reach(Permission.MEETING_READ, Meeting)
    reached = work.within_reach(Permission.DOCUMENT_READ, Document)
    stands, gone = documents.in_sight(work), documents.was_shown()
    published = _latest(col(Document.published_at), _traced(Document, "document."))
    inbox = work.within_reach(Permission.NOTIFICATION_READ, Notification)
    return [
        (meetings, _traced(Meeting, "meeting.")),
        (reached.where(stands), published),
        (reached.where(gone), col(Document.withdrawn_at)),
        (inbox, _latest(col(Notification.read_at), col(Notification.created_at))),
    ]


def _changed(
    work: Work, statement: Select[Any], moment: Any, after: datetime, limit: int
) -> _Found:
    told = statement.add_columns(moment.label("changed_at")).where(moment > after)
    records: Any = work.session.execute(told.order_by(moment).limit(limit + 1)).all()
    if len(records) <= limit:
        return _Found(records, None)
    # All that changed at one moment is told together, however much that is.
    bound = records[limit - 1][-1]
    rest = told.where(moment <= bound).order_by(moment)
    return _Found(work.session.execute(rest).all(), bound)


def _traced(model: Any, action: str) -> ColumnElement[Any]:
    """When the latest trace of a row was left; that it was read or acknowledged is no change."""
    latest: ColumnElement[Any] = (
        pick(func.max(AuditEntry.created_at))
        .where(
            col(AuditEntry.subject_id) == model.id,
            col(AuditEntry.action).startswith(action),
            col(AuditEntry.action).not_in(("document.acknowledged", "document.opened")),
        )
        .correlate(model)
        .scalar_subquery()
    )
    return func.coalesce(latest, model.created_at, type_=model.created_at.type)


def _latest(moment: Any, other: Any) -> ColumnElement[Any]:
    """The later of two moments, the first of which may not have come."""
    return case((moment > other, moment), else_=other)


def _is_told(moment: datetime, bounds: list[datetime]) -> bool:
    return all(moment <= bound for bound in bounds)


def _read(watermark: str) -> datetime:
    return datetime.fromisoformat(open_word(_PURPOSE, watermark).decode())
