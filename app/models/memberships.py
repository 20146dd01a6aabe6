"""Which member belongs to which cell, from which day to which."""

from datetime import date
from enum import StrEnum

from sqlalchemy import Index, text
from sqlmodel import Field

from app.core.columns import choice
from app.models.base import MemberRow


class MembershipKind(StrEnum):
    OFFICIAL_RESIDENCE = "official_residence"
    TEMPORARY = "temporary"


class EndReason(StrEnum):
    MOVED = "moved"
    LEFT = "left"
    DECEASED = "deceased"


class Membership(MemberRow, table=True):
    """Ended by a date and a reason, never deleted."""

    __tablename__ = "memberships"
    __table_args__ = (
        Index(
            "uq_memberships_open_residence",
            "member_id",
            unique=True,
            sqlite_where=text("kind = 'official_residence' AND valid_to IS NULL"),
            postgresql_where=text("kind = 'official_residence' AND valid_to IS NULL"),
        ),
        Index("ix_memberships_organization_id_kind", "organization_id", "kind", "valid_from"),
    )

    kind: MembershipKind = Field(
        default=MembershipKind.OFFICIAL_RESIDENCE, sa_type=choice(MembershipKind)
    )
    valid_from: date
    # The first day as it was entered, while a history of meetings tells an earlier one.
    entered_from: date | None = None
    valid_to: date | None = None
    end_reason: EndReason | None = Field(default=None, sa_type=choice(EndReason))
