"""A member of the Party, with the facts that the member database owns and a phone."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlmodel import Field

from app.core.columns import BYTEWISE, choice
from app.core.confidential import SealedText, confidential
from app.models.base import Row


class Sex(StrEnum):
    MALE = "male"
    FEMALE = "female"


class Standing(StrEnum):
    OFFICIAL = "official"
    PROBATIONARY = "probationary"


class MemberState(StrEnum):
    ACTIVE = "active"
    EXEMPT = "exempt"
    SUSPENDED = "suspended"
    INTERRUPTED = "interrupted"
    IN_TRANSIT = "in_transit"
    DECEASED = "deceased"
    LEFT = "left"


class Confidential:
    """What is sealed in the row and opened on reading it."""

    card_number = confidential("card_number")
    personal_id = confidential("personal_id")
    phone = confidential("phone")


class Member(Confidential, Row, table=True):
    """Where the member stands and whether active is derived from dated rows, never kept here."""

    __tablename__ = "members"

    full_name: str = Field(max_length=200)
    search_text: str
    sort_key: str = Field(sa_type=BYTEWISE, index=True)
    sex: Sex | None = Field(default=None, sa_type=choice(Sex))
    born_on: date | None = None
    admitted_on: date | None = None
    official_on: date | None = None
    # Known only from a full list, where no official date means probationary.
    is_probationary: bool | None = None
    card_number_sealed: bytes | None = Field(default=None, sa_type=SealedText)
    card_number_index: bytes | None = Field(default=None, unique=True)
    personal_id_sealed: bytes | None = Field(default=None, sa_type=SealedText)
    personal_id_index: bytes | None = Field(default=None, unique=True)
    phone_sealed: bytes | None = Field(default=None, sa_type=SealedText)
    phone_index: bytes | None = Field(default=None, unique=True)
    # Of the printed badge: a new one makes every older one worthless.
    badge_version: int = Field(default=1, sa_column_kwargs={"server_default": "1"})
    # The same person's other row, which goes on in place of this one.
    merged_into_id: UUID | None = Field(default=None, foreign_key="members.id", index=True)

    def standing_on(self, day: date) -> Standing | None:
        """Official from the official date on; unknown when no full list has told."""
        if self.official_on is not None:
            return Standing.OFFICIAL if self.official_on <= day else Standing.PROBATIONARY
        return Standing.PROBATIONARY if self.is_probationary else None
