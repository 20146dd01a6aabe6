"""Accounts as administrators keep them: whose, in which state; never what proves them."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import StringConstraints

from app.core.paging import PageQuery
from app.models import AccountState
from app.schemas.base import Clean, Input, Line, Output, SearchText

#: Begins with a letter, so that it never reads as a card number or a phone.
StaffName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9._-]{2,63}$"), Clean]


class AccountCreate(Input):
    staff_name: StaffName
    organization_id: UUID


class AccountAct(Input):
    """Why it is done to somebody else's account."""

    reason: Line


class AccountLine(Output):
    """A member's account has a name and no unit of its own; one of staff the other way round."""

    id: UUID
    staff_name: str | None
    member_id: UUID | None
    full_name: str | None
    organization_id: UUID | None
    state: AccountState
    activated_at: datetime | None
    locked_at: datetime | None
    disabled_at: datetime | None
    is_enrolled: bool


class InvitedStaff(Output):
    """The code is told once."""

    id: UUID
    staff_name: str
    organization_id: UUID
    state: AccountState
    code: str
    expires_at: datetime


class AccountQuery(PageQuery):
    organization_id: UUID | None = None
    state: list[AccountState] | None = None
    text: SearchText | None = None
