"""A member moves from one cell to another: one asks, the other agrees, and a date switches.

From the day on which the other cell is asked the member is in transit: still an account of the old
cell until the date, and on no roster. What was frozen or locked before stays as it is.
"""

from datetime import date
from uuid import UUID

from sqlmodel import col, select

from app.core import walls
from app.core.clock import local_date
from app.core.errors import Conflict, Forbidden, Invalid
from app.core.numbers import day
from app.core.paging import Page
from app.core.selects import pick
from app.models import (
    EndReason,
    Exemption,
    ExemptionKind,
    Member,
    Membership,
    MembershipKind,
    NotificationKind,
    Office,
    Organization,
    Transfer,
    TransferStatus,
)
from app.models.base import valid_on
from app.policies.permissions import Permission
from app.schemas.transfers import (
    TransferAccept,
    TransferCreate,
    TransferDecline,
    TransferQuery,
    TransferRead,
)
from app.services import figures, notices, transfer_views
from app.services.denominators import is_cell_on
from app.services.notices import Notice
from app.work import Work

_S = TransferStatus
_SCOPED = {"scoped": "of a reached transfer"}


class NotAMemberThen(Conflict):
    code = "not_a_member_then"
    vi = "Vào ngày này đảng viên không còn sinh hoạt chính thức lâu dài tại chi bộ nơi đi."
    en = "On that day the member does not belong to the cell that gives, without an end."


class AlreadyUnderWay(Conflict):
    vi = "Đảng viên đang có một hồ sơ chuyển sinh hoạt chưa kết thúc."
    en = "A transfer of this member is under way already."


class CellClosed(Conflict):
    code = "cell_closed"
    vi = "Chi bộ nơi đến không hoạt động lâu dài từ ngày này."
    en = "The cell that takes does not stand from that day on."


def search(work: Work, query: TransferQuery) -> Page[TransferRead]:
    return transfer_views.search(work, query)


def get(work: Work, transfer_id: UUID) -> TransferRead:
    return transfer_views.get(work, transfer_id)


@walls.beyond("a transfer belongs to two cells")
def create(work: Work, data: TransferCreate) -> TransferRead:
    member = work.fetch(Permission.TRANSFER_CREATE, Member, data.member_id)
    residence = _residence(work, member.id, data.effective_on)
    if residence is None:
        raise NotAMemberThen
    _expect_given(work, residence)
    _check(residence, data)
    if not _stands(work, data.to_organization_id, data.effective_on):
        raise _at_target(
            "not_a_cell",
            "Nơi đến phải là một chi bộ hoạt động lâu dài từ ngày này.",
            "Needs a cell that stands from that day on.",
        )
    under_way = select(Transfer.id).where(
        Transfer.member_id == member.id, col(Transfer.status).in_((_S.DRAFT, _S.SENT))
    )
    if work.session.execute(under_way.execution_options(**_SCOPED)).first():
        raise AlreadyUnderWay
    transfer = work.add(
        Transfer(
            **data.model_dump(),
            organization_id=residence.organization_id,
            created_at=work.now,
            created_by=work.actor.account_id,
        )
    )
    work.record("transfer.created", transfer, after=data.model_dump(mode="json"))
    return get(work, transfer.id)


@walls.beyond("a transfer belongs to two cells")
def send(work: Work, transfer_id: UUID) -> TransferRead:
    transfer = work.fetch(Permission.TRANSFER_SEND, Transfer, transfer_id).take("send")
    _expect_possible(work, transfer)
    transit = Exemption(
        organization_id=transfer.organization_id,
        member_id=transfer.member_id,
        kind=ExemptionKind.IN_TRANSIT,
        valid_from=local_date(work.now),
    )
    work.add(transit)
    work.session.flush()
    transfer.exemption_id = transit.id
    transfer.sent_at = work.now
    work.record("transfer.sent", transfer)
    shown = get(work, transfer.id)
    title = f"Đề nghị tiếp nhận đảng viên {shown.full_name}"
    _tell(work, transfer, shown, title, at=transfer.to_organization_id)
    figures.recount_members(work, [transfer.member_id], since=transit.valid_from)
    return shown


@walls.beyond("a transfer belongs to two cells")
def accept(work: Work, transfer_id: UUID, data: TransferAccept) -> TransferRead:
    """The memberships switch on the transfer's day, be it to come or over."""
    transfer = work.fetch(Permission.TRANSFER_ACCEPT, Transfer, transfer_id).take("accept")
    residence = _expect_possible(work, transfer)
    _end_transit(work, transfer, transfer.effective_on)
    _switch(work, transfer, residence)
    _end_offices(work, transfer)
    shown = _decide(work, transfer, data.comment)
    figures.recount_members(work, [transfer.member_id], since=transfer.effective_on)
    return shown


@walls.beyond("a transfer belongs to two cells")
def decline(work: Work, transfer_id: UUID, data: TransferDecline) -> TransferRead:
    transfer = work.fetch(Permission.TRANSFER_DECLINE, Transfer, transfer_id).take("decline")
    _end_transit(work, transfer, local_date(work.now))
    return _decide(work, transfer, data.comment)


@walls.beyond("a transfer belongs to two cells")
def cancel(work: Work, transfer_id: UUID) -> TransferRead:
    transfer = work.fetch(Permission.TRANSFER_CANCEL, Transfer, transfer_id).take("cancel")
    _end_transit(work, transfer, local_date(work.now))
    return _decide(work, transfer, None)


def _residence(work: Work, member_id: UUID, on: date) -> Membership | None:
    """Where the member lives on a day; None when it is known to end: there is no second way out."""
    statement = select(Membership).where(
        Membership.member_id == member_id,
        Membership.kind == MembershipKind.OFFICIAL_RESIDENCE,
        Membership.valid_from <= on,
        col(Membership.valid_to).is_(None),
    )
    return work.session.exec(statement.execution_options(**_SCOPED)).one_or_none()


def _expect_given(work: Work, residence: Membership) -> None:
    """Who sees the member in another cell, as a guest there, does not give them away."""
    own = work.within_reach(Permission.TRANSFER_CREATE, Membership, Membership.id)
    if work.session.execute(own.where(col(Membership.id) == residence.id)).first() is None:
        raise Forbidden


def _check(residence: Membership, data: TransferCreate) -> None:
    if data.effective_on <= residence.valid_from:
        raise Invalid.at(
            "/effective_on",
            "before_start",
            "Ngày chuyển phải sau ngày bắt đầu sinh hoạt tại chi bộ nơi đi.",
            "The member joined the present cell on that day.",
        )
    if data.to_organization_id == residence.organization_id:
        raise _at_target(
            "same_cell",
            "Nơi đến phải khác chi bộ đang sinh hoạt.",
            "The member is in this cell already.",
        )


def _at_target(code: str, vi: str, en: str) -> Invalid:
    return Invalid.at("/to_organization_id", code, vi, en)


def _stands(work: Work, organization_id: UUID, on: date) -> bool:
    """Whether this is a cell that holds on a day and is not to close.

    Any cell of the country may be named, seen or not; what is no cell answers like what is not.
    """
    cell = pick(Organization.id).where(
        col(Organization.id) == organization_id,
        is_cell_on(on),
        col(Organization.valid_to).is_(None),
    )
    held = cell.with_for_update(read=True)  # it does not close meanwhile
    scoped = held.execution_options(scoped="a cell is named by who gives to it")
    return work.session.execute(scoped).first() is not None


def _expect_possible(work: Work, transfer: Transfer) -> Membership:
    """The residence that is left: what was true of it when drafted must still be."""
    residence = _residence(work, transfer.member_id, transfer.effective_on)
    if residence is None or residence.organization_id != transfer.organization_id:
        raise NotAMemberThen
    if not _stands(work, transfer.to_organization_id, transfer.effective_on):
        raise CellClosed
    return residence


def _end_transit(work: Work, transfer: Transfer, on: date) -> None:
    statement = select(Exemption).where(col(Exemption.id) == transfer.exemption_id)
    transit = work.session.exec(statement.execution_options(**_SCOPED)).one_or_none()
    if transit is not None:
        transit.valid_to = max(transit.valid_from, on)


def _switch(work: Work, transfer: Transfer, residence: Membership) -> None:
    """Out of the one and into the other on the same day; a guest there becomes a resident."""
    stays = select(Membership).where(
        Membership.member_id == transfer.member_id,
        Membership.organization_id == transfer.to_organization_id,
        Membership.kind == MembershipKind.TEMPORARY,
        valid_on(Membership, transfer.effective_on)[1],
    )
    for stay in work.session.exec(stays.execution_options(**_SCOPED)):
        stay.valid_to = max(stay.valid_from, transfer.effective_on)
        stay.end_reason = EndReason.MOVED
    residence.valid_to = transfer.effective_on
    residence.end_reason = EndReason.MOVED
    work.session.flush()  # the old residence is closed before the new one opens
    work.add(
        Membership(
            organization_id=transfer.to_organization_id,
            member_id=transfer.member_id,
            valid_from=transfer.effective_on,
        )
    )


def _end_offices(work: Work, transfer: Transfer) -> None:
    """Nobody holds an office in a cell that they left; those above it go on."""
    held = select(Office).where(
        Office.member_id == transfer.member_id,
        Office.organization_id == transfer.organization_id,
        valid_on(Office, transfer.effective_on)[1],
    )
    for office in work.session.exec(held.execution_options(**_SCOPED)):
        before = str(office.valid_to)
        office.valid_to = max(office.valid_from, transfer.effective_on)
        after = str(office.valid_to)
        work.record("office.changed", office, before=before, after=after, because="transferred")


def _decide(work: Work, transfer: Transfer, comment: str | None) -> TransferRead:
    """The end of it, told to the member and to the other cell."""
    transfer.comment = comment
    transfer.decided_by = work.actor.account_id
    transfer.decided_at = work.now
    work.record(f"transfer.{transfer.status}", transfer, reason=comment)
    shown = get(work, transfer.id)
    if transfer.sent_at is not None:
        title = f"Chuyển sinh hoạt của đồng chí {shown.full_name} {_DECIDED[transfer.status]}"
        is_taken_back = transfer.status is _S.CANCELLED
        other = transfer.to_organization_id if is_taken_back else transfer.organization_id
        _tell(work, transfer, shown, title, at=other)
    return shown


_DECIDED = {
    _S.ACCEPTED: "đã được tiếp nhận",
    _S.DECLINED: "không được tiếp nhận",
    _S.CANCELLED: "đã được rút lại",
}


def _tell(work: Work, transfer: Transfer, shown: TransferRead, title: str, *, at: UUID) -> None:
    is_asked = transfer.status is _S.SENT
    kind = NotificationKind.TRANSFER_SENT if is_asked else NotificationKind.TRANSFER_DECIDED
    places = f"Từ {shown.organization.name} đến {shown.to_organization.name}"
    since = f"{places}, từ ngày {day(transfer.effective_on)}."
    lines = [since, shown.comment or shown.reason]
    body = "\n".join(line for line in lines if line)
    told = notices.secretaries_of(work, at)
    if not is_asked:
        told = [*told, transfer.member_id]
    notices.tell(work, told, Notice(kind, transfer, title, body))
