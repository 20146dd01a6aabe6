"""Answers kept for a day, so that a request repeated after a lost answer does nothing twice."""

from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from app.core.confidential import SealedText
from app.models.base import Row


class KeptAnswer(Row, table=True):
    """One key of one account. The body is sealed; some routes keep none on purpose."""

    __tablename__ = "kept_answers"
    __table_args__ = (UniqueConstraint("account_id", "key"),)

    account_id: UUID
    key: str = Field(max_length=255)
    request_digest: bytes
    status: int
    location: str | None = Field(default=None, max_length=300)
    etag: str | None = Field(default=None, max_length=64)
    body_sealed: bytes | None = Field(default=None, sa_type=SealedText)
