"""What became different for one person since a moment, found by the traces every change leaves.

A watermark is a moment that the server wrote, and what its reader saw then. The moment lies some
minutes back, for a change is traced with the moment at which its work began, and shows when it is
committed. Whoever reaches other units since is told everything anew: what they see differently
leaves no trace of its own.
"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, case
from sqlmodel import col, func

from app.core.selects import pick
from app.core.tokens import fingerprint, open_word, seal_word
from app.models import AuditEntry, Document, Meeting, Notification, Organization
from app.policies.permissions import Permission
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
    after, sight = (_DAWN, None) if query.since is None else _read(query.since)
    is_whole = sight != _sight(work)
    if is_whole:
        after = _DAWN
    found = [
        _changed(work, statement, moment, after, query.limit) for statement, moment in _told(work)
    ]
    bounds = [each.until for each in found if each.until is not None]
    if not is_whole and not any(each.rows for each in found):
        return None
    meetings, shown, notifications, withdrawn, taken_back = (
        [row for row, moment in each.rows if _is_told(moment, bounds)] for each in found
    )
    removed = [
        *(Removed(noun=RemovedNoun.DOCUMENT, id=row.id) for row in withdrawn),
        *(Removed(noun=RemovedNoun.MEETING, id=trace.subject_id) for trace in taken_back),
    ]
    watermark = min(bounds, default=max(after, work.now - OVERLAP))
    return Changes(
        is_whole=is_whole,
        meetings=meetings,
        documents=readings.show(work, shown),
        notifications=notifications,
        removed=[] if is_whole else removed,
        watermark=_written(watermark, _sight(work)),
        more=bool(bounds),
    )


def nothing(query: ChangesQuery) -> Changes:
    """The same watermark again."""
    empty: list[Any] = []
    return Changes(
        is_whole=False,
        meetings=empty,
        documents=empty,
        notifications=empty,
        removed=empty,
        watermark=query.since or "",
        more=False,
    )


def _told(work: Work) -> list[tuple[Select[Any], Any]]:
    """Every kind of row that a phone keeps and when it last changed, then what is gone."""
    meetings = work.within_reach(Permission.MEETING_READ, Meeting)
    reached = work.within_reach(Permission.DOCUMENT_READ, Document)
    stands, gone = documents.in_sight(work), documents.was_shown()
    published = _latest(col(Document.published_at), _traced(Document, "document."))
    inbox = work.within_reach(Permission.NOTIFICATION_READ, Notification)
    units = work.within_reach(Permission.MEETING_READ, Organization, Organization.id)
    taken_back = pick(AuditEntry).where(
        col(AuditEntry.action) == "meeting.removed", col(AuditEntry.organization_id).in_(units)
    )
    return [
        (meetings, _latest(_noted(), _traced(Meeting, "meeting."))),
        (reached.where(stands), published),
        (inbox, _latest(col(Notification.read_at), col(Notification.created_at))),
        (reached.where(gone), col(Document.withdrawn_at)),
        (
            taken_back.execution_options(scoped="of units within reach"),
            col(AuditEntry.created_at),
        ),
    ]


def _changed(
    work: Work, statement: Select[Any], moment: Any, after: datetime, limit: int
) -> _Found:
    told = statement.add_columns(moment.label("changed_at")).where(moment > after)
    records: Any = work.session.execute(told.order_by(moment).limit(limit + 1)).all()
    if len(records) <= limit:
        return _Found(records, None)
    # All that changed at one moment is told together, however much that is; and so are the last
    # minutes, for what shows later may lie before the last of these.
    bound = records[limit - 1][-1]
    if bound > work.now - OVERLAP:
        return _Found(work.session.execute(told.order_by(moment)).all(), None)
    rest = told.where(moment <= bound).order_by(moment)
    return _Found(work.session.execute(rest).all(), bound)


def _noted() -> ColumnElement[Any]:
    """When last something was noted of a meeting beside its own verbs: its minutes, documents."""
    published, withdrawn = col(Document.published_at), col(Document.withdrawn_at)
    documents = (
        pick(func.max(_latest(withdrawn, published)))
        .where(col(Document.meeting_id) == Meeting.id)
        .correlate(Meeting)
        .scalar_subquery()
    )
    minutes = col(Meeting.minutes_written_at)
    return _latest(documents, func.coalesce(minutes, documents))


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


def _sight(work: Work) -> str:
    """Who looks, and from where: what they see of a row that stays depends on nothing else."""
    held = sorted(f"{each.position} {each.path}" for each in work.actor.held)
    said = json.dumps([str(work.actor.account_id), held]).encode()
    return fingerprint(_PURPOSE, said).hex()[:16]


def _written(moment: datetime, sight: str) -> str:
    return seal_word(_PURPOSE, json.dumps([moment.isoformat(), sight]).encode())


def _read(watermark: str) -> tuple[datetime, str]:
    moment, sight = json.loads(open_word(_PURPOSE, watermark))
    return datetime.fromisoformat(moment), sight
