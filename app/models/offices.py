"""A dated role held in an organisation; powers follow it and end with it."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlmodel import Field

from app.core.columns import choice
from app.models.base import OrganizationRow


class Role(StrEnum):
    SECRETARY = "secretary"
    DEPUTY_SECRETARY = "deputy_secretary"
    COMMITTEE_MEMBER = "committee_member"
    STAND_IN = "stand_in"
    OFFICER = "officer"
    INSPECTOR = "inspector"
    ADMINISTRATOR = "administrator"


class Office(OrganizationRow, table=True):
    """Held by a member, or by an account of staff who are no members."""

    __tablename__ = "offices"
    __table_args__ = (
        CheckConstraint("(member_id IS NULL) <> (account_id IS NULL)", name="one_holder"),
    )

    member_id: UUID | None = Field(default=None, foreign_key="members.id", index=True)
    account_id: UUID | None = Field(default=None, foreign_key="accounts.id", index=True)
    role: Role = Field(sa_type=choice(Role))
    valid_from: date
    valid_to: date | None = None
