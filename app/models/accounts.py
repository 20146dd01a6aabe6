"""An account, the code that opens it, and its sessions."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from app.core.confidential import SealedText, sealed
from app.models.base import MemberRow, Row


class AccountState(StrEnum):
    NONE = "none"
    INVITED = "invited"
    ACTIVATED = "activated"
    LOCKED = "locked"
    DISABLED = "disabled"


class SecondFactor:
    """The secret that an authenticator shares, and the one that waits to be confirmed."""

    totp_secret = sealed("totp_secret")
    totp_pending = sealed("totp_pending")


class Account(SecondFactor, Row, table=True):
    """A member's, made at activation; or a staff account with a name of its own.

    `unit_id` is the unit that staff serve. A locked account is entered from known devices only, a
    disabled one not at all. The second factor counts from `totp_confirmed_at` on.
    """

    __tablename__ = "accounts"

    member_id: UUID | None = Field(default=None, foreign_key="members.id", unique=True)
    staff_name: str | None = Field(default=None, unique=True, max_length=64)
    password_hash: str
    activated_at: datetime = Field(index=True)
    locked_at: datetime | None = None
    disabled_at: datetime | None = None
    calendar_digest: bytes | None = Field(default=None, index=True, unique=True)
    unit_id: UUID | None = Field(default=None, foreign_key="organizations.id", index=True)
    totp_secret_sealed: bytes | None = Field(default=None, sa_type=SealedText)
    totp_pending_sealed: bytes | None = Field(default=None, sa_type=SealedText)
    totp_confirmed_at: datetime | None = None


class ActivationCode(MemberRow, table=True):
    """A personal code printed on a slip: kept as a keyed digest, good once, for 14 days."""

    __tablename__ = "activation_codes"

    digest: bytes
    expires_at: datetime
    used_at: datetime | None = None
    voided_at: datetime | None = None


class StaffCode(Row, table=True):
    """The one-time code by which staff open their account, or come back to it."""

    __tablename__ = "staff_codes"

    account_id: UUID = Field(foreign_key="accounts.id", index=True)
    digest: bytes
    expires_at: datetime
    used_at: datetime | None = None
    voided_at: datetime | None = None


class RecoveryCode(Row, table=True):
    """Stands once in place of the second factor's six digits; kept as a keyed digest."""

    __tablename__ = "recovery_codes"

    account_id: UUID = Field(foreign_key="accounts.id", index=True)
    digest: bytes
    used_at: datetime | None = None


class TotpUse(SQLModel, table=True):
    """That a step of 30 seconds was used to sign in: its digits are good once."""

    __tablename__ = "totp_uses"

    account_id: UUID = Field(foreign_key="accounts.id", primary_key=True)
    step: int = Field(primary_key=True)
    used_at: datetime


class SignInFailure(Row, table=True):
    """A try that proved nothing; counted to slow down whoever tries on.

    `source` is the network that it came from, never a whole address. Of an unknown name there is no
    account, and `identifier_digest` tells only that it was the same name.
    """

    __tablename__ = "sign_in_failures"
    __table_args__ = (
        Index("ix_sign_in_failures_account_id", "account_id", "created_at"),
        Index("ix_sign_in_failures_source", "source", "created_at"),
        Index("ix_sign_in_failures_identifier_digest", "identifier_digest", "created_at"),
    )

    account_id: UUID | None = Field(default=None, foreign_key="accounts.id")
    identifier_digest: bytes
    source: str = Field(max_length=64)


class PurposeReading(SQLModel, table=True):
    """That an account was shown this edition of what its data is kept for."""

    __tablename__ = "purpose_readings"

    account_id: UUID = Field(foreign_key="accounts.id", primary_key=True)
    edition: str = Field(primary_key=True, max_length=32)
    read_at: datetime


class AccountSession(Row, table=True):
    """One signed-in device. Tokens name it, and stop working with it.

    `proved_at` is when its user last gave a password, and the second factor where there is one;
    `idle_seconds` how long it stands unused. Both are None in sessions of before there were these.
    """

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
    proved_at: datetime | None = None
    idle_seconds: int | None = None
    source: str | None = Field(default=None, max_length=64)


class Activity(SQLModel, table=True):
    """That a member made an authenticated request in a period: the fact behind "active"."""

    __tablename__ = "activities"

    member_id: UUID = Field(foreign_key="members.id", primary_key=True)
    period: str = Field(primary_key=True, max_length=7)
    first_at: datetime
