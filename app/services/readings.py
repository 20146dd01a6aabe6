"""Who has opened and acknowledged which documents, and documents as their readers see them."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Select, update
from sqlmodel import case, col, func, select

from app.core import database
from app.core.selects import pick
from app.models import Document, DocumentReading
from app.schemas.documents import DocumentRead
from app.work import Work


def exists(work: Work, document: Document) -> bool:
    """Whether the reader has opened it before."""
    statement = (
        select(DocumentReading.opened_at)
        .where(
            DocumentReading.document_id == document.id,
            DocumentReading.member_id == work.actor.member_id,
        )
        .execution_options(scoped="one's own reading")
    )
    return work.session.execute(statement).scalar_one_or_none() is not None


def open_(work: Work, document: Document) -> None:
    """Note the first time that the reader opens it."""
    values = {
        "document_id": document.id,
        "member_id": work.actor.member_id,
        "opened_at": work.now,
    }
    if database.insert_once(work.session, DocumentReading, values):
        work.record("document.opened", document)


def acknowledge(work: Work, document: Document) -> None:
    """Note that the reader says so, which is said once and stays."""
    open_(work, document)
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


def show(work: Work, documents: Collection[Document]) -> list[DocumentRead]:
    """With what was read of them: one statement for all."""
    readings = {
        record.document_id: record for record in work.session.execute(_counts(work, documents))
    }
    return [_shown(document, readings.get(document.id)) for document in documents]


def _counts(work: Work, documents: Collection[Document]) -> Select[Any]:
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
