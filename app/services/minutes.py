"""The minutes of a meeting: written while it is in the cell's hands, one version after another."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col, select

from app.core.errors import Conflict, IfMatchRequired, InvalidTransition, Stale
from app.core.versions import ANY_VERSION
from app.models import HELD_STATUSES, Meeting, MeetingStatus, Minutes
from app.policies.permissions import Permission
from app.schemas.minutes import (
    MinutesConfirm,
    MinutesRead,
    MinutesWrite,
    SelfRating,
    Vote,
)
from app.services import (
    confirmations,
    figures,
    lines,
    looks,
    minutes_numbers,
    outlines,
    revisions,
    totals,
    votes,
)
from app.work import Work

WRITABLE = (MeetingStatus.OPEN, MeetingStatus.ENDED, MeetingStatus.RETURNED)
#: From so many points of 100 on.
RATINGS = ((90, SelfRating.GOOD), (70, SelfRating.FAIR), (50, SelfRating.AVERAGE))


class MinutesMissing(Conflict):
    code = "minutes_missing"
    vi = "Cuộc họp chưa có biên bản."
    en = "The meeting has no minutes yet."


def get(work: Work, meeting_id: UUID) -> MinutesRead:
    """As they were last written; before that the form, filled in, version 0."""
    meeting = work.fetch(Permission.MINUTES_READ, Meeting, meeting_id)
    looks.note(work, meeting)
    return _read(work, meeting, _of(work, meeting) or outlines.draw(work, meeting))


def write(work: Work, meeting_id: UUID, data: MinutesWrite, if_match: int | None) -> MinutesRead:
    """The first version may do without `If-Match`; every later one needs it."""
    meeting = work.fetch(Permission.MINUTES_WRITE, Meeting, meeting_id)
    minutes_numbers.hold(work, meeting)
    lines.hold(work, meeting)
    found = _of(work, meeting)
    _expect_seen(work, meeting, found, data, if_match)
    if meeting.status not in WRITABLE:
        raise InvalidTransition(allowed=meeting.allowed())
    said = data.model_dump(mode="json")
    _expect_sound(work, meeting, said)
    minutes = found or outlines.draw(work, meeting)
    before = revisions.content_of(minutes)
    if found is not None and before | said == before:
        return _read(work, meeting, minutes)
    _prepare(work, meeting, found)
    minutes.sqlmodel_update(said)
    minutes.written_by, minutes.written_at = work.actor.account_id, work.now
    work.record("minutes.written", work.add(minutes))
    work.session.flush()  # gives them their version
    revisions.keep(work, minutes)
    is_scored = _note_score(work, meeting, minutes)
    if meeting.status in HELD_STATUSES and (found is None or is_scored):
        figures.recount_meeting(work, meeting)
    return _read(work, meeting, minutes)


def confirm(work: Work, meeting_id: UUID, data: MinutesConfirm) -> MinutesRead:
    """Vouch for the present version, in one of the two parts."""
    meeting = work.fetch(Permission.MINUTES_CONFIRM, Meeting, meeting_id)
    lines.hold(work, meeting)
    minutes = _of(work, meeting)
    if minutes is None:
        raise MinutesMissing
    if meeting.status is MeetingStatus.ACCEPTED:
        raise InvalidTransition(allowed=meeting.allowed())
    if data.version not in (None, minutes.version):
        raise Stale
    confirmations.add(work, minutes, data.part)
    work.session.flush()
    return _read(work, meeting, minutes)


def exist(work: Work, meeting: Meeting) -> bool:
    """Whether a meeting that was reached has minutes."""
    return _of(work, meeting) is not None


def rate(score: float | None) -> SelfRating | None:
    """What a cell's own score amounts to (HD 42-HD/BTCTW)."""
    if score is None:
        return None
    return next((rating for least, rating in RATINGS if score >= least), SelfRating.POOR)


def _of(work: Work, meeting: Meeting) -> Minutes | None:
    statement = select(Minutes).where(col(Minutes.meeting_id) == meeting.id)
    return work.session.exec(
        statement.execution_options(scoped="of a reached meeting")
    ).one_or_none()


def _expect_seen(
    work: Work, meeting: Meeting, found: Minutes | None, data: MinutesWrite, if_match: int | None
) -> None:
    """Whoever is stale is told both texts and the one before, for a person to put together."""
    version = found.version if found else 0
    if if_match is None and found is not None:
        raise IfMatchRequired
    if if_match not in (None, version, ANY_VERSION):
        base = revisions.find(work, meeting, if_match)
        raise Stale(
            current=found and {"version": version} | revisions.content_of(found),
            yours=data.model_dump(mode="json"),
            base=base and base.content,
        )


def _expect_sound(work: Work, meeting: Meeting, said: dict[str, Any]) -> None:
    """No vote of more than there are, no number that other minutes have."""
    if "votes" in said:
        votes.expect_within(_votes(said["votes"]), totals.count(work, meeting).vote_base or 0)
    if said.get("number") is not None:
        minutes_numbers.expect_free(work, meeting, said["number"])


def _prepare(work: Work, meeting: Meeting, found: Minutes | None) -> None:
    """The first version is noted beside the meeting; of a later one what it replaces is kept."""
    if found is None:
        version = col(Meeting.version) + 1
        _note(work, meeting, {"minutes_written_at": work.now, "version": version})
    elif revisions.find(work, meeting, found.version) is None:
        revisions.keep(work, found)  # it came in past this door


def _note_score(work: Work, meeting: Meeting, minutes: Minutes) -> bool:
    """Since when the meeting is scored; whether that has changed."""
    scored_at = None if minutes.self_score is None else meeting.scored_at or work.now
    if scored_at == meeting.scored_at:
        return False
    _note(work, meeting, {"scored_at": scored_at})
    return True


def _note(work: Work, meeting: Meeting, facts: dict[str, Any]) -> None:
    """Write facts beside a held meeting, whatever version it has."""
    statement = update(Meeting).where(col(Meeting.id) == meeting.id).values(facts)
    options = {"scoped": "of a reached meeting", "synchronize_session": False}
    work.session.execute(statement.execution_options(**options))


def _read(work: Work, meeting: Meeting, minutes: Minutes) -> MinutesRead:
    counted = totals.count(work, meeting)
    return MinutesRead(
        **minutes.model_dump(exclude={"votes"}),
        votes=[votes.judge(vote, counted.vote_base) for vote in _votes(minutes.votes)],
        self_rating=rate(minutes.self_score),
        totals=counted.totals,
        vote_base=counted.vote_base,
        confirmations=confirmations.of(work, minutes),
    )


def _votes(content: Iterable[Any]) -> list[Vote]:
    return [Vote.model_validate(vote) for vote in content]
