"""Figures of a unit and of the units below it."""

from datetime import datetime
from enum import StrEnum
from typing import Literal
from uuid import UUID

from app.core.paging import PageQuery
from app.schemas.base import FigureRead, Input, OrganizationBrief, Output, Period


class Measure(StrEnum):
    CELLS_MET = "cells_met"
    CELLS_MET_ON_TIME = "cells_met_on_time"
    CELLS_MET_THEMATIC = "cells_met_thematic"
    DOCUMENTS_ON_TIME = "documents_on_time"
    ACCOUNTS_ACTIVATED = "accounts_activated"
    ACCOUNTS_ACTIVE = "accounts_active"
    ATTENDANCE = "attendance"
    ATTENDANCE_EXCUSED = "attendance_excused"
    ATTENDANCE_UNEXCUSED = "attendance_unexcused"
    QUIZ_PARTICIPATION = "quiz_participation"


class Figures(Output):
    """`cells_met_thematic`: from the beginning of the calendar quarter to the end of the period."""

    cells_met: FigureRead
    cells_met_on_time: FigureRead
    cells_met_thematic: FigureRead
    documents_on_time: FigureRead
    accounts_activated: FigureRead
    accounts_active: FigureRead
    attendance: FigureRead
    attendance_excused: FigureRead
    attendance_unexcused: FigureRead
    quiz_participation: FigureRead


class ChildFigures(Output):
    organization: OrganizationBrief
    figures: Figures


class Dashboard(Output):
    organization: OrganizationBrief
    period: str
    as_of: datetime
    locked: bool
    figures: Figures
    children: list[ChildFigures]


class DashboardQuery(Input):
    """`as_was` is the tree of the period, `as_is` today's."""

    period: Period
    tree: Literal["as_was", "as_is"] = "as_was"


class MissingMember(Output):
    id: UUID
    full_name: str


class Contact(Output):
    """Whom to ask: the secretary of the cell."""

    member_id: UUID
    full_name: str


class MissingItem(Output):
    organization: OrganizationBrief
    member: MissingMember | None
    failing_item: str
    reason: str | None
    contact: Contact | None
    last_reminder_at: datetime | None
    resolved_at: datetime | None


class MissingPage(Output):
    items: list[MissingItem]
    next_cursor: str | None
    count: int


class MissingQuery(PageQuery):
    """Every measure but the two kinds of absence: nothing is missing from those."""

    measure: Literal[
        Measure.CELLS_MET,
        Measure.CELLS_MET_ON_TIME,
        Measure.CELLS_MET_THEMATIC,
        Measure.DOCUMENTS_ON_TIME,
        Measure.ACCOUNTS_ACTIVATED,
        Measure.ACCOUNTS_ACTIVE,
        Measure.ATTENDANCE,
        Measure.QUIZ_PARTICIPATION,
    ]
    period: Period
