"""What was measured of one meeting, item by item."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Literal
from uuid import UUID

from app.schemas.base import Output


class ChecklistItem(StrEnum):
    """Those that a committee may ask for are its `Need`s too, by the same names."""

    NOTICE_SENT = "notice_sent"
    DOCUMENTS_IN_TIME = "documents_in_time"
    HELD = "held"
    ROLL_CLOSED = "roll_closed"
    SCORED = "scored"
    MINUTES_IN_TIME = "minutes_in_time"
    SUBMITTED = "submitted"
    SUBMITTED_IN_TIME = "submitted_in_time"


class ChecklistLine(Output):
    """`due_at` is the last moment that is in time, where there is one."""

    item: ChecklistItem
    is_met: bool
    is_needed_for: Literal["met", "on_time"] | None
    at: datetime | None
    due_at: datetime | None


class ChecklistRead(Output):
    """`obligation` is the one that such a meeting fulfils in its cell; null for none."""

    meeting_id: UUID
    obligation: Literal["monthly", "quarterly"] | None
    is_met: bool
    is_on_time: bool
    items: Sequence[ChecklistLine]
