"""Transfers of members from cell to cell, as they cross the wire."""

from datetime import date, datetime
from uuid import UUID

from app.core.paging import PageQuery
from app.models import TransferStatus
from app.schemas.base import Day, Input, Line, OrganizationBrief, Output


class TransferCreate(Input):
    """`effective_on` is the first day in the new cell; the old one has the day before."""

    member_id: UUID
    to_organization_id: UUID
    effective_on: Day
    reason: Line | None = None


class TransferAccept(Input):
    comment: Line | None = None


class TransferDecline(Input):
    comment: Line


class TransferRead(Output):
    """`organization` is the cell that is left, `to_organization` the one that agrees."""

    id: UUID
    member_id: UUID
    full_name: str
    organization_id: UUID
    organization: OrganizationBrief
    to_organization_id: UUID
    to_organization: OrganizationBrief
    status: TransferStatus
    effective_on: date
    reason: str | None
    comment: str | None
    is_overdue: bool
    created_at: datetime
    created_by: UUID | None
    sent_at: datetime | None
    decided_at: datetime | None
    decided_by: UUID | None


class TransferQuery(PageQuery):
    """`organization_id` finds what is given and what is taken there and below.

    `overdue`: sent, and not decided in time or until the day it was meant for.
    """

    organization_id: UUID | None = None
    member_id: UUID | None = None
    status: list[TransferStatus] | None = None
    overdue: bool | None = None
