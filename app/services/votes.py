"""How votes are judged: the base and the majorities of 294-QĐ/TW 9.3.2. Asks no database."""

from collections.abc import Iterable, Sequence
from typing import Any

from app.core.errors import Invalid
from app.core.percent import percent
from app.schemas.base import FigureRead
from app.schemas.minutes import Vote, VoteKind, VoteRead

_BY_TWO_THIRDS = frozenset({VoteKind.ADMISSION, VoteKind.RECOGNITION, VoteKind.REMOVAL})


def needed(kind: VoteKind, base: int) -> int:
    """Two thirds of the base at least, or more than half of it."""
    return -(-2 * base // 3) if kind in _BY_TWO_THIRDS else base // 2 + 1


def judge(vote: Vote, base: int | None) -> VoteRead:
    """A vote with what follows from it; nothing does without a base."""
    judged: dict[str, Any] = dict.fromkeys(("base", "needed", "percent", "is_carried"))
    if base is not None:
        share = percent(vote.in_favour, base)
        majority = needed(vote.kind, base)
        judged = {
            "base": base,
            "needed": majority,
            "percent": FigureRead(numerator=vote.in_favour, denominator=base, percent=share),
            "is_carried": 0 < majority <= vote.in_favour,
        }
    return VoteRead(**vote.model_dump(), **judged)


def expect_within(votes: Sequence[Vote], base: int) -> None:
    """`Invalid` with every vote that more took part in than may vote."""
    if errors := [_exceeding(at) for at in _too_many(votes, base)]:
        raise Invalid(errors=errors)


def _too_many(votes: Sequence[Vote], base: int) -> Iterable[int]:
    for at, vote in enumerate(votes):
        if vote.in_favour + vote.against + vote.abstained > base:
            yield at


def _exceeding(at: int) -> dict[str, str]:
    return {
        "pointer": f"/votes/{at}",
        "code": "votes_exceed_base",
        "vi": "Tổng số phiếu lớn hơn số đảng viên có quyền biểu quyết.",
        "en": "There are more votes than members entitled to vote.",
    }
