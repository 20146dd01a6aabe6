"""Two rows that may be one person, what becomes of them when they are merged, and parted again."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from app.core.paging import PageQuery
from app.schemas.base import Input, Line, Output
from app.schemas.members import MemberRead


class Likeness(StrEnum):
    """Why two rows are taken for one person, the surest first."""

    SAME_ID = "same_id"
    SAME_NAME_AND_BIRTH_DATE = "same_name_and_birth_date"
    SIMILAR_NAME_AND_BIRTH_DATE = "similar_name_and_birth_date"


class MergedField(StrEnum):
    FULL_NAME = "full_name"
    SEX = "sex"
    BORN_ON = "born_on"
    ADMITTED_ON = "admitted_on"
    OFFICIAL_ON = "official_on"
    CARD_NUMBER = "card_number"
    PERSONAL_ID = "personal_id"
    PHONE = "phone"


class DuplicateQuery(PageQuery):
    organization_id: UUID


class DuplicateRead(Output):
    """A pair; `similarity` of the names, in per cent."""

    likeness: Likeness
    similarity: int
    members: Sequence[MemberRead]


class MergePlace(Input):
    duplicate_id: UUID


class MemberMergeCreate(MergePlace):
    """`take` names the fields in which the duplicate is right; the rest stay as they are."""

    take: Annotated[tuple[MergedField, ...], Field(max_length=len(MergedField))] = ()
    reason: Line


class FieldPair(Output):
    """Confidential values are masked."""

    field: MergedField
    kept: str | None
    duplicate: str | None
    differs: bool


class MergePreview(Output):
    """Field by field, what would change hands by kind of row, and what stands in the way."""

    member: MemberRead
    duplicate: MemberRead
    fields: Sequence[FieldPair]
    rows: dict[str, int]
    obstacles: Sequence[str]


class MemberMergeQuery(PageQuery):
    organization_id: UUID | None = None
    member_id: UUID | None = None


class MemberMergeRead(Output):
    id: UUID
    organization_id: UUID
    member_id: UUID
    merged_id: UUID
    reason: str
    created_at: datetime
    parted_at: datetime | None
