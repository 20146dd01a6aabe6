"""Codes asked for, and told once."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from app.schemas.base import Input, Output


class ActivationCodeCreate(Input):
    """Either a unit, for all below it without an account; or members by id."""

    organization_id: UUID | None = None
    member_ids: Annotated[list[UUID], Field(min_length=1, max_length=1000)] | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.organization_id is None) == (self.member_ids is None):
            raise PydanticCustomError("one_of", "takes organization_id or member_ids")
        return self


class IssuedCode(Output):
    member_id: UUID
    full_name: str
    card_number: str | None
    code: str
    expires_at: datetime


class IssuedCodes(Output):
    items: list[IssuedCode]
