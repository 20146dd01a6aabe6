"""Decisions about a unit's place in the tree, as they cross the wire."""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from app.core.paging import PageQuery
from app.models import ReorganizationKind
from app.schemas.base import Day, Input, Output
from app.schemas.organizations import DecisionNumber


class Decided(Input):
    """`effective_on` may be past, today or to come; `decision` is the paper's number."""

    effective_on: Day
    decision: DecisionNumber


class OrganizationMove(Decided):
    parent_id: UUID


class OrganizationMerge(Decided):
    into_id: UUID


class OrganizationDissolve(Decided):
    successor_id: UUID | None = None


class OrganizationReopen(Decided):
    pass


class SplitPart(Input):
    """What goes to one other unit: members of a cell, or units right below."""

    organization_id: UUID
    member_ids: list[UUID] = Field(default_factory=list, max_length=500)
    unit_ids: list[UUID] = Field(default_factory=list, max_length=500)


class OrganizationSplit(Decided):
    parts: list[SplitPart] = Field(min_length=1, max_length=50)


class ReorganizationRead(Output):
    """`parent_id` is under whom the unit came; `successor_id` who goes on in its place."""

    id: UUID
    organization_id: UUID
    kind: ReorganizationKind
    effective_on: date
    decision: str
    parent_id: UUID | None
    successor_id: UUID | None
    decided_by: UUID | None
    created_at: datetime


class ReorganizationQuery(PageQuery):
    """`successor_id` finds whom a unit goes on for."""

    organization_id: UUID | None = None
    successor_id: UUID | None = None
    kind: list[ReorganizationKind] | None = None
