"""An account, the code that opens it, and its sessions."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlmodel import Field, SQLModel

from app.models.base import MemberRow, Row


class AccountState(StrEnum):
    NONE = "none"
    INVITED = "invited"
    ACTIVATED = "activated"
    LOCKED = "locked"
    DISABLED = "disabled"


class Account(Row, table=True):
    """A member's, made at activation; or a staff account with a name of its own."""

    __tablename__ = "accounts"

    member_id: UUID | None = Field(default=None, foreign_key="members.id", unique=True)
    staff_name: str | None = Field(default=None, unique=True, max_length=64)
    password_hash: str
    activated_at: datetime = Field(index=True)
    locked_at: datetime | None = None
    disabled_at: datetime | None = None
    calendar_digest: bytes | None = Field(default=None, index=True, unique=True)


class ActivationCode(MemberRow, table=True):
    """A personal code printed on a slip: kept as a keyed digest, good once, for 14 days."""

    __tablename__ = "activation_codes"

    digest: bytes
    expires_at: datetime
    used_at: datetime | None = None
    voided_at: datetime | None = None


class AccountSession(Row, table=True):
    """One signed-in device. Tokens name it, and stop working with it."""

    __tablename__ = "sessions"

    account_id: UUID = Field(foreign_key="accounts.id", index=True)
    device_name: str | None = Field(default=None, max_length=100)
    device_digest: bytes
    last_used_at: datetime
    expires_at: datetime
    refreshed_at: datetime
    refresh_number: int = 1
    revoked_at: datetime | None = None
    revoked_because: str | None = Field(default=None, max_length=32)


class Activity(SQLModel, table=True):
    """That a member made an authenticated request in a period: the fact behind "active"."""

    __tablename__ = "activities"

    member_id: UUID = Field(foreign_key="members.id", primary_key=True)
    period: str = Field(primary_key=True, max_length=7)
    first_at: datetime
