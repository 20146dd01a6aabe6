"""What a member says is wrong about the own data, and what became of it."""

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from sqlmodel import Field

from app.core.columns import choice
from app.core.confidential import SealedText, sealed
from app.models.base import MemberRow, Stateful


class CorrectionStatus(StrEnum):
    PENDING = "pending"
    PASSED_ON = "passed_on"
    CORRECTED = "corrected"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class CorrectionField(StrEnum):
    FULL_NAME = "full_name"
    SEX = "sex"
    BORN_ON = "born_on"
    ADMITTED_ON = "admitted_on"
    OFFICIAL_ON = "official_on"
    CARD_NUMBER = "card_number"
    PERSONAL_ID = "personal_id"
    PHONE = "phone"


_S = CorrectionStatus


class Asked:
    """What the field should say, and the member's words about it, sealed: either may name what is
    confidential.
    """

    wanted, text = sealed("wanted"), sealed("text")


class Correction(Asked, MemberRow, Stateful[CorrectionStatus], table=True):
    """Of a field that the member database owns it is passed on; it is never edited here.

    `reply_due_on` and `due_on` are the days that the law gives for a first word and for the deed.
    """

    __tablename__ = "corrections"

    transitions: ClassVar = {
        "correct": (frozenset({_S.PENDING, _S.PASSED_ON}), _S.CORRECTED),
        "pass_on": (frozenset({_S.PENDING}), _S.PASSED_ON),
        "decline": (frozenset({_S.PENDING, _S.PASSED_ON}), _S.DECLINED),
        "withdraw": (frozenset({_S.PENDING, _S.PASSED_ON}), _S.WITHDRAWN),
    }

    field: CorrectionField = Field(sa_type=choice(CorrectionField))
    wanted_sealed: bytes = Field(sa_type=SealedText)
    text_sealed: bytes | None = Field(default=None, sa_type=SealedText)
    status: CorrectionStatus = Field(default=_S.PENDING, sa_type=choice(CorrectionStatus))
    reply_due_on: date
    due_on: date
    decided_at: datetime | None = None
    decided_by: UUID | None = Field(default=None, foreign_key="accounts.id")
    comment: str | None = Field(default=None, max_length=500)
