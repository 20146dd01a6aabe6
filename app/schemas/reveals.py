"""One confidential field of a member in clear, for a reason that the member reads."""

from enum import StrEnum
from typing import Annotated

from pydantic import StringConstraints

from app.schemas.base import CleanLines, Input, Output


class HiddenField(StrEnum):
    CARD_NUMBER = "card_number"
    PERSONAL_ID = "personal_id"
    PHONE = "phone"


class Reveal(Input):
    field: HiddenField
    reason: Annotated[str, StringConstraints(min_length=10, max_length=500), CleanLines]


class RevealedField(Output):
    field: HiddenField
    value: str | None
