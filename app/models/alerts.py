"""A member's absences that somebody should look at; raised once until they are over."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from app.core.columns import choice
from app.models.base import MemberRow


class AlertRule(StrEnum):
    """Months absent without excuse in a calendar year (Điều lệ 8.1); meetings excused in a row."""

    UNEXCUSED_MONTHS = "unexcused_months"
    EXCUSED_IN_A_ROW = "excused_in_a_row"


class Alert(MemberRow, table=True):
    """`level` is the count that raised it; a condition that is over clears it by a moment."""

    __tablename__ = "alerts"
    __table_args__ = (UniqueConstraint("organization_id", "member_id", "rule", "year", "level"),)

    rule: AlertRule = Field(sa_type=choice(AlertRule))
    year: int
    level: int
    raised_at: datetime
    cleared_at: datetime | None = None
