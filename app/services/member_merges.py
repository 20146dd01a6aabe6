"""Two rows of one person become one, under somebody's eyes; and two again within thirty days."""

import json
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from app.core import walls
from app.core.clock import local_date
from app.core.confidential import masked, seal, unseal
from app.core.errors import Conflict, Invalid, NotFound
from app.core.paging import Filters, Order, Page
from app.models import MeetingKind, Member, MemberMerge, Transfer, TransferStatus
from app.policies.permissions import Permission
from app.schemas.duplicates import (
    FieldPair,
    MemberMergeCreate,
    MemberMergeQuery,
    MergedField,
    MergePreview,
)
from app.schemas.members import MemberRead
from app.services import (
    alerts,
    branches,
    figures,
    handovers,
    members,
    merged_accounts,
    period_locks,
)
from app.services.merged_memberships import give_back, take_over
from app.work import Work

#: For so long two rows may be parted again.
DAYS_TO_PART = 30
_SEALED_AT = "member_merges.before"
_HIDDEN = (MergedField.CARD_NUMBER, MergedField.PERSONAL_ID, MergedField.PHONE)
FILTERS: Filters = {"member_id": lambda member_id: col(MemberMerge.member_id) == member_id}
NEWEST_FIRST = Order((col(MemberMerge.created_at), col(MemberMerge.id)), descending=True)


class AttendanceOverlaps(Conflict):
    code = "attendance_overlaps"
    vi = "Cả hai cùng có tên trong một cuộc họp; không thể là một người."
    en = "Both stand on the sheet of one meeting, so they are not one person."


class TransferUnderWay(Conflict):
    code = "transfer_under_way"
    vi = "Đang chuyển sinh hoạt; hãy hoàn tất hoặc hủy trước."
    en = "A transfer is under way; finish or cancel it first."


class AlreadyMerged(Conflict):
    code = "already_merged"
    vi = "Hồ sơ này đã được gộp."
    en = "This row has been merged already."


class AlreadyParted(Conflict):
    code = "already_parted"
    vi = "Hai hồ sơ này đã được tách lại."
    en = "These rows have been parted already."


class TooLateToPart(Conflict):
    code = "too_late_to_part"
    vi = "Chỉ tách lại được trong 30 ngày sau khi gộp."
    en = "Rows are parted within 30 days of their merge."


class ChangedSince(Conflict):
    code = "changed_since"
    vi = "Hồ sơ đã thay đổi sau khi gộp; hãy sửa từng thông tin."
    en = "The row has changed since the merge; mend it field by field."


def search(work: Work, query: MemberMergeQuery) -> Page[MemberMerge]:
    statement = branches.within(work, Permission.MEMBER_MERGE, MemberMerge, query.organization_id)
    return work.search(statement, query, FILTERS, NEWEST_FIRST)


def preview(work: Work, member_id: UUID, duplicate_id: UUID) -> MergePreview:
    """What a merge would change, and what stands in its way. Changes nothing."""
    member, duplicate = _both(work, member_id, duplicate_id)
    refusals = [check for check in _CHECKS if _refusal(check, work, member, duplicate)]
    return MergePreview(
        member=members.get(work, member.id),
        duplicate=members.get(work, duplicate.id),
        fields=[_pair(field, member, duplicate) for field in MergedField],
        rows=handovers.counts(work, duplicate.id),
        obstacles=[_CHECKS[check] for check in refusals],
    )


@walls.beyond("of two rows one stays without a cell")
def merge(work: Work, member_id: UUID, data: MemberMergeCreate) -> MemberRead:
    """The duplicate's rows become the member's; its own row stays, empty of ids, and points on."""
    _hold(work, member_id, data.duplicate_id)
    member, duplicate = _both(work, member_id, data.duplicate_id)
    for check in _CHECKS:
        check(work, member, duplicate)
    before: dict[str, Any] = {
        "member": _facts(member),
        "duplicate": _facts(duplicate),
        "is_probationary": member.is_probationary,
        "taken": list(data.take),
        "account": merged_accounts.settle(work, member, duplicate),
    }
    _fill(duplicate, dict.fromkeys(_HIDDEN))
    work.session.flush()  # an id is held once at a time
    _fill(member, {field: before["duplicate"][field] for field in data.take})
    if MergedField.OFFICIAL_ON in data.take:  # the two tell the standing together
        member.is_probationary = duplicate.is_probationary
    if _DAYS & set(data.take):
        members.expect_possible(member.model_dump(), local_date(work.now))
    duplicate.merged_into_id = member.id
    before["memberships"], since = take_over(work, giver=duplicate.id, taker=member.id)
    merged = MemberMerge(
        created_at=work.now,
        organization_id=_place(work, member),
        member_id=member.id,
        merged_id=duplicate.id,
        reason=data.reason,
        before_sealed=b"",
        moved=handovers.hand_over(work, duplicate.id, member.id),
        merged_by=work.actor.account_id,
    )
    merged.before_sealed = seal(json.dumps(before), _SEALED_AT, merged.id)
    work.add(merged)
    work.record("member.merged", member, duplicate_id=str(duplicate.id), taken=list(data.take))
    figures.recount_members(work, [member.id, duplicate.id], since=since)
    _review(work, member)
    return members.get(work, member.id)


@walls.beyond("of two rows one stays without a cell")
def part(work: Work, merge_id: UUID) -> MemberMerge:
    """Undo a merge: every row that changed hands goes back, and so do the fields that were taken.

    What was written since stays with the member.
    """
    merged = work.fetch(Permission.MEMBER_PART, MemberMerge, merge_id)
    if merged.parted_at is not None:
        raise AlreadyParted
    if work.now - merged.created_at > timedelta(days=DAYS_TO_PART):
        raise TooLateToPart
    before: dict[str, Any] = json.loads(unseal(merged.before_sealed, _SEALED_AT, merged.id))
    _hold(work, merged.member_id, merged.merged_id)
    member, duplicate = (_row(work, one) for one in (merged.member_id, merged.merged_id))
    period_locks.expect_meetings_open(work, handovers.handed_over(work, merged.moved))
    _return_fields(member, before)
    work.session.flush()  # an id is held once at a time
    _fill(duplicate, {field: before["duplicate"][field] for field in _HIDDEN})
    duplicate.merged_into_id = None
    since = give_back(work, before["memberships"], giver=duplicate.id)
    handovers.hand_back(work, merged.moved, giver=duplicate.id, taker=member.id)
    merged_accounts.part(work, before["account"], duplicate)
    merged.parted_at = work.now
    work.record("member.parted", member, duplicate_id=str(duplicate.id))
    figures.recount_members(work, [member.id, duplicate.id], since=since)
    _review(work, member, duplicate)
    return merged


def _return_fields(member: Member, before: dict[str, Any]) -> None:
    """Those that were taken, while they are as they were taken."""
    taken, now = before["taken"], _facts(member)
    if any(now[field] != before["duplicate"][field] for field in taken):
        raise ChangedSince
    _fill(member, {field: before["member"][field] for field in taken})
    if MergedField.OFFICIAL_ON in taken:
        member.is_probationary = before["is_probationary"]


def _hold(work: Work, *member_ids: UUID) -> None:
    """Until the end nobody else merges or parts these rows."""
    held = select(Member.id).where(col(Member.id).in_(member_ids)).order_by(col(Member.id))
    options = {"scoped": "reached or refused in a moment"}
    work.session.execute(held.with_for_update().execution_options(**options)).all()


def _both(work: Work, member_id: UUID, duplicate_id: UUID) -> tuple[Member, Member]:
    member = work.fetch(Permission.MEMBER_MERGE, Member, member_id)
    duplicate = work.fetch(Permission.MEMBER_MERGE, Member, duplicate_id)
    if member.id == duplicate.id:
        raise Invalid.at(
            "/duplicate_id", "same_row", "Đây là cùng một hồ sơ.", "This is the same row."
        )
    if member.merged_into_id or duplicate.merged_into_id:
        raise AlreadyMerged
    return member, duplicate


def _expect_no_shared_meeting(work: Work, member: Member, duplicate: Member) -> None:
    if shared := handovers.shared_meetings(work, member.id, duplicate.id):
        raise AttendanceOverlaps(meetings=[str(one) for one in shared])


def _expect_settled(work: Work, _member: Member, duplicate: Member) -> None:
    under_way = select(Transfer.id).where(
        Transfer.member_id == duplicate.id,
        col(Transfer.status).in_((TransferStatus.DRAFT, TransferStatus.SENT)),
    )
    if work.session.execute(_reached(under_way)).first():
        raise TransferUnderWay


def _expect_unlocked(work: Work, _member: Member, duplicate: Member) -> None:
    """The lines of a locked month name who they name."""
    period_locks.expect_meetings_open(work, handovers.attended(work, duplicate.id))


#: What may stand in the way, and its code.
_CHECKS = {
    _expect_no_shared_meeting: AttendanceOverlaps.code,
    _expect_settled: TransferUnderWay.code,
    _expect_unlocked: period_locks.PeriodLocked.code,
}


def _refusal(check: Any, work: Work, member: Member, duplicate: Member) -> bool:
    try:
        check(work, member, duplicate)
    except Conflict:
        return True
    return False


def _facts(member: Member) -> dict[str, str | None]:
    """Every field that a merge may take, as text."""
    values = {field: getattr(member, field) for field in MergedField}
    return {
        str(field): value.isoformat() if isinstance(value, date) else value
        for field, value in values.items()
    }


def _fill(member: Member, facts: dict[Any, str | None]) -> None:
    for name, text in facts.items():
        is_day = MergedField(name) in _DAYS and text is not None
        setattr(member, name, date.fromisoformat(text) if is_day and text else text)
    members.index(member)


_DAYS = {MergedField.BORN_ON, MergedField.ADMITTED_ON, MergedField.OFFICIAL_ON}


def _pair(field: MergedField, member: Member, duplicate: Member) -> FieldPair:
    kept, other = _facts(member)[field], _facts(duplicate)[field]
    differs = kept != other
    if field in _HIDDEN:
        kept, other = masked(kept), masked(other)
    return FieldPair(field=field, kept=kept, duplicate=other, differs=differs)


def _row(work: Work, member_id: UUID) -> Member:
    row: Member = work.session.exec(_reached(select(Member).where(Member.id == member_id))).one()
    return row


def _review(work: Work, *some: Member) -> None:
    """Absences add up, or part: alerts follow them in each cell on whose sheets these stand."""
    meetings = handovers.attended(work, *(member.id for member in some))
    regular = (each for each in meetings if each.kind is MeetingKind.REGULAR)
    for latest in {meeting.organization_id: meeting for meeting in regular}.values():
        alerts.review(work, latest)


def _place(work: Work, member: Member) -> UUID:
    """The cell in whose books the merge stands."""
    cell = members.get(work, member.id).organization_id
    if cell is None:
        raise NotFound  # nobody reaches a member who never had a cell
    return cell


def _reached(statement: Any) -> Any:
    return statement.execution_options(scoped="of members already reached")
