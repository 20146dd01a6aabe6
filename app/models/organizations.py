"""The tree: committees above, cells at the leaves; each with its days of validity."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlmodel import Field

from app.core.columns import BYTEWISE, choice
from app.models.base import Row

#: Each level adds one segment to a path: four characters and a dot.
SEGMENT_WIDTH = 5


class OrganizationKind(StrEnum):
    CENTRAL = "central"
    PROVINCE = "province"
    SUPERIOR = "superior"
    GRASSROOTS = "grassroots"
    SECTION = "section"
    CELL = "cell"
    PARTY_GROUP = "party_group"


class UnitType(StrEnum):
    RESIDENTIAL = "residential"
    POLITICAL_OFFICE = "political_office"
    STATE_OFFICE = "state_office"
    PUBLIC_SERVICE = "public_service"
    NON_PUBLIC_SERVICE = "non_public_service"
    ARMY = "army"
    POLICE = "police"
    STATE_ENTERPRISE = "state_enterprise"
    PRIVATE_ENTERPRISE = "private_enterprise"
    COOPERATIVE = "cooperative"
    ABROAD = "abroad"
    OTHER = "other"


class Organization(Row, table=True):
    """A unit of the tree as it stands today. The code is an attribute, never the tree itself."""

    __tablename__ = "organizations"

    code: str = Field(unique=True, max_length=32)
    name: str = Field(max_length=200)
    search_text: str
    kind: OrganizationKind = Field(sa_type=choice(OrganizationKind))
    unit_type: UnitType | None = Field(default=None, sa_type=choice(UnitType))
    parent_id: UUID | None = Field(default=None, foreign_key="organizations.id", index=True)
    segment: str = Field(unique=True, max_length=SEGMENT_WIDTH)
    # One fixed-width segment a level, each ended by a dot: a branch is a range of text. Unique by
    # its last segment, and not said to be: PostgreSQL holds what it is said of from references.
    path: str = Field(index=True, sa_type=BYTEWISE)
    valid_from: date
    # The first day as it was entered, while a history of meetings tells an earlier one.
    entered_from: date | None = None
    valid_to: date | None = None


class OrganizationParent(Row, table=True):
    """Under whom a unit stood, from which day to which: past months keep the tree they had."""

    __tablename__ = "organization_parents"

    organization_id: UUID = Field(foreign_key="organizations.id", index=True)
    parent_id: UUID | None = Field(default=None, foreign_key="organizations.id", index=True)
    valid_from: date
    valid_to: date | None = None
