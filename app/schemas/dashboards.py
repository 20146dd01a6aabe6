"""Figures of a unit and of the units below it, over months, beside each other, and step by step."""

from datetime import datetime
from enum import StrEnum
from typing import Literal
from uuid import UUID

from pydantic import Field

from app.core.paging import PageQuery
from app.models import OrganizationKind
from app.schemas.base import FigureRead, Input, OrganizationBrief, Output, Period

Tree = Literal["as_was", "as_is"]


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
    """`cells_met_thematic`: from the beginning of the calendar quarter to the end of the period.

    Of several months: the cells and the attendance of all of them, the themes of each quarter, the
    accounts as at the end; active is who used theirs in any of the months.
    """

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
    """`period` is a month, or the first and the last of several: `2026-04/2026-06`.

    `last_year`, asked for by `compare`, is null when nothing was counted then.
    """

    organization: OrganizationBrief
    period: str
    as_of: datetime
    locked: bool
    figures: Figures
    last_year: Figures | None
    children: list[ChildFigures]


class SpanQuery(Input):
    """Either `period`, or `from` and `to`, both included."""

    period: Period | None = None
    since: Period | None = Field(None, alias="from")
    to: Period | None = None


class DashboardQuery(SpanQuery):
    """`as_was` is the tree of the period, `as_is` today's."""

    tree: Tree = "as_was"
    compare: Literal["last_year"] | None = None


class TrendQuery(Input):
    measure: Measure
    since: Period = Field(alias="from")
    to: Period


class TrendPoint(Output):
    """A month without counts is 0 of 0."""

    period: str
    figure: FigureRead
    last_year: FigureRead


class Trend(Output):
    items: list[TrendPoint]


class RankingQuery(PageQuery):
    """Of the units of a kind below; of those right below when `level` is not said."""

    measure: Measure
    period: Period
    level: OrganizationKind | None = None
    tree: Tree = "as_was"


class RankedUnit(Output):
    """`rank` is shared by equals, and null where nothing is counted: these come last."""

    rank: int | None
    organization: OrganizationBrief
    figure: FigureRead


class Band(Output):
    """How many of the ranked units reach so many per cent."""

    at_least: int
    numerator: int
    denominator: int
    percent: float | None


class RankingPage(Output):
    items: list[RankedUnit]
    next_cursor: str | None
    bands: list[Band]


class FunnelQuery(Input):
    period: Period


class FunnelCounts(Output):
    """Members of the unit's cells: each count is of those within the one before.

    `due` are due an account; `invited` were ever given a code for it, or opened it.
    """

    roster: int
    due: int
    invited: int
    activated: int
    active: int


class ChildFunnel(Output):
    organization: OrganizationBrief
    counts: FunnelCounts


class Funnel(Output):
    organization: OrganizationBrief
    period: str
    as_of: datetime
    locked: bool
    counts: FunnelCounts
    children: list[ChildFunnel]


class FunnelMembersQuery(PageQuery):
    """Who came as far as the stage, and no further."""

    period: Period
    stage: Literal["roster", "due", "invited", "activated"]


class MissingMember(Output):
    id: UUID
    full_name: str


class FunnelMember(Output):
    organization: OrganizationBrief
    member: MissingMember


class FunnelPage(Output):
    items: list[FunnelMember]
    next_cursor: str | None
    count: int


class Contact(Output):
    """Whom to ask: the secretary of the cell. `phone` is for those who call."""

    member_id: UUID
    full_name: str
    phone: str | None


class MissingItem(Output):
    """`reason` and `is_excused` are of a cell's word that it did not meet.

    `consecutive_misses`: how often running up to this time the same was missing from the same
    measure, this time included: months in which it was counted, or meetings for attendance.
    """

    organization: OrganizationBrief
    member: MissingMember | None
    period: str
    failing_item: str
    consecutive_misses: int
    reason: str | None
    is_excused: bool
    contact: Contact | None
    last_reminder_at: datetime | None
    resolved_at: datetime | None


class MissingSummary(Output):
    """Of the cells that did not meet: who said so, which of these are excused, who said nothing."""

    declared: int
    excused: int
    silent: int


class MissingPage(Output):
    """`summary` is told of `cells_met`."""

    items: list[MissingItem]
    next_cursor: str | None
    count: int
    summary: MissingSummary | None


#: Every measure but the two kinds of absence: nothing is missing from those.
MissingMeasure = Literal[
    Measure.CELLS_MET,
    Measure.CELLS_MET_ON_TIME,
    Measure.CELLS_MET_THEMATIC,
    Measure.DOCUMENTS_ON_TIME,
    Measure.ACCOUNTS_ACTIVATED,
    Measure.ACCOUNTS_ACTIVE,
    Measure.ATTENDANCE,
    Measure.QUIZ_PARTICIPATION,
]


class MissingQuery(PageQuery, SpanQuery):
    measure: MissingMeasure
    sort: Literal["-consecutive_misses"] | None = None
