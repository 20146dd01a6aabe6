"""A cell's recurring schedule, as it is written and as it is read."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import MISSING, Field, StringConstraints

from app.core.paging import PageQuery
from app.models import HeldAs, MeetingKind
from app.schemas.base import Day, Input, Name, Output
from app.schemas.meetings import WebAddress

DayOfMonth = Annotated[int, Field(ge=1, le=28)]
Week = Literal[1, 2, 3, 4, -1]
Weekday = Annotated[int, Field(ge=1, le=7)]
TimeOfDay = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
Length = Annotated[int, Field(ge=30, le=600)]
#: By groups a cell meets three times a year at most: that is no rule for every month.
Together = Literal[HeldAs.WHOLE, HeldAs.ONLINE, HeldAs.HYBRID]


class MeetingPlanCreate(Input):
    """On a `day_of_month`, or on a `weekday` (1 is Monday) of a `week` (-1 is the last one).

    `at` is the local time; it holds from today on unless told. Without a title each meeting is
    named by its kind and month.
    """

    organization_id: UUID
    kind: MeetingKind = MeetingKind.REGULAR
    title: Name | None = None
    day_of_month: DayOfMonth | None = None
    week: Week | None = None
    weekday: Weekday | None = None
    at: TimeOfDay
    lasts_minutes: Length = 90
    place: Name | None = None
    online_url: WebAddress | None = None
    held_as: Together = HeldAs.WHOLE
    valid_from: Day | None = None
    valid_to: Day | None = None


class MeetingPlanUpdate(Input):
    """From now on: what is past, announced or was touched stays as it is."""

    title: Name | MISSING | None = MISSING
    day_of_month: DayOfMonth | MISSING | None = MISSING
    week: Week | MISSING | None = MISSING
    weekday: Weekday | MISSING | None = MISSING
    at: TimeOfDay | MISSING = MISSING
    lasts_minutes: Length | MISSING = MISSING
    place: Name | MISSING | None = MISSING
    online_url: WebAddress | MISSING | None = MISSING
    held_as: Together | MISSING = MISSING
    valid_to: Day | MISSING | None = MISSING


class MeetingPlanRead(Output):
    id: UUID
    organization_id: UUID
    kind: MeetingKind
    title: str | None
    day_of_month: int | None
    week: int | None
    weekday: int | None
    at: str
    lasts_minutes: int
    place: str | None
    online_url: str | None
    held_as: HeldAs
    valid_from: date
    valid_to: date | None
    created_by: UUID | None
    created_at: datetime
    version: int


class MeetingPlanQuery(PageQuery):
    organization_id: UUID | None = None
    kind: list[MeetingKind] | None = None
