"""The minutes of a meeting, as they are written and as they are read."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import MISSING, AfterValidator, Field
from pydantic_core import PydanticCustomError

from app.models import MinutesPart
from app.schemas.base import FigureRead, Input, Line, LongText, Name, Output


class VoteKind(StrEnum):
    """What is voted on: more than half carries an ordinary matter, two thirds the others."""

    ORDINARY = "ordinary"
    ADMISSION = "admission"
    RECOGNITION = "recognition"
    REMOVAL = "removal"


class SelfRating(StrEnum):
    GOOD = "good"
    FAIR = "fair"
    AVERAGE = "average"
    POOR = "poor"


Number = Annotated[int, Field(ge=1, le=9_999)]
Ballots = Annotated[int, Field(ge=0, le=5_000)]
Score = Annotated[float, Field(ge=0, le=100, multiple_of=0.01)]


class VoteWrite(Input):
    """`on_resolution` says that it is the vote by which the resolution was passed."""

    subject: Line
    kind: VoteKind = VoteKind.ORDINARY
    in_favour: Ballots
    against: Ballots
    abstained: Ballots
    on_resolution: bool = False


def _one_on_resolution(votes: list[VoteWrite]) -> list[VoteWrite]:
    if sum(vote.on_resolution for vote in votes) > 1:
        raise PydanticCustomError("votes_on_resolution", "has one vote on the resolution at most")
    return votes


Votes = Annotated[list[VoteWrite], Field(max_length=100), AfterValidator(_one_on_resolution)]


class MinutesWrite(Input):
    """What is not said keeps its last value; before the first version, that of the form."""

    text: LongText
    number: Number | MISSING | None = MISSING
    chair: Name | MISSING | None = MISSING
    minute_taker: Name | MISSING | None = MISSING
    assessment: LongText | MISSING | None = MISSING
    direction: LongText | MISSING | None = MISSING
    opinions: LongText | MISSING | None = MISSING
    conclusion: LongText | MISSING | None = MISSING
    resolution: LongText | MISSING | None = MISSING
    votes: Votes | MISSING = MISSING
    self_score: Score | MISSING | None = MISSING


class MinutesConfirm(Input):
    """With the `version` that was read nobody vouches for what came after it."""

    part: MinutesPart
    version: Annotated[int, Field(ge=1, le=1_000_000)] | None = None


class Vote(Output):
    """As it was typed."""

    subject: str
    kind: VoteKind
    in_favour: int
    against: int
    abstained: int
    on_resolution: bool


class VoteRead(Vote):
    """`base` are those entitled to vote, `needed` so many in favour; null without a roster."""

    base: int | None
    needed: int | None
    percent: FigureRead | None
    is_carried: bool | None


class MinutesTotals(Output):
    """Read from the sheet at every look; `minutes_long` is null until the meeting has ended."""

    summoned: int
    official: int
    probationary: int
    temporary: int
    present: int
    absent_excused: int
    absent_unexcused: int
    unmarked: int
    exempt: int
    late: int
    minutes_long: int | None
    guests: int
    superiors: int


class ConfirmationRead(Output):
    """`is_current` while nothing was written since."""

    part: MinutesPart
    full_name: str
    confirmed_by: UUID
    confirmed_at: datetime
    is_current: bool


class MinutesRead(Output):
    """Version 0 is the form that nobody wrote; what follows `version` is computed at every look."""

    id: UUID
    meeting_id: UUID
    number: int | None
    chair: str | None
    minute_taker: str | None
    assessment: str | None
    direction: str | None
    text: str
    opinions: str | None
    conclusion: str | None
    resolution: str | None
    votes: Sequence[VoteRead]
    self_score: float | None
    written_by: UUID | None
    written_at: datetime
    version: int
    self_rating: SelfRating | None
    totals: MinutesTotals
    vote_base: int | None
    confirmations: Sequence[ConfirmationRead]


class MinutesContent(Output):
    """What one version says, whole: this is what its digest is made of."""

    number: int | None
    chair: str | None
    minute_taker: str | None
    assessment: str | None
    direction: str | None
    text: str
    opinions: str | None
    conclusion: str | None
    resolution: str | None
    votes: Sequence[Vote]
    self_score: float | None


class RevisionBrief(Output):
    """`number` is the version, `digest` the SHA-256 of its content."""

    id: UUID
    number: int
    digest: str
    written_by: UUID | None
    written_at: datetime


class RevisionRead(RevisionBrief):
    content: MinutesContent
