"""Documents of a meeting or of a unit: what is known of them. Their bytes lie in the file store."""

from datetime import date, datetime
from uuid import UUID

from sqlmodel import Field, SQLModel

from app.models.base import OrganizationRow


class Document(OrganizationRow, table=True):
    """`digest` (SHA-256, hex) is the key of its bytes. Withdrawn by a moment, never deleted."""

    __tablename__ = "documents"

    meeting_id: UUID | None = Field(default=None, foreign_key="meetings.id", index=True)
    title: str = Field(max_length=200)
    number: str | None = Field(default=None, max_length=200)
    search_text: str
    issued_on: date | None = None
    issuer: str | None = Field(default=None, max_length=200)
    file_name: str = Field(max_length=150)
    media_type: str = Field(max_length=100)
    size: int
    digest: str = Field(max_length=64, index=True)
    uploaded_by: UUID | None = Field(default=None, foreign_key="accounts.id")
    published_at: datetime | None = None
    withdrawn_at: datetime | None = None


class DocumentReading(SQLModel, table=True):
    """Two facts of a member and a document: opened, and acknowledged."""

    __tablename__ = "document_readings"

    document_id: UUID = Field(foreign_key="documents.id", primary_key=True)
    member_id: UUID = Field(foreign_key="members.id", primary_key=True, index=True)
    opened_at: datetime | None = None
    acknowledged_at: datetime | None = None
