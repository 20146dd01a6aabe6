"""Units of the tree, as they cross the wire."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import MISSING, StringConstraints

from app.core.paging import PageQuery
from app.models import OrganizationKind, UnitType
from app.schemas.base import Clean, Day, Input, Name, Output, SearchText

DecisionNumber = Annotated[str, StringConstraints(min_length=1, max_length=100), Clean]
Code = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z][0-9A-Za-z.-]{0,31}$")]


class OrganizationCreate(Input):
    """`decision` is the number of the paper by which the unit is founded."""

    code: Code
    name: Name
    kind: OrganizationKind
    unit_type: UnitType | None = None
    parent_id: UUID
    valid_from: Day | None = None
    valid_to: Day | None = None
    decision: DecisionNumber | None = None


class OrganizationUpdate(Input):
    code: Code | MISSING = MISSING
    name: Name | MISSING = MISSING
    unit_type: UnitType | MISSING | None = MISSING
    valid_to: Day | MISSING | None = MISSING


class OrganizationRead(Output):
    id: UUID
    code: str
    name: str
    kind: OrganizationKind
    unit_type: UnitType | None
    parent_id: UUID | None
    valid_from: date
    valid_to: date | None
    version: int


class OrganizationQuery(PageQuery):
    organization_id: UUID | None = None
    parent_id: UUID | None = None
    kind: list[OrganizationKind] | None = None
    text: SearchText | None = None
    valid_on: Day | None = None
