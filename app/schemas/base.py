"""Two directions, two bases, and one way to write each common value."""

import re
from datetime import UTC, date, datetime
from typing import Annotated, TypeVar
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

from app.core.periods import PATTERN
from app.core.text import has_forbidden_characters, nfc

DayOrMoment = TypeVar("DayOrMoment", bound=date)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:")


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
    return _shown(nfc(text).strip(), keep_lines=False)


def _clean_lines(text: object) -> object:
    """The same for text of several lines."""
    if not isinstance(text, str):
        return text
    return _shown(nfc(text).strip(), keep_lines=True)


def _shown(text: str, *, keep_lines: bool) -> str:
    if has_forbidden_characters(text, keep_lines=keep_lines):
        raise PydanticCustomError(
            "forbidden_characters", "contains characters that cannot be shown"
        )
    return text


def _written_day(value: object) -> object:
    """Only `YYYY-MM-DD`: the parser itself takes seconds since 1970, and days with a time."""
    if not isinstance(value, date) and not (isinstance(value, str) and _DAY.fullmatch(value)):
        raise PydanticCustomError("date_format", "is no day")
    return value


def _written_moment(value: object) -> object:
    if not isinstance(value, date) and not (isinstance(value, str) and _MOMENT.match(value)):
        raise PydanticCustomError("datetime_format", "is no moment")
    return value


def _plausible(day: DayOrMoment) -> DayOrMoment:
    if not 1900 <= day.year <= 2100:
        raise PydanticCustomError("date_out_of_range", "lies outside 1900 to 2100")
    return day


def _nearest(moment: datetime) -> datetime:
    """What no clock can mean is taken for the nearest moment that one can."""
    return min(max(moment, datetime(1900, 1, 1, tzinfo=UTC)), datetime(2100, 1, 1, tzinfo=UTC))


def _as_far_as_shown(text: object) -> object:
    """Without the characters that cannot be shown, and cut; None when nothing is left."""
    if not isinstance(text, str):
        return text
    letters = (one for one in nfc(text) if not has_forbidden_characters(one, keep_lines=True))
    return "".join(letters).strip()[:500].strip() or None


Clean = BeforeValidator(_clean)
CleanLines = BeforeValidator(_clean_lines)
Name = Annotated[str, StringConstraints(min_length=1, max_length=200), Clean]
Line = Annotated[str, StringConstraints(min_length=1, max_length=500), CleanLines]
LongText = Annotated[str, StringConstraints(min_length=1, max_length=100_000), CleanLines]
SearchText = Annotated[str, StringConstraints(min_length=1, max_length=100), Clean]
Day = Annotated[date, BeforeValidator(_written_day), AfterValidator(_plausible)]
Instant = Annotated[
    AwareDatetime,
    BeforeValidator(_written_moment),
    AfterValidator(_plausible),
    AfterValidator(lambda moment: moment.astimezone(UTC)),
]
#: Of a queue, in which no item may hold up the others: whatever was written in them is taken.
AnyLine = Annotated[str | None, BeforeValidator(_as_far_as_shown)]
AnyInstant = Annotated[
    AwareDatetime,
    BeforeValidator(_written_moment),
    AfterValidator(_nearest),
    AfterValidator(lambda moment: moment.astimezone(UTC)),
]
Period = Annotated[str, StringConstraints(pattern=PATTERN)]
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
