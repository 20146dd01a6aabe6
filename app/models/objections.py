"""A member's word that a mark on the sheet is wrong."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from sqlalchemy import Index, text
from sqlmodel import Field

from app.core.columns import choice
from app.models.attendances import AttendanceStatus
from app.models.base import MemberRow, Stateful


class ObjectionStatus(StrEnum):
    PENDING = "pending"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


_S = ObjectionStatus


class Objection(MemberRow, Stateful[ObjectionStatus], table=True):
    """At most one waits for each line."""

    __tablename__ = "objections"
    __table_args__ = (
        Index(
            "uq_objections_pending",
            "attendance_id",
            unique=True,
            sqlite_where=text("status = 'pending'"),
            postgresql_where=text("status = 'pending'"),
        ),
    )

    transitions: ClassVar = {
        "accept": (frozenset({_S.PENDING}), _S.ACCEPTED),
        "decline": (frozenset({_S.PENDING}), _S.DECLINED),
        "withdraw": (frozenset({_S.PENDING}), _S.WITHDRAWN),
    }

    attendance_id: UUID = Field(foreign_key="attendances.id", index=True)
    meeting_id: UUID = Field(foreign_key="meetings.id", index=True)
    marked: AttendanceStatus = Field(sa_type=choice(AttendanceStatus))
    claimed: AttendanceStatus = Field(sa_type=choice(AttendanceStatus))
    text: str
    status: ObjectionStatus = Field(
        default=ObjectionStatus.PENDING, sa_type=choice(ObjectionStatus)
    )
    comment: str | None = Field(default=None, max_length=500)
    decided_by: UUID | None = Field(default=None, foreign_key="accounts.id")
    decided_at: datetime | None = None
