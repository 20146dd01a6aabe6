"""Two directions, two bases, and one way to write each common value."""

from datetime import UTC, date
from typing import Annotated
from uuid import UUID

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
)
from pydantic_core import PydanticCustomError

from app.core.text import has_forbidden_characters, nfc


class Input(BaseModel):
    """What a client may say: nothing more than is written."""

    model_config = ConfigDict(extra="forbid")


class Output(BaseModel):
    """What a client is told: every field present, none defaulted."""

    model_config = ConfigDict(from_attributes=True)


def _clean(text: object) -> object:
    """Composed (NFC) and trimmed; nothing invisible that could hide or reorder words."""
    if not isinstance(text, str):
        return text
    composed = nfc(text).strip()
    if has_forbidden_characters(composed.replace("\n", " ").replace("\t", " ")):
        raise PydanticCustomError(
            "forbidden_characters", "contains characters that cannot be shown"
        )
    return composed


def _plausible(day: date) -> date:
    if not 1900 <= day.year <= 2100:
        raise PydanticCustomError("date_out_of_range", "lies outside 1900 to 2100")
    return day


Clean = BeforeValidator(_clean)
Name = Annotated[str, Clean, StringConstraints(min_length=1, max_length=200)]
Line = Annotated[str, Clean, StringConstraints(min_length=1, max_length=500)]
LongText = Annotated[str, Clean, StringConstraints(min_length=1, max_length=100_000)]
SearchText = Annotated[str, Clean, StringConstraints(min_length=1, max_length=100)]
Day = Annotated[date, AfterValidator(_plausible)]
Instant = Annotated[
    AwareDatetime,
    AfterValidator(lambda moment: moment.astimezone(UTC)),
    AfterValidator(lambda moment: (_plausible(moment.date()), moment)[1]),
]
Period = Annotated[str, StringConstraints(pattern=r"^(20[0-9]{2})-(0[1-9]|1[0-2])$")]
Digits12 = Annotated[str, StringConstraints(pattern=r"^[0-9]{12}$")]
CardNumber = Annotated[str, StringConstraints(pattern=r"^[0-9]{6,12}$")]


class OrganizationBrief(Output):
    """A unit, as other shapes name it."""

    id: UUID
    code: str
    name: str
    kind: str


class FigureRead(Output):
    """Two counts and their quotient in per cent, half-up; null when there is nothing to count."""

    numerator: int
    denominator: int
    percent: float | None = Field(examples=[98.86])
