"""Dated roles held in organisations."""

from datetime import date
from typing import Self
from uuid import UUID

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from app.core.paging import PageQuery
from app.models import Role
from app.schemas.base import Day, Input, Output


class OfficeCreate(Input):
    """Held by a member, or by a staff account."""

    organization_id: UUID
    member_id: UUID | None = None
    account_id: UUID | None = None
    role: Role
    valid_from: Day | None = None
    valid_to: Day | None = None

    @model_validator(mode="after")
    def _one_holder(self) -> Self:
        if (self.member_id is None) == (self.account_id is None):
            raise PydanticCustomError("one_of", "takes member_id or account_id")
        return self


class OfficeUpdate(Input):
    valid_to: Day | None


class OfficeRead(Output):
    id: UUID
    organization_id: UUID
    member_id: UUID | None
    account_id: UUID | None
    role: Role
    valid_from: date
    valid_to: date | None


class OfficeQuery(PageQuery):
    organization_id: UUID | None = None
    member_id: UUID | None = None
    role: list[Role] | None = None
    on: Day | None = None
