"""A member says what is wrong about the own row; what is ours is mended, all else is passed on.

The member database 4.0 owns every field but the telephone: a list that comes from it closes what
has come true, and overwrites nothing that was corrected here.
"""

from typing import Any, Final
from uuid import UUID

from pydantic import ValidationError
from sqlmodel import col, exists, select

from app.core import numbers, working_days
from app.core.clock import local_date
from app.core.confidential import masked
from app.core.errors import Conflict, Forbidden, Invalid, InvalidTransition
from app.core.paging import Filters, Order, Page
from app.models import (
    Correction,
    CorrectionField,
    Member,
    NotificationKind,
)
from app.policies.permissions import Permission
from app.schemas.corrections import (
    CorrectionCreate,
    CorrectionDecision,
    CorrectionDecline,
    CorrectionQuery,
    CorrectionRead,
)
from app.schemas.members import MemberUpdate
from app.services import branches, members, memberships, notices, rules
from app.services.correction_ends import OPEN, decide, says
from app.services.field_words import FIELD_WORDS
from app.services.notices import Notice
from app.work import Work

#: Working days for a first word and for the deed (Nghị định 356/2025/NĐ-CP).
DAYS_TO_REPLY, DAYS_TO_CORRECT = 2, 10
_OURS: Final = frozenset({CorrectionField.PHONE})
_HIDDEN: Final = frozenset(
    {CorrectionField.CARD_NUMBER, CorrectionField.PERSONAL_ID, CorrectionField.PHONE}
)
NEWEST_FIRST = Order((col(Correction.id),), descending=True)
FILTERS: Filters = {
    "member_id": lambda member_id: col(Correction.member_id) == member_id,
    "status": lambda statuses: col(Correction.status).in_(statuses),
}


class AlreadyPending(Conflict):
    vi = "Đã có đề nghị đính chính thông tin này đang chờ giải quyết."
    en = "A correction of this field is waiting already."


class OwnedElsewhere(Conflict):
    code = "owned_elsewhere"
    vi = "Thông tin này do cơ sở dữ liệu đảng viên 4.0 quản lý; hãy chuyển đề nghị đi."
    en = "The member database owns this field; pass the correction on."


class OwnedHere(Conflict):
    code = "owned_here"
    vi = "Thông tin này sửa được ngay tại đây."
    en = "This field is corrected here."


class OwnCorrection(Forbidden):
    code = "own_correction"
    vi = "Không tự giải quyết đề nghị của chính mình."
    en = "Nobody decides a correction of their own."


def search(work: Work, query: CorrectionQuery) -> Page[CorrectionRead]:
    statement = branches.within(work, Permission.CORRECTION_READ, Correction, query.organization_id)
    return work.search(
        statement, query, FILTERS, NEWEST_FIRST, lambda record: view(work, record[0])
    )


def get(work: Work, correction_id: UUID) -> CorrectionRead:
    return view(work, work.fetch(Permission.CORRECTION_READ, Correction, correction_id))


def create(work: Work, data: CorrectionCreate) -> CorrectionRead:
    if work.actor.member_id is None:
        raise Forbidden
    member = work.fetch(Permission.CORRECTION_CREATE, Member, work.actor.member_id)
    wanted = _expect_fit(data)
    if says(member, data.field) == wanted:
        raise Invalid.at(
            "/wanted", "as_it_is", "Thông tin đang ghi đúng như vậy.", "The field says so already."
        )
    _expect_none_open(work, member, data.field)
    cell = memberships.cells_of(work, [member.id])[member.id]
    today = local_date(work.now)
    holidays = rules.load(work.session, [cell.path]).at(cell.path, today).holidays
    correction = Correction(
        created_at=work.now,
        organization_id=cell.organization_id,
        member_id=member.id,
        field=data.field,
        wanted_sealed=b"",
        reply_due_on=working_days.after(today, DAYS_TO_REPLY, holidays),
        due_on=working_days.after(today, DAYS_TO_CORRECT, holidays),
    )
    correction.wanted, correction.text = wanted, data.text
    work.record("correction.created", work.add(correction), field=data.field)
    _tell_leaders(work, correction, member)
    return view(work, correction)


def correct(work: Work, correction_id: UUID, data: CorrectionDecision) -> CorrectionRead:
    """Write what is wanted, unseen; a field that others own is refused."""
    correction = _fetch(work, Permission.CORRECTION_CORRECT, correction_id, "correct")
    if correction.field not in _OURS:
        raise OwnedElsewhere
    correction.comment = data.comment
    told = MemberUpdate.model_validate({correction.field: correction.wanted})
    member = work.fetch(Permission.MEMBER_CHANGE, Member, correction.member_id)
    members.change(work, member.id, told, member.version)  # which settles what has come true
    return view(work, correction)


def pass_on(work: Work, correction_id: UUID, data: CorrectionDecision) -> CorrectionRead:
    """It goes to whoever keeps the member database; it ends when a list says what was wanted."""
    correction = _fetch(work, Permission.CORRECTION_PASS_ON, correction_id, "pass_on")
    if correction.field in _OURS:
        raise OwnedHere
    return view(work, decide(work, correction, "pass_on", data.comment))


def decline(work: Work, correction_id: UUID, data: CorrectionDecline) -> CorrectionRead:
    correction = _fetch(work, Permission.CORRECTION_DECLINE, correction_id, "decline")
    return view(work, decide(work, correction, "decline", data.comment))


def withdraw(work: Work, correction_id: UUID) -> CorrectionRead:
    correction = work.fetch(Permission.CORRECTION_WITHDRAW, Correction, correction_id)
    work.record("correction.withdrawn", correction.take("withdraw"), field=correction.field)
    return view(work, correction)


def view(work: Work, correction: Correction) -> CorrectionRead:
    """As the caller may see it: whoever asked reads what they wrote."""
    hides = correction.field in _HIDDEN and correction.member_id != work.actor.member_id
    wanted = masked(correction.wanted) if hides else correction.wanted
    is_late = correction.status in OPEN and correction.due_on < local_date(work.now)
    shown = correction.model_dump(include=set(CorrectionRead.model_fields))
    return CorrectionRead(**shown, wanted=wanted, text=correction.text, is_overdue=is_late)


def _fetch(work: Work, permission: Permission, correction_id: UUID, verb: str) -> Correction:
    correction = work.fetch(permission, Correction, correction_id)
    if correction.member_id == work.actor.member_id:
        raise OwnCorrection
    if verb not in correction.allowed():
        raise InvalidTransition(allowed=correction.allowed())
    return correction


def _expect_fit(data: CorrectionCreate) -> str:
    """What is wanted, as the field is written."""
    try:
        told = MemberUpdate.model_validate({data.field: data.wanted})
    except ValidationError:
        raise Invalid.at(
            "/wanted",
            "unfit",
            "Không đúng cách ghi của thông tin này.",
            "The field is not written like this.",
        ) from None
    return str(getattr(told, data.field))


def _expect_none_open(work: Work, member: Member, field: CorrectionField) -> None:
    """One after another, for the member's row is held."""
    held = select(Member.id).where(col(Member.id) == member.id).with_for_update()
    work.session.execute(_own(held)).all()
    open_one = select(Correction.id).where(
        col(Correction.member_id) == member.id,
        col(Correction.field) == field,
        col(Correction.status).in_(OPEN),
    )
    if work.session.execute(_own(select(exists(open_one)))).scalar_one():
        raise AlreadyPending


def _tell_leaders(work: Work, correction: Correction, member: Member) -> None:
    leaders = notices.secretaries_of(work, correction.organization_id)
    title = f"{member.full_name} đề nghị đính chính {FIELD_WORDS[correction.field]}"
    body = (
        f"Hạn trả lời: {numbers.day(correction.reply_due_on)}\n"
        f"Hạn giải quyết: {numbers.day(correction.due_on)}"
    )
    notice = Notice(NotificationKind.CORRECTION_ASKED, correction, title, body)
    notices.tell(work, [each for each in leaders if each != member.id], notice)


def _own(statement: Any) -> Any:
    return statement.execution_options(scoped="the actor's own")
