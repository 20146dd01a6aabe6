"""How a correction ends: decided by somebody, or come true by whatever way the field was mended."""

from collections.abc import Iterable
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import and_, col

from app.core.selects import pick, portions
from app.models import Correction, CorrectionStatus, Member, NotificationKind
from app.services import notices
from app.services.field_words import FIELD_WORDS
from app.services.notices import Notice
from app.work import Work

OPEN: Final = (CorrectionStatus.PENDING, CorrectionStatus.PASSED_ON)
_SAID: Final = {
    CorrectionStatus.CORRECTED: "Đã đính chính {} của đồng chí",
    CorrectionStatus.PASSED_ON: "Đề nghị đính chính {} đã được chuyển đến nơi quản lý dữ liệu",
    CorrectionStatus.DECLINED: "Đề nghị đính chính {} không được chấp nhận",
}


def is_late_on(day: date) -> ColumnElement[bool]:
    return and_(col(Correction.status).in_(OPEN), col(Correction.due_on) < day)


def decide(work: Work, correction: Correction, verb: str, comment: str | None) -> Correction:
    """Take the arrow, leave the trace, tell the member."""
    correction.take(verb)
    correction.decided_at, correction.decided_by = work.now, work.actor.account_id
    correction.comment = comment
    work.record(f"correction.{correction.status}", correction, field=correction.field)
    title = _SAID[correction.status].format(FIELD_WORDS[correction.field])
    notice = Notice(NotificationKind.CORRECTION_DECIDED, correction, title, comment or "")
    notices.tell(work, [correction.member_id], notice)
    return correction


def settle(work: Work, member_ids: Iterable[UUID]) -> None:
    """Whatever these members have asked for and their rows say by now."""
    for portion in portions(member_ids):
        statement = (
            pick(Correction, Member)
            .join(Member, col(Member.id) == Correction.member_id)
            .where(col(Correction.member_id).in_(portion), col(Correction.status).in_(OPEN))
        )
        scoped = statement.execution_options(scoped="of changed rows", populate_existing=True)
        for correction, member in work.session.execute(scoped).all():
            if says(member, correction.field) == correction.wanted:
                decide(work, correction, "correct", correction.comment)


def says(member: Member, field: str) -> str | None:
    """One field as a correction writes it."""
    value = getattr(member, field)
    return None if value is None else str(value)
